import COpenSSL
import S2WMPWire

/// Packets of the legacy dialect as the authors' program sends them (wire format, appendix L).
enum LegacyPackets {
  static let client = Cipher.sha1(Array("sampleclient".utf8)).prefix(16)

  static func message(
    from sender: Identifier, to receiver: Identifier, status: UInt8 = 1, at datetime: UInt64, key: [UInt8], _ text: String
  ) throws -> [UInt8] {
    let body = try Cipher.aesECB(key: key, Array(text.utf8), pads: true)
    return message(from: sender, to: receiver, status: status, at: datetime, body: body)
  }

  static func message(from sender: Identifier, to receiver: Identifier, status: UInt8, at datetime: UInt64, body: [UInt8]) -> [UInt8] {
    Packets.build(.message, .legacy) {
      $0.set(LegacyMessaging.status, status)
      $0.set(LegacyMessaging.datetime, datetime)
      $0.set(LegacyMessaging.senderID, sender)
      $0.set(LegacyMessaging.receiverID, receiver)
      $0.set(LegacyMessaging.clientID, Identifier(hex: Hex.string(client)) ?? .zero)
      $0.set(LegacyMessaging.hash, Identifier(hex: Hex.string(Cipher.sha1(body).prefix(16))) ?? .zero)
      $0.set(LegacyMessaging.body, body)
    }
  }

  static func status(_ status: UInt8, request: Identifier) -> [UInt8] {
    Packets.build(.statusChange, .legacy) {
      $0.set(LegacyStatus.status, status)
      $0.set(LegacyStatus.requestID, request)
    }
  }

  static func registration(_ id: Identifier, request: Identifier) -> [UInt8] {
    Packets.build(.registration, .legacy) {
      $0.set(LegacyRegistration.userID, id)
      $0.set(LegacyRegistration.requestID, request)
    }
  }

  static func registrationResponse(_ status: UInt8, _ id: Identifier) -> [UInt8] {
    Packets.build(.registrationResponse, .legacy) {
      $0.set(LegacyRegistrationResponse.status, status)
      $0.set(LegacyRegistrationResponse.userID, id)
    }
  }

  static func lookup(from id: Identifier, for wanted: Identifier, request: Identifier, at timestamp: UInt64) -> [UInt8] {
    Packets.build(.lookup, .legacy) {
      $0.set(LegacyLookup.timestamp, timestamp)
      $0.set(LegacyLookup.requestID, request)
      $0.set(LegacyLookup.userID, id)
      $0.set(LegacyLookup.lookupID, wanted)
    }
  }

  /// The authors' server swaps the two IDs.
  static func lookupResponse(
    _ status: UInt8, to id: Identifier, about wanted: Identifier, at address: UInt32, request: Identifier, time: UInt64
  ) -> [UInt8] {
    Packets.build(.lookupResponse, .legacy) {
      $0.set(LegacyLookupResponse.timestamp, time)
      $0.set(LegacyLookupResponse.status, status)
      $0.set(LegacyLookupResponse.requestID, request)
      $0.set(LegacyLookupResponse.userID, wanted)
      $0.set(LegacyLookupResponse.lookupID, id)
      $0.set(LegacyLookupResponse.address, Address32(address))
    }
  }

  static func chatRequest(_ status: UInt8 = 1, from person: LegacyPerson, to id: Identifier, at datetime: UInt64) -> [UInt8] {
    Packets.build(.chatRequest, .legacy) {
      $0.set(LegacyChatRequest.status, status)
      $0.set(LegacyChatRequest.datetime, datetime)
      $0.set(LegacyChatRequest.requestorID, person.id)
      $0.set(LegacyChatRequest.userID, id)
      $0.set(LegacyChatRequest.publicKey, person.publicKey)
      $0.set(LegacyChatRequest.name, person.name.utf8)
    }
  }

  /// 59 bytes, or more for a name above 16 characters.
  static func broadcast(_ name: String, _ id: Identifier, at timestamp: UInt64, reply: UInt8 = 1) -> [UInt8] {
    var bytes = [1, PacketType.userBroadcast.rawValue] + timestamp.wireBytes + id.bytes
    var units = Array(name.utf16)
    while units.count < 16 { units.append(0x20) }
    for unit in units { bytes += unit.wireBytes }
    return bytes + [reply]
  }
}

/// Somebody with a D-H key of 512 bits in PKCS #3 form, as Java of 2016 made them.
struct LegacyPerson {
  var name: String
  var id: Identifier
  private var secret: [UInt8]

  /// - id: by default SHA-1 of "random" bytes, truncated.
  init(_ name: String, id: Identifier? = nil, key: String? = nil) {
    self.name = name
    self.id = id ?? Identifier(hex: Hex.string(Cipher.sha1(Array(name.utf8)).prefix(16))) ?? .zero
    secret = Packets.filler("legacy key of \(key ?? name)", 48)
  }

  var publicValue: [UInt8] { Self.power(Self.generator, secret) }

  /// The AES key shared with somebody: SHA-1 of the D-H secret, truncated.
  func key(with other: LegacyPerson) -> [UInt8] { Array(Cipher.sha1(Self.power(other.publicValue, secret)).prefix(16)) }

  /// dhKeyAgreement with p, g and the private value's length.
  private var algorithm: [UInt8] {
    let parameters = Self.der(0x30, Self.integer(Self.prime) + Self.integer(Self.generator) + [2, 2, 1, 0x80])
    return Self.der(0x30, [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 3, 1] + parameters)
  }

  /// PKCS #8.
  var privateKey: [UInt8] { Self.der(0x30, [2, 1, 0] + algorithm + Self.der(4, Self.integer(secret))) }

  /// SubjectPublicKeyInfo.
  var publicKey: [UInt8] {
    Self.der(0x30, algorithm + Self.der(3, [0] + Self.integer(publicValue)))
  }

  private static func integer(_ value: [UInt8]) -> [UInt8] {
    let bytes = Array(value.drop { $0 == 0 })
    return der(2, (bytes.first ?? 0) > 0x7f ? [0] + bytes : bytes)
  }

  private static func der(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    let count = content.count
    if count < 0x80 { return [tag, UInt8(count)] + content }
    return (count < 0x100 ? [tag, 0x81, UInt8(count)] : [tag, 0x82, UInt8(count >> 8), UInt8(count & 255)]) + content
  }

  private static func power(_ base: [UInt8], _ exponent: [UInt8]) -> [UInt8] {
    let context = BN_CTX_new()
    let inputs: [[UInt8]] = [base, exponent, prime]
    let numbers = inputs.map { BN_bin2bn($0, Int32($0.count), nil) }
    defer {
      for number in numbers { BN_free(number) }
      BN_CTX_free(context)
    }
    var out = [UInt8](repeating: 0, count: prime.count)
    BN_mod_exp(numbers[0], numbers[0], numbers[1], numbers[2], context)
    BN_bn2binpad(numbers[0], &out, Int32(out.count))
    return out
  }

  /// Java's own parameters of 512 bits.
  private static let prime =
    Hex.bytes(
      "fca682ce8e12caba26efccf7110e526db078b05edecbcd1eb4a208f3ae1617ae01f35b91a47e6df63413c5e12ed0899bcd132acd50d99151bdc43ee737592e17") ?? []
  private static let generator =
    Hex.bytes(
      "678471b27a9cf44ee91a49c5147db1a9aaf244f05a434d6486931d2d14271b9e35030b71fd73da179069b32e2935630e1c2062354d0da20a6c416e50be794ca4") ?? []
}
