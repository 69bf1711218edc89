import S2WMPWire

/// Somebody's public key, checked: whoever holds one may use it (S2WMP wire format, section 5.1).
public struct PeerKey: Sendable {
  /// The `public_key` field, byte for byte.
  public let field: [UInt8]
  /// The first 16 bytes of the field's SHA-256 (S2WMP wire format, section 5.2).
  public let userID: Identifier
  public let suite: Suite
  public let group: KeyGroup
  /// Bits of the RSA modulus.
  public let rsaBits: Int?
  /// The D-H public value: y without leading zeros, or X25519's 32 bytes.
  let value: [UInt8]
  let rsa: KeyHandle?

  public init(field: UnsafeRawBufferPointer) throws(KeyFault) {
    var reader = DERReader(field)
    guard let first = SubjectPublicKeyInfo(&reader) else { throw .malformed }
    (group, value) = try Self.diffieHellman(first)
    if reader.isAtEnd {
      (suite, rsa, rsaBits) = (.dh, nil, nil)
    } else {
      guard let second = SubjectPublicKeyInfo(&reader) else { throw .trailingBytes }
      guard let key = second.rsaKey else { throw .malformed }
      guard reader.isAtEnd else { throw .trailingBytes }
      (suite, rsa, rsaBits) = (.rsa, try Self.usable(key), bitLength(key.modulus))
    }
    self.field = Array(field)
    userID = Digest.identifier(sha256: field)
  }

  public init(field: [UInt8]) throws(KeyFault) {
    self = try field.withUnsafeBytes { bytes in Result { () throws(KeyFault) in try PeerKey(field: bytes) } }.get()
  }

  private static func diffieHellman(_ info: SubjectPublicKeyInfo) throws(KeyFault) -> (KeyGroup, [UInt8]) {
    if let key = info.x25519Key { return (.x25519, Array(key)) }
    guard let key = info.finiteFieldKey else { throw .malformed }
    guard let group = key.group else { throw .unknownGroup }
    guard key.isValueInRange else { throw .publicValue }
    return (group, Array(key.value))
  }

  /// The RSA key in OpenSSL's hands, if 5.1 allows it.
  private static func usable(_ key: RSAPublicKey) throws(KeyFault) -> KeyHandle {
    let bits = bitLength(key.modulus)
    guard (2048...4096).contains(bits) else { throw .rsaSize(bits) }
    guard equal(key.exponent, [1, 0, 1]) else { throw .rsaExponent }
    // Arithmetic modulo an even number fails inside OpenSSL.
    guard let last = key.modulus.last, last & 1 == 1, let handle = KeyHandle.rsa(key) else { throw .rsaModulus }
    return handle
  }
}

extension PeerKey: Hashable {
  public static func == (a: PeerKey, b: PeerKey) -> Bool { a.field == b.field }
  public func hash(into hasher: inout Hasher) { hasher.combine(userID) }
}
