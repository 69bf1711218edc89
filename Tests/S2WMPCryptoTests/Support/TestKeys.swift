import S2WMPWire

@testable import S2WMPCrypto

/// Keys that are made once for all tests.
enum TestKeys {
  static let alice = try? Identity.generate(suite: .dh, group: .x25519)
  static let bob = try? Identity.generate(suite: .dh, group: .x25519)
  /// With the smallest RSA key, since making a larger one takes long.
  static let rsa = try? Identity.generate(suite: .rsa, group: .x25519, rsaBits: 2048)

  /// A D-H SubjectPublicKeyInfo around any numbers (PKCS #3).
  static func diffieHellman(_ prime: [UInt8], generator: [UInt8] = [2], value: [UInt8], length: [UInt8] = []) -> [UInt8] {
    let numbers = DER.sequence(DER.integer(prime) + DER.integer(generator) + length)
    let algorithm = DER.sequence(DER.element(6, ObjectIdentifiers.dhKeyAgreement) + numbers)
    return DER.sequence(algorithm + DER.element(3, [0] + DER.integer(value)))
  }

  static func rsa(modulus: [UInt8], exponent: [UInt8] = [1, 0, 1], parameters: [UInt8] = [5, 0]) -> [UInt8] {
    let algorithm = DER.sequence(DER.element(6, ObjectIdentifiers.rsaEncryption) + parameters)
    return DER.sequence(algorithm + DER.element(3, [0] + DER.sequence(DER.integer(modulus) + DER.integer(exponent))))
  }
}

/// Writes DER.
enum DER {
  static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    let count = content.count
    let length: [UInt8] = count < 0x80 ? [UInt8(count)] : count < 0x100 ? [0x81, UInt8(count)] : [0x82, UInt8(count >> 8), UInt8(count & 255)]
    return [tag] + length + content
  }

  static func sequence(_ content: [UInt8]) -> [UInt8] { element(0x30, content) }

  /// A magnitude, with the zero byte that keeps it positive.
  static func integer(_ magnitude: [UInt8]) -> [UInt8] { element(2, (magnitude.first ?? 0x80) >= 0x80 ? [0] + magnitude : magnitude) }
}
