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

    init(_ group: KeyGroup?) {
      switch group {
      case .ffdhe2048: self = .ffdhe2048
      case .ffdhe3072: self = .ffdhe3072
      case .ffdhe4096: self = .ffdhe4096
      case .x25519: self = .x25519
      case nil: self = .other
      }
    }

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
    guard let first = SubjectPublicKeyInfo(&reader), var field = diffieHellman(first) else { return nil }
    if dialect == .legacy { return reader.isAtEnd && field.group != .x25519 ? field : nil }
    if !reader.isAtEnd {
      guard let second = SubjectPublicKeyInfo(&reader), let key = second.rsaKey, reader.isAtEnd else { return nil }
      field.rsaBits = bitLength(key.modulus)
    }
    return field
  }

  public static func parse(_ bytes: [UInt8], _ dialect: Dialect = .v1) -> PublicKeyField? {
    bytes.withUnsafeBytes { parse($0, dialect) }
  }

  /// Set when this is a PKCS #3 or X25519 key.
  private static func diffieHellman(_ info: SubjectPublicKeyInfo) -> PublicKeyField? {
    if info.x25519Key != nil { return PublicKeyField(group: .x25519, groupBits: 255, rsaBits: nil) }
    guard let key = info.finiteFieldKey else { return nil }
    return PublicKeyField(group: Group(key.group), groupBits: bitLength(key.prime), rsaBits: nil)
  }
}

extension PublicKeyField: CustomStringConvertible {
  /// For people: `ffdhe3072 + RSA-3072`, `X25519`, `D-H 512 bits`.
  public var description: String {
    let first = group == .x25519 ? "X25519" : group.name ?? "D-H \(groupBits) bits"
    return rsaBits.map { "\(first) + RSA-\($0)" } ?? first
  }
}
