import S2WMPWire
import Testing

@testable import S2WMPCrypto

/// Which `public_key` fields may be used (S2WMP wire format, section 5.1).
@Suite("5.1 Keys of others") struct PeerKeyTests {
  private func fault(_ field: [UInt8]) -> KeyFault? {
    do throws(KeyFault) {
      _ = try PeerKey(field: field)
      return nil
    } catch {
      return error
    }
  }

  private static let prime = FFDHE.prime2048
  private static let lessOne = Array(prime.dropLast()) + [0xfe]
  private static let lessTwo = Array(prime.dropLast()) + [0xfd]
  private static let curve = X25519Key.field([UInt8](repeating: 9, count: 32))
  private static let modulus = [0x80] + [UInt8](repeating: 0x55, count: 255)

  @Test("a public value y is refused unless 2 ≤ y ≤ p−2") func publicValues() {
    for value: [UInt8] in [[0], [1], Self.lessOne, Self.prime, [1] + Self.prime] {
      #expect(fault(TestKeys.diffieHellman(Self.prime, value: value)) == .publicValue)
    }
    for value: [UInt8] in [[2], [3], Self.lessTwo, Array(Self.prime.dropLast())] {
      #expect(fault(TestKeys.diffieHellman(Self.prime, value: value)) == nil)
    }
  }

  @Test("every value in that range gives a secret, members of the subgroup or not") func agreement() throws {
    let own = try Identity.generate(suite: .dh, group: .ffdhe2048)
    for value: [UInt8] in [[2], [3], [5], [11], Self.lessTwo] {
      let secret = try own.sharedSecret(with: PeerKey(field: TestKeys.diffieHellman(Self.prime, value: value)))
      #expect(secret.count == 256)
    }
  }

  @Test("groups: the three fields with generator 2, and X25519") func groups() {
    for group in KeyGroup.allCases {
      guard let prime = group.prime else { continue }
      #expect(fault(TestKeys.diffieHellman(prime, value: [2])) == nil)
      #expect(fault(TestKeys.diffieHellman(prime, generator: [5], value: [2])) == .unknownGroup)
      #expect(fault(TestKeys.diffieHellman(Array(prime.dropLast()) + [0xfd], value: [2])) == .unknownGroup)
    }
    #expect(fault(TestKeys.diffieHellman(LegacyGroup.prime, value: [2])) == .unknownGroup)
    #expect(fault(Self.curve) == nil)
  }

  @Test("privateValueLength is ignored, but part of the ID") func privateValueLength() throws {
    let plain = try PeerKey(field: TestKeys.diffieHellman(Self.prime, value: [7]))
    let longer = try PeerKey(field: TestKeys.diffieHellman(Self.prime, value: [7], length: [2, 2, 1, 0]))
    #expect(plain.group == longer.group && plain.value == longer.value && plain.userID != longer.userID)
    #expect(fault(TestKeys.diffieHellman(Self.prime, value: [7], length: [2, 1, 1, 2, 1, 1])) == .malformed)
  }

  @Test("RSA: 2048 to 4096 bits, odd, exponent 65537, NULL parameters") func rsa() throws {
    func judge(_ modulus: [UInt8], _ exponent: [UInt8] = [1, 0, 1], _ parameters: [UInt8] = [5, 0]) -> KeyFault? {
      fault(Self.curve + TestKeys.rsa(modulus: modulus, exponent: exponent, parameters: parameters))
    }
    let key = try PeerKey(field: Self.curve + TestKeys.rsa(modulus: Self.modulus))
    #expect(key.rsaBits == 2048 && key.suite == .rsa && key.wrappedLength == 256)
    #expect(judge([UInt8](repeating: 0xff, count: 512)) == nil)
    #expect(judge([0x7f] + Self.modulus.dropFirst()) == .rsaSize(2047))
    #expect(judge([1] + [UInt8](repeating: 0xff, count: 512)) == .rsaSize(4097))
    #expect(judge([UInt8](repeating: 0xff, count: 1024)) == .rsaSize(8192))
    #expect(judge(Self.modulus.dropLast() + [0x54]) == .rsaModulus)
    #expect(judge(Self.modulus, [3]) == .rsaExponent && judge(Self.modulus, [1, 0, 0, 0, 1]) == .rsaExponent)
    #expect(judge(Self.modulus, [1, 0, 1], []) == .malformed && judge(Self.modulus, [1, 0, 1], [5, 1, 0]) == .malformed)
  }

  @Test("a modulus that is no product of primes does no harm") func strangeModuli() throws {
    let pair = PairKeys(secret: .random(32), own: .zero, other: .zero)
    for modulus in [Self.modulus, [UInt8](repeating: 0xff, count: 256), [0x80] + [UInt8](repeating: 0, count: 254) + [1]] {
      let key = try PeerKey(field: Self.curve + TestKeys.rsa(modulus: modulus))
      let packet = try sealMessage(
        pair: pair, suite: .rsa, receiver: key, status: 0, datetime: 1, client: ClientID.own, plaintext: [1], nonce: [UInt8](repeating: 0, count: 12),
        contentKey: nil)
      #expect(packet.count == 80 + 256 + 28 + 1)
    }
  }

  @Test("only D-H, or D-H then RSA, and nothing behind") func order() {
    let rsa = TestKeys.rsa(modulus: Self.modulus)
    #expect(fault([]) == .malformed && fault(rsa) == .malformed)
    #expect(fault(rsa + Self.curve) == .malformed && fault(Self.curve + Self.curve) == .malformed)
    #expect(fault(Self.curve + [0]) == .trailingBytes && fault(Self.curve + rsa + [0]) == .trailingBytes)
    #expect(fault(Self.curve + rsa + rsa) == .trailingBytes)
  }

  @Test("X25519 values whose secret is zero are refused") func smallOrder() throws {
    let own = try #require(TestKeys.alice)
    let one = [1] + [UInt8](repeating: 0, count: 31)
    let order8 = try #require(Hex.bytes("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"))
    let minusOne = [0xec] + [UInt8](repeating: 0xff, count: 30) + [0x7f]
    for value in [[UInt8](repeating: 0, count: 32), one, order8, minusOne] {
      let key = try PeerKey(field: X25519Key.field(value))
      #expect(throws: KeyFault.publicValue) { try own.sharedSecret(with: key) }
    }
  }

  @Test("keys of different groups give no secret") func otherGroup() throws {
    let own = try #require(TestKeys.alice)
    let other = try PeerKey(field: TestKeys.diffieHellman(Self.prime, value: [4]))
    #expect(throws: KeyFault.otherGroup(own: .x25519, other: .ffdhe2048)) { try own.sharedSecret(with: other) }
  }

  @Test("every prefix and every changed bit of a key has an answer") func hostile() throws {
    let field = Self.curve + TestKeys.rsa(modulus: Self.modulus)
    for length in 0..<field.count where length != Self.curve.count { #expect(fault(Array(field.prefix(length))) != nil) }
    for index in field.indices {
      var changed = field
      changed[index] ^= 1 << UInt8(index % 8)
      if let key = try? PeerKey(field: changed) { #expect(key.field == changed && key.userID != (try? PeerKey(field: field))?.userID) }
    }
  }

  @Test("every fault is one sentence for people") func sentences() {
    let faults: [KeyFault] = [
      .malformed, .trailingBytes, .unknownGroup, .publicValue, .rsaSize(1024), .rsaExponent, .rsaModulus, .otherGroup(own: .x25519, other: .ffdhe2048),
      .noRSAKey, .messageTooLong(70_000, limit: 65_507), .legacySize(256), .legacyGroup,
    ]
    #expect(Set(faults.map(\.description)).count == faults.count)
    for fault in faults { #expect(fault.description.count > 20 && !fault.description.contains("\n")) }
  }

  @Test("the fingerprint: eight groups of five digits of the field's SHA-256") func fingerprint() throws {
    let key = try PeerKey(field: Self.curve)
    let digest = key.field.withUnsafeBytes { Digest.sha256($0) }
    let groups = key.fingerprint.split(separator: " ")
    #expect(groups.count == 8 && groups.allSatisfy { $0.count == 5 && $0.allSatisfy(\.isNumber) })
    for (index, group) in groups.enumerated() {
      let word = try #require(UInt32(Hex.string(digest[index * 4..<index * 4 + 4]), radix: 16))
      #expect(UInt32(group) == word % 100_000)
    }
  }
}
