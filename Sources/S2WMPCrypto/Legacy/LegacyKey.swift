import COpenSSL
import S2WMPWire

/// A D-H key of the legacy dialect (S2WMP wire format, appendix L): PKCS #3, 512 bits, prime and generator chosen by who asks first.
public final class LegacyKey: Sendable {
  /// Bits of a prime that are accepted: 512 is what the dialect uses, more does no harm, much more would cost a stranger's victim its time.
  public static let sizes = 512...2048

  private let handle: KeyHandle
  /// The `public_key` field.
  public let publicKey: [UInt8]
  /// Bytes of the prime, and of the shared secret.
  public let secretLength: Int

  init(_ handle: KeyHandle) throws(IdentityError) {
    guard handle.kind == EVP_PKEY_DH else { throw .otherKind(handle.kindName) }
    guard let field = handle.publicField else { throw .unusable }
    do throws(KeyFault) { secretLength = try LegacyKey.judge(field).prime.count } catch { throw .notAllowed(error) }
    publicKey = field
    self.handle = handle
  }

  /// A new key in a 512-bit group of our own, or in that of somebody's `public_key` field, as an answer to it.
  public static func generate(answering field: [UInt8]? = nil) throws(IdentityError) -> LegacyKey {
    var (prime, generator) = (LegacyGroup.prime, LegacyGroup.generator)
    if let field {
      do throws(KeyFault) { (prime, generator, _) = try judge(field) } catch { throw .notAllowed(error) }
    }
    guard let handle = KeyHandle.generate(prime: prime, generator: generator) else { throw .generation }
    return try LegacyKey(handle)
  }

  public convenience init(pkcs8: [UInt8]) throws(IdentityError) { try self.init(try PrivateKeyBlock.decode(pkcs8)) }

  public convenience init(pem: [UInt8], passphrase: SecretBytes?) throws(IdentityError) {
    try self.init(parts: try PrivateKeyBlock.read(pem: pem, passphrase: passphrase))
  }

  /// The same from bytes that are wiped afterwards.
  public convenience init(pem: SecretBytes, passphrase: SecretBytes?) throws(IdentityError) {
    let parts = pem.withBytes { pem in Result { () throws(IdentityError) in try PrivateKeyBlock.read(pem: pem, passphrase: passphrase) } }
    try self.init(parts: parts.get())
  }

  private convenience init(parts handles: [KeyHandle]) throws(IdentityError) {
    guard let first = handles.first else { throw .noKey }
    guard handles.count == 1 else { throw .tooManyKeys }
    try self.init(first)
  }

  public func pkcs8() throws(IdentityError) -> SecretBytes { try PrivateKeyBlock.encode(handle) }

  public func pem(passphrase: SecretBytes?) throws(IdentityError) -> SecretBytes {
    try PrivateKeyBlock.write([handle], passphrase: passphrase)
  }

  /// The D-H secret with somebody's `public_key` field, left-padded to the size of p. Throws unless that key is in our group.
  public func sharedSecret(with field: [UInt8]) throws(KeyFault) -> SecretBytes {
    let (own, other) = (try Self.judge(publicKey), try Self.judge(field))
    guard own.prime == other.prime, own.generator == other.generator else { throw .legacyGroup }
    guard
      let theirs = KeyHandle.diffieHellman(prime: other.prime, generator: other.generator, value: other.value),
      let secret = handle.agree(with: theirs, length: secretLength)
    else { throw .publicValue }
    return secret
  }

  /// Whether a field is a key that the dialect allows; its prime, generator and public value.
  static func judge(_ field: [UInt8]) throws(KeyFault) -> (prime: [UInt8], generator: [UInt8], value: [UInt8]) {
    try field.withUnsafeBytes { bytes in
      Result { () throws(KeyFault) in
        var reader = DERReader(bytes)
        guard let key = SubjectPublicKeyInfo(&reader)?.finiteFieldKey else { throw .malformed }
        guard reader.isAtEnd else { throw .trailingBytes }
        let bits = bitLength(key.prime)
        guard sizes.contains(bits) else { throw .legacySize(bits) }
        // An even modulus is no prime, and OpenSSL cannot compute with it.
        guard let last = key.prime.last, last & 1 == 1 else { throw .legacyGroup }
        guard FiniteFieldKey(prime: key.prime, generator: key.generator, value: key.generator).isValueInRange else { throw .legacyGroup }
        guard key.isValueInRange else { throw .publicValue }
        return (Array(key.prime), Array(key.generator), Array(key.value))
      }
    }.get()
  }
}

/// The group of keys that we make unasked.
enum LegacyGroup {
  static let prime: [UInt8] = Hex.bytes(hex) ?? []
  static let generator: [UInt8] = [2]
  /// A safe prime, made with `openssl prime -generate -bits 512 -safe`.
  private static let hex = """
    ccfff7e0a9b1524a6750065afdad803b08e5fe508d7bad6f6ba7d93a190eebf4\
    dcc73fbf8385a20e7f4220dac0c83f8fcfa0963e9071c68c5f90bf386eb36b9f
    """
}
