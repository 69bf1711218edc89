import S2WMPCrypto
import S2WMPWire

/// Somebody with a key.
struct Person {
  var name: String
  /// The public key field: a D-H key and, in suite `rsa`, an RSA key (wire format, section 5.1).
  var publicKey: [UInt8]

  /// SHA-256 of the key field, truncated.
  var id: Identifier { publicKey.withUnsafeBytes { Digest.identifier(sha256: $0) } }

  /// The RSA key: what stands behind the first DER structure.
  var rsaKey: [UInt8] {
    guard publicKey.count > 4 else { return [] }
    if publicKey[1] < 0x80 { return Array(publicKey.dropFirst(2 + Int(publicKey[1]))) }
    let length = Int(publicKey[2]) << 8 | Int(publicKey[3])
    return Array(publicKey.dropFirst(4 + length))
  }
}

/// Two friends and the secret between them (wire format, section 5).
struct Pair {
  var first: Person
  var second: Person
  var secret: [UInt8]

  private var salt: [UInt8] {
    let ids = [first.id, second.id].sorted()
    return ids[0].bytes + ids[1].bytes
  }

  func clientKey() throws -> [UInt8] { try Cipher.hkdf(secret, salt: salt, info: Array("S2WMP1 client id".utf8), count: 16) }

  func key(_ label: String, from sender: Identifier, to receiver: Identifier) throws -> [UInt8] {
    try Cipher.hkdf(secret, salt: salt, info: Array(label.utf8) + sender.bytes + receiver.bytes, count: 32)
  }

  /// The `client_id` field over the bytes that it binds.
  func clientField(bound: [UInt8]) throws -> [UInt8] {
    let client = Cipher.sha256(Array("s2wmp-swift/1".utf8)).prefix(16)
    return try Cipher.aesECB(key: clientKey(), Cipher.xor(Array(client), Cipher.sha256(bound)), pads: false)
  }
}

/// Everything about an M that would otherwise be random.
struct Chance {
  var nonce: [UInt8]
  var contentKey: [UInt8]
  var seed: [UInt8]

  /// Derived from the message, so that no two messages share them.
  init(_ sender: Identifier, _ datetime: UInt64) {
    let base = sender.bytes + datetime.wireBytes
    nonce = Array(Cipher.sha256(base + [0]).prefix(12))
    contentKey = Cipher.sha256(base + [1])
    seed = Cipher.sha256(base + [2])
  }

  init(nonce: [UInt8], contentKey: [UInt8], seed: [UInt8]) {
    self.nonce = nonce
    self.contentKey = contentKey
    self.seed = seed
  }
}

/// Encrypted packets (wire format, sections 5.3 to 5.5).
extension Pair {
  func message(from sender: Person, to receiver: Person, status: UInt8 = 0, at datetime: UInt64, _ text: String, _ chance: Chance? = nil) throws -> [UInt8] {
    let chance = chance ?? Chance(sender.id, datetime)
    let bodyLength = (sender.rsaKey.isEmpty ? 0 : try rsaSize(receiver)) + 28 + text.utf8.count
    let header = Self.header(.message, sender, receiver, status, datetime, UInt16(truncatingIfNeeded: bodyLength))
    let key = try self.key("S2WMP1 message", from: sender.id, to: receiver.id)
    var body: [UInt8] = []
    var messageKey = key
    if !sender.rsaKey.isEmpty {
      body = try Cipher.oaep(key: receiver.rsaKey, seed: chance.seed, chance.contentKey)
      messageKey = try Cipher.hkdf(chance.contentKey, salt: key, info: Array("S2WMP1 rsa body".utf8), count: 32)
    }
    body += try chance.nonce + Cipher.aesGCM(key: messageKey, nonce: chance.nonce, associated: header, Array(text.utf8))
    return try header + clientField(bound: header) + hash(header, Array(text.utf8), sender, receiver) + body
  }

  func statusChange(from sender: Person, to receiver: Person, _ status: UInt8, at datetime: UInt64) throws -> [UInt8] {
    let header = Self.header(.statusChange, sender, receiver, status, datetime, 0)
    return try header + clientField(bound: header) + hash(header, [], sender, receiver)
  }

  func idChange(from sender: Person, to newKey: [UInt8], requestID: UInt64, at timestamp: UInt64) throws -> [UInt8] {
    var packet = Packets.idChange(from: sender.id, to: newKey, requestID: requestID, at: timestamp)
    let bound = Array(packet[..<50] + packet[66...])
    packet.replaceSubrange(50..<66, with: try clientField(bound: bound))
    return packet
  }

  private func hash(_ header: [UInt8], _ text: [UInt8], _ sender: Person, _ receiver: Person) throws -> [UInt8] {
    Array(try Cipher.hmac(key: key("S2WMP1 hash", from: sender.id, to: receiver.id), header + text).prefix(16))
  }

  private func rsaSize(_ person: Person) throws -> Int {
    try Cipher.oaep(key: person.rsaKey, seed: [UInt8](repeating: 0, count: 32), []).count
  }

  /// `packet[0..<48]`.
  private static func header(
    _ type: PacketType, _ sender: Person, _ receiver: Person, _ status: UInt8, _ datetime: UInt64, _ length: UInt16
  ) -> [UInt8] {
    var bytes = [1, type.rawValue, status] + length.wireBytes
    bytes += datetime.wireBytes + [0, 0, 0]
    return bytes + sender.id.bytes + receiver.id.bytes
  }
}

extension Pair {
  /// Makes every worked packet again and compares: a difference means that the fixtures' cryptography is wrong.
  static func check(_ examples: [WorkedExample]) throws {
    for example in examples where example.suite != "legacy" {
      let made = try remake(example)
      guard try made == WorkedExample.bytes(example.hex) else {
        throw MakingError("The worked \(example.name) of suite \(example.suite ?? "?"), group \(example.group ?? "?") comes out differently.")
      }
    }
  }

  init(_ example: WorkedExample, names: (String, String) = ("alice", "bob")) throws {
    first = Person(name: names.0, publicKey: try WorkedExample.bytes(example.sender_public_key))
    second = Person(name: names.1, publicKey: try WorkedExample.bytes(example.receiver_public_key))
    secret = try WorkedExample.bytes(example.Z)
  }

  private static func remake(_ example: WorkedExample) throws -> [UInt8] {
    let pair = try Pair(example)
    let (sender, receiver, datetime) = (pair.first, pair.second, example.datetime ?? 0)
    switch example.name {
    case "M":
      let chance = Chance(
        nonce: try WorkedExample.bytes(example.nonce), contentKey: try WorkedExample.bytes(example.cek ?? ""),
        seed: try WorkedExample.bytes(example.oaep_seed ?? ""))
      return try pair.message(from: sender, to: receiver, status: example.status ?? 0, at: datetime, example.plaintext ?? "", chance)
    case "SC": return try pair.statusChange(from: sender, to: receiver, example.status ?? 0, at: datetime)
    default:
      let requestID = try UInt64(Hex.string(WorkedExample.bytes(example.hex)[10..<18]), radix: 16)
      return try pair.idChange(from: sender, to: WorkedExample.bytes(example.new_public_key), requestID: requestID ?? 0, at: datetime)
    }
  }
}
