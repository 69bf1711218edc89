import S2WMPWire

/// What a `public_key` field holds: a D-H key, optionally followed by an RSA key (S2WMP §2.2).
///
/// Read from the DER alone, so that judging a stranger's key costs no arithmetic.
public struct PublicKeyField: Hashable, Sendable {
  /// The group of the D-H key.
  public enum Group: Hashable, Sendable {
    case ffdhe2048
    case ffdhe3072
    case ffdhe4096
    case x25519
    /// Another finite field.
    case other

    /// The name that options use; nil for a field without one.
    public var name: String? {
      switch self {
      case .ffdhe2048: "ffdhe2048"
      case .ffdhe3072: "ffdhe3072"
      case .ffdhe4096: "ffdhe4096"
      case .x25519: "x25519"
      case .other: nil
      }
    }
  }

  public var group: Group
  /// Bits of the prime of a finite field; 255 for X25519.
  public var groupBits: Int
  /// Bits of the RSA modulus; nil without an RSA key.
  public var rsaBits: Int?

  /// A finite field or RSA modulus below 2048 bits.
  public var isWeak: Bool { (group != .x25519 && groupBits < 2048) || (rsaBits ?? 2048) < 2048 }

  /// Nil for bytes that are no such field: wrong DER, other algorithms, X9.42, or anything left over.
  ///
  /// The legacy dialect knows only one PKCS #3 key.
  public static func parse(_ bytes: UnsafeRawBufferPointer, _ dialect: Dialect = .v1) -> PublicKeyField? {
    var reader = DERReader(bytes)
    guard let first = SubjectPublicKeyInfo(&reader), var field = first.diffieHellman else { return nil }
    if dialect == .legacy { return reader.isAtEnd && field.group != .x25519 ? field : nil }
    if !reader.isAtEnd {
      guard let second = SubjectPublicKeyInfo(&reader), let bits = second.rsaBits, reader.isAtEnd else { return nil }
      field.rsaBits = bits
    }
    return field
  }

  public static func parse(_ bytes: [UInt8], _ dialect: Dialect = .v1) -> PublicKeyField? {
    bytes.withUnsafeBytes { parse($0, dialect) }
  }
}

extension PublicKeyField: CustomStringConvertible {
  /// For people: `ffdhe3072 + RSA-3072`, `X25519`, `D-H 512 bits`.
  public var description: String {
    let first = group == .x25519 ? "X25519" : group.name ?? "D-H \(groupBits) bits"
    return rsaBits.map { "\(first) + RSA-\($0)" } ?? first
  }
}

/// One DER SubjectPublicKeyInfo, taken apart but not yet understood (RFC 5280, 4.1).
private struct SubjectPublicKeyInfo {
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

  /// Set when this is a PKCS #3 or X25519 key.
  var diffieHellman: PublicKeyField? {
    if isAlgorithm(ObjectIdentifiers.x25519) {
      return parameters.isAtEnd && key.count == 32 ? PublicKeyField(group: .x25519, groupBits: 255, rsaBits: nil) : nil
    }
    return isAlgorithm(ObjectIdentifiers.dhKeyAgreement) ? finiteField : nil
  }

  /// `SEQUENCE { p, g, privateValueLength OPTIONAL }` and a public value.
  private var finiteField: PublicKeyField? {
    var outer = parameters
    guard let numbers = outer.element(DERReader.sequence), outer.isAtEnd else { return nil }
    var list = DERReader(numbers)
    guard let prime = list.positiveInteger(), let generator = list.positiveInteger() else { return nil }
    if !list.isAtEnd, list.positiveInteger() == nil { return nil }
    var value = DERReader(key)
    guard list.isAtEnd, value.positiveInteger() != nil, value.isAtEnd else { return nil }
    return PublicKeyField(group: group(prime, generator), groupBits: bitLength(prime), rsaBits: nil)
  }

  /// Bits of the modulus when this is an RSA key.
  var rsaBits: Int? {
    var outer = parameters
    guard isAlgorithm(ObjectIdentifiers.rsaEncryption), let null = outer.element(DERReader.null), null.isEmpty, outer.isAtEnd else { return nil }
    var body = DERReader(key)
    guard let numbers = body.element(DERReader.sequence), body.isAtEnd else { return nil }
    var list = DERReader(numbers)
    guard let modulus = list.positiveInteger(), list.positiveInteger() != nil, list.isAtEnd else { return nil }
    return bitLength(modulus)
  }

  private func isAlgorithm(_ object: [UInt8]) -> Bool { equal(algorithm, object) }

  private func group(_ prime: UnsafeRawBufferPointer, _ generator: UnsafeRawBufferPointer) -> PublicKeyField.Group {
    guard generator.count == 1, generator[0] == 2 else { return .other }
    switch prime.count {
    case 256 where equal(prime, FFDHE.prime2048): return .ffdhe2048
    case 384 where equal(prime, FFDHE.prime3072): return .ffdhe3072
    case 512 where equal(prime, FFDHE.prime4096): return .ffdhe4096
    default: return .other
    }
  }
}

private enum ObjectIdentifiers {
  /// PKCS #3: 1.2.840.113549.1.3.1.
  static let dhKeyAgreement: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x03, 0x01]
  /// RFC 8410: 1.3.101.110.
  static let x25519: [UInt8] = [0x2b, 0x65, 0x6e]
  /// PKCS #1: 1.2.840.113549.1.1.1.
  static let rsaEncryption: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01]
}

/// No early exit, so that the compiler turns it into wide compares.
private func equal(_ bytes: UnsafeRawBufferPointer, _ wanted: [UInt8]) -> Bool {
  guard bytes.count == wanted.count else { return false }
  var difference: UInt8 = 0
  for index in wanted.indices { difference |= bytes[index] ^ wanted[index] }
  return difference == 0
}
