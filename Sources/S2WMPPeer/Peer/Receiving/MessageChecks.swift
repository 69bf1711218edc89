import S2WMPCrypto
import S2WMPWire

/// The checks of M and SC (S2WMP wire format, section 6.1), numbered as there. `PeerRules.firstError` says in which order.
///
/// Each gives the error of the ACK, 0 when it holds. Later ones use what earlier ones found.
struct MessageChecks {
  let peer: Peer
  let packet: PacketView
  private(set) var friend: Friend?
  private(set) var bond: Bond?
  private(set) var plaintext: [UInt8] = []
  private(set) var text = ""

  init(_ peer: Peer, _ packet: PacketView) {
    self.peer = peer
    self.packet = packet
  }

  var isMessage: Bool { packet.type == .message }
  private var rules: PeerRules { peer.rules }
  /// What client ID, hash and body are bound to.
  var header: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: packet.bytes[..<Messaging.clientID.offset]) }

  /// 2: every field has a defined value.
  func fields() -> UInt8 {
    rules.hasDefinedFields(packet, packet.undefinedValues.subtracting(.reserved).isEmpty) ? 0 : rules.error(.fields)
  }

  /// 3: the receiver is us, the sender a friend, the client ID accepted.
  mutating func sender() -> UInt8 {
    let receiver = packet[Messaging.receiverID]
    guard let friend = peer.friends[packet[Messaging.senderID]] else { return rules.error(.sender) }
    let isMine = peer.answers(to: receiver, for: friend)
    guard rules.isForMe(isMine) else { return rules.error(.receiver) }
    self.friend = friend
    bond = peer.bond(with: friend, as: isMine ? receiver : peer.userID)
    guard let bond else { return rules.error(.sender) }
    let field = packet[Messaging.clientID]
    let client = bond.keys.decryptClientID(field, bound: header)
    return rules.accepts(client: client, field: field, isAllowed: peer.allows(client)) ? 0 : rules.error(.client)
  }

  /// 4: the body of an M decrypts.
  mutating func body() -> UInt8 {
    guard isMessage else { return 0 }
    guard let bond, let plaintext = open(bond) else { return rules.error(.body) }
    self.plaintext = plaintext
    return 0
  }

  /// 5: the hash is that of header and plaintext.
  func hash() -> UInt8 {
    guard let bond else { return rules.error(.hash) }
    let matches = plaintext.withUnsafeBytes { bond.keys.hashMatches(packet[Messaging.hash], .received, header: header, plaintext: $0) }
    return rules.accepts(hashMatches: matches) ? 0 : rules.error(.hash)
  }

  /// 6: the plaintext is UTF-8; an empty one is.
  mutating func utf8() -> UInt8 {
    guard isMessage else { return 0 }
    let valid = String(validating: plaintext, as: UTF8.self)
    guard rules.accepts(plaintext: plaintext, isText: valid != nil) else { return rules.error(.text) }
    text = valid ?? String(decoding: plaintext, as: UTF8.self)
    return 0
  }

  private func open(_ bond: Bond) -> [UInt8]? {
    let body = packet[Messaging.body]
    guard bond.identity.suite == .rsa else { return bond.keys.openBody(body, header: header, .received) }
    let length = bond.identity.wrappedLength
    guard body.count >= length + BodySize.overhead else { return nil }
    guard let contentKey = bond.identity.unwrap(UnsafeRawBufferPointer(rebasing: body[..<length])) else { return nil }
    guard let plaintext = bond.keys.openBody(body, header: header, .received, contentKey: contentKey, wrappedLength: length) else { return nil }
    peer.logContentKey(contentKey, sender: bond.keys.other, receiver: bond.keys.own, datetime: packet[Messaging.datetime])
    return plaintext
  }
}

/// What is checked, for the error that follows.
enum MessageCheck {
  case fields, sender, receiver, client, body, hash, text
}

extension Peer {
  @inline(__always) func allows(_ client: Identifier) -> Bool {
    client == ClientID.own || configuration.allowedClients.contains(client)
  }

  func logContentKey(_ contentKey: SecretBytes, sender: Identifier, receiver: Identifier, datetime: UInt64) {
    emit(.keyLog(KeyLog.line(contentKey: contentKey, sender: sender, receiver: receiver, datetime: datetime)))
  }
}
