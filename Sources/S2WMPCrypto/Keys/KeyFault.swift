/// Why somebody's public key, or what it was used for, is refused (S2WMP wire format, section 5.1).
public enum KeyFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// Not one or two DER SubjectPublicKeyInfo structures, or of other algorithms.
  case malformed
  case trailingBytes
  /// A finite field other than the three of RFC 7919.
  case unknownGroup
  /// Not 2 ≤ y ≤ p−2, or an X25519 value whose shared secret is zero.
  case publicValue
  /// Bits of the modulus.
  case rsaSize(Int)
  case rsaExponent
  /// An RSA modulus that cannot be one.
  case rsaModulus
  case otherGroup(own: KeyGroup, other: KeyGroup)
  /// Suite rsa needs an RSA key.
  case noRSAKey
  /// Bytes of plaintext there are, and that fit one message.
  case messageTooLong(Int, limit: Int)
  /// Legacy: bits of the prime.
  case legacySize(Int)
  /// Legacy: a prime or generator that cannot be one, or another pair than ours.
  case legacyGroup

  public var description: String {
    switch self {
    case .malformed: "the public key is not a DER D-H key (PKCS #3 or X25519), alone or followed by an RSA key"
    case .trailingBytes: "bytes follow the public key"
    case .unknownGroup: "the D-H key's group is none of ffdhe2048, ffdhe3072, ffdhe4096 and x25519"
    case .publicValue: "the D-H key's public value fails its check: with it anybody could know the shared secret"
    case .rsaSize(let bits): "the RSA key has \(bits) bits; 2048 to 4096 are allowed"
    case .rsaExponent: "the RSA key's exponent is not 65537"
    case .rsaModulus: "the RSA key's modulus is even, so it is no RSA key"
    case .otherGroup(let own, let other): "the D-H key's group is \(other.rawValue), ours is \(own.rawValue): both sides must use the same"
    case .noRSAKey: "the public key holds no RSA key, which suite rsa needs"
    case .messageTooLong(let count, let limit): "the message has \(count) bytes; \(limit) fit"
    case .legacySize(let bits): "the legacy D-H key has \(bits) bits; \(LegacyKey.sizes.lowerBound) to \(LegacyKey.sizes.upperBound) are allowed"
    case .legacyGroup: "the legacy D-H key's prime and generator cannot be used, or are not those of our own key"
    }
  }
}
