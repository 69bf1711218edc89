import S2WMPCrypto
import S2WMPWire

/// A friend made of bytes alone: what a test sends to a peer, as another implementation would.
struct Friend {
  let identity: Identity
  let peer: PeerKey
  let pair: PairKeys

  init(_ identity: Identity, of peer: PeerKey) throws {
    self.identity = identity
    self.peer = peer
    pair = PairKeys(secret: try identity.sharedSecret(with: peer), own: identity.userID, other: peer.userID)
  }

  var id: Identifier { identity.userID }

  func message(_ text: [UInt8] = Array("hello".utf8), status: UInt8 = 0, datetime: UInt64 = 1000, client: Identifier = ClientID.own, pair: PairKeys? = nil)
    throws -> [UInt8]
  {
    try sealMessage(
      pair: pair ?? self.pair, suite: peer.suite, receiver: peer, status: status, datetime: datetime, client: client, plaintext: text,
      nonce: [UInt8](repeating: 7, count: 12), contentKey: nil)
  }

  /// Right up to the client ID, which binds the length; the body is anything.
  func message(body: [UInt8]) -> [UInt8] {
    let header = status(0, datetime: 1000)[..<48].enumerated().map { $0 == 1 ? 1 : $0 == 4 ? UInt8(body.count) : $1 }
    let client = header.withUnsafeBytes { pair.encryptClientID(ClientID.own, bound: $0) }
    return header + client.bytes + [UInt8](repeating: 0, count: 16) + body
  }

  func status(_ status: UInt8, datetime: UInt64) -> [UInt8] { sealStatusChange(pair: pair, status: status, datetime: datetime, client: ClientID.own) }

  func idChange(to key: [UInt8], newID: Identifier, timestamp: UInt64) -> [UInt8] {
    sealIDChange(pair: pair, timestamp: timestamp, requestID: 5, newIdentityKey: key, newID: newID, client: ClientID.own)
  }

  /// The pair under another name of either side: right keys, wrong IDs.
  func pair(own: Identifier, other: Identifier) throws -> PairKeys {
    PairKeys(secret: try identity.sharedSecret(with: peer), own: own, other: other)
  }

  static func request(_ identity: Identity, to user: Identifier, key: [UInt8]? = nil, requestor: Identifier? = nil, name: [UInt8] = Array("eve".utf8))
    throws -> [UInt8]
  {
    guard var builder = PacketBuilder(.chatRequest, .v1) else { throw Stalled() }
    builder.set(ChatRequest.requestorID, requestor ?? identity.userID)
    builder.set(ChatRequest.userID, user)
    builder.set(ChatRequest.publicKey, key ?? identity.publicKey)
    builder.set(ChatRequest.name, name)
    return builder.build()
  }

  static func lookup(_ type: PacketType, from asker: Identifier, for wanted: Identifier = .zero) throws -> [UInt8] {
    guard var builder = PacketBuilder(type, .v1) else { throw Stalled() }
    builder.set(Lookup.broadcast, 1)
    builder.set(Lookup.userID, asker)
    builder.set(Lookup.lookupID, wanted)
    return builder.build()
  }
}

extension [UInt8] {
  func changing(_ offset: Int, to value: UInt8) -> [UInt8] {
    var copy = self
    copy[offset] = value
    return copy
  }

  func flipping(_ offset: Int) -> [UInt8] { changing(offset, to: self[offset] ^ 1) }
}

/// An ACK as bytes (S2WMP §3.2.6).
func acknowledgement(_ error: UInt8, _ datetime: UInt64, _ user: Identifier) -> [UInt8] {
  let number = (0..<8).map { UInt8(truncatingIfNeeded: datetime >> UInt64(56 - $0 * 8)) }
  return [1, 6, error == 0 ? 1 : 0, error] + number + user.bytes
}
