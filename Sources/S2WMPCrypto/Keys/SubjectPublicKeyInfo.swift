/// One DER SubjectPublicKeyInfo, taken apart but not yet understood (RFC 5280, 4.1).
struct SubjectPublicKeyInfo {
  var algorithm: UnsafeRawBufferPointer
  /// What follows the OID, tag and all.
  var parameters: DERReader
  /// The bit string's bytes.
  var key: UnsafeRawBufferPointer

  init?(_ reader: inout DERReader) {
    guard let whole = reader.element(DERReader.sequence) else { return nil }
    var inner = DERReader(whole)
    guard let head = inner.element(DERReader.sequence), let bits = inner.element(DERReader.bitString), inner.isAtEnd else { return nil }
    parameters = DERReader(head)
    // The first byte of a bit string counts the unused bits of its last one: none in any key.
    guard let algorithm = parameters.element(DERReader.objectIdentifier), bits.first == 0 else { return nil }
    self.algorithm = algorithm
    key = UnsafeRawBufferPointer(rebasing: bits[1...])
  }

  /// The 32 bytes of an X25519 key (RFC 8410).
  var x25519Key: UnsafeRawBufferPointer? {
    equal(algorithm, ObjectIdentifiers.x25519) && parameters.isAtEnd && key.count == 32 ? key : nil
  }

  /// A PKCS #3 key: `SEQUENCE { p, g, privateValueLength OPTIONAL }` and a public value.
  var finiteFieldKey: FiniteFieldKey? {
    guard equal(algorithm, ObjectIdentifiers.dhKeyAgreement) else { return nil }
    var outer = parameters
    guard let numbers = outer.element(DERReader.sequence), outer.isAtEnd else { return nil }
    var list = DERReader(numbers)
    guard let prime = list.positiveInteger(), let generator = list.positiveInteger() else { return nil }
    if !list.isAtEnd, list.positiveInteger() == nil { return nil }
    var inner = DERReader(key)
    guard list.isAtEnd, let value = inner.positiveInteger(), inner.isAtEnd else { return nil }
    return FiniteFieldKey(prime: prime, generator: generator, value: value)
  }

  /// An RSA key whose parameters are NULL (RFC 8017, A.1).
  var rsaKey: RSAPublicKey? {
    guard equal(algorithm, ObjectIdentifiers.rsaEncryption) else { return nil }
    var outer = parameters
    guard let null = outer.element(DERReader.null), null.isEmpty, outer.isAtEnd else { return nil }
    var body = DERReader(key)
    guard let numbers = body.element(DERReader.sequence), body.isAtEnd else { return nil }
    var list = DERReader(numbers)
    guard let modulus = list.positiveInteger(), let exponent = list.positiveInteger(), list.isAtEnd else { return nil }
    return RSAPublicKey(modulus: modulus, exponent: exponent)
  }
}

/// The numbers of a finite-field D-H key, as magnitudes without leading zeros.
struct FiniteFieldKey {
  var prime: UnsafeRawBufferPointer
  var generator: UnsafeRawBufferPointer
  var value: UnsafeRawBufferPointer

  /// The group of RFC 7919 that it is in.
  var group: KeyGroup? {
    guard generator.count == 1, generator[0] == 2 else { return nil }
    switch prime.count {
    case 256 where equal(prime, FFDHE.prime2048): return .ffdhe2048
    case 384 where equal(prime, FFDHE.prime3072): return .ffdhe3072
    case 512 where equal(prime, FFDHE.prime4096): return .ffdhe4096
    default: return nil
    }
  }

  /// 2 ≤ y ≤ p−2 (S2WMP wire format, section 5.1). Public numbers: no need to hide anything in time.
  var isValueInRange: Bool {
    guard value.count <= prime.count, value.count > 1 || (value.first ?? 0) >= 2 else { return false }
    if value.count < prime.count { return true }
    var limit = Array(prime)
    for index in limit.indices.reversed() {
      limit[index] &-= 1
      if limit[index] != 0xff { break }
    }
    return value.lexicographicallyPrecedes(limit)
  }
}

struct RSAPublicKey {
  var modulus: UnsafeRawBufferPointer
  var exponent: UnsafeRawBufferPointer
}

enum ObjectIdentifiers {
  /// PKCS #3: 1.2.840.113549.1.3.1.
  static let dhKeyAgreement: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x03, 0x01]
  /// RFC 8410: 1.3.101.110.
  static let x25519: [UInt8] = [0x2b, 0x65, 0x6e]
  /// PKCS #1: 1.2.840.113549.1.1.1.
  static let rsaEncryption: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01]
}

/// No early exit, so that the compiler turns it into wide compares.
func equal(_ bytes: UnsafeRawBufferPointer, _ wanted: [UInt8]) -> Bool {
  guard bytes.count == wanted.count else { return false }
  var difference: UInt8 = 0
  for index in wanted.indices { difference |= bytes[index] ^ wanted[index] }
  return difference == 0
}
