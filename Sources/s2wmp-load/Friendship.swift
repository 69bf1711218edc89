import S2WMPCrypto
import S2WMPWire

/// A made-up user whom the peer has accepted as a friend.
struct Friendship {
  let identity: Identity
  let peer: PeerKey
  let pair: PairKeys

  /// Sends a CR on the connection and takes the CRR (S2WMP §3.2.2).
  init(on connection: Connection, as identity: Identity, name: String, with peerID: Identifier) throws {
    try connection.send(Self.request(identity, name: name, peerID))
    var answer = try connection.receive()
    // A peer says hello to a new friend when it likes; only the response counts.
    while answer[1] != PacketType.chatRequestResponse.rawValue { answer = try connection.receive() }
    let key: [UInt8] = try answer.withUnsafeBytes { bytes in
      guard let view = PacketView(bytes, .v1) else { throw LoadError("the peer's answer is no packet") }
      let status = view[ChatRequestResponse.status]
      guard status == 0 else {
        throw LoadError("the peer refused the chat request with status \(status); run it with --accept auto and the same suite and group")
      }
      return Array(view[ChatRequestResponse.publicKey])
    }
    peer = try PeerKey(field: key)
    guard peer.userID == peerID else { throw LoadError("the peer's key is not that of \(peerID)") }
    self.identity = identity
    pair = PairKeys(secret: try identity.sharedSecret(with: peer), own: identity.userID, other: peerID)
  }

  private static func request(_ identity: Identity, name: String, _ peerID: Identifier) throws -> [UInt8] {
    guard var builder = PacketBuilder(.chatRequest, .v1) else { throw LoadError("v1 has no chat request") }
    builder.set(ChatRequest.requestorID, identity.userID)
    builder.set(ChatRequest.userID, peerID)
    builder.set(ChatRequest.publicKey, identity.publicKey)
    builder.set(ChatRequest.name, name.utf8)
    return builder.build()
  }
}
