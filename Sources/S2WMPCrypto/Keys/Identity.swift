import COpenSSL
import S2WMPWire

/// An own key: a D-H key pair and, in suite `rsa`, an RSA key pair (S2WMP wire format, section 5.1).
public final class Identity: Sendable {
  /// The sizes of RSA keys that the specification allows, in bits.
  public static let rsaSizes = 2048...4096

  let diffieHellman: KeyHandle
  let rsa: KeyHandle?
  /// The public half, as others see it.
  public let key: PeerKey

  /// The `public_key` field.
  public var publicKey: [UInt8] { key.field }
  public var userID: Identifier { key.userID }
  public var suite: Suite { key.suite }
  public var group: KeyGroup { key.group }
  /// For reading aloud.
  public var fingerprint: String { key.fingerprint }

  init(_ diffieHellman: KeyHandle, _ rsa: KeyHandle?) throws(IdentityError) {
    guard let first = diffieHellman.publicField, let second = rsa.map({ $0.publicField }) ?? [] else { throw .unusable }
    do throws(KeyFault) { key = try PeerKey(field: first + second) } catch { throw .notAllowed(error) }
    self.diffieHellman = diffieHellman
    self.rsa = rsa
  }

  /// A new key. RSA of 3072 bits takes about half a second.
  ///
  /// - rsaBits: of the RSA key; ignored in suite `dh`.
  public static func generate(suite: Suite, group: KeyGroup, rsaBits: Int = 3072) throws(IdentityError) -> Identity {
    guard suite == .dh || rsaSizes.contains(rsaBits) else { throw .notAllowed(.rsaSize(rsaBits)) }
    guard let diffieHellman = KeyHandle.generate(group) else { throw .generation }
    guard suite == .rsa else { return try Identity(diffieHellman, nil) }
    guard let rsa = KeyHandle.generateRSA(bits: rsaBits) else { throw .generation }
    return try Identity(diffieHellman, rsa)
  }

  /// From PKCS #8 DER, unencrypted: the D-H key and, for suite `rsa`, the RSA key.
  public convenience init(pkcs8 keys: [[UInt8]]) throws(IdentityError) {
    var handles: [KeyHandle] = []
    for key in keys { handles.append(try PrivateKeyBlock.decode(key)) }
    try self.init(parts: handles)
  }

  /// From one or two PEM blocks in either order, PKCS #8 plain or encrypted; text around them is ignored.
  public convenience init(pem: [UInt8], passphrase: SecretBytes?) throws(IdentityError) {
    try self.init(parts: try PrivateKeyBlock.read(pem: pem, passphrase: passphrase))
  }

  /// The same from bytes that are wiped afterwards.
  public convenience init(pem: SecretBytes, passphrase: SecretBytes?) throws(IdentityError) {
    let parts = pem.withBytes { pem in Result { () throws(IdentityError) in try PrivateKeyBlock.read(pem: pem, passphrase: passphrase) } }
    try self.init(parts: parts.get())
  }

  /// Sorts the keys of a file.
  convenience init(parts: [KeyHandle]) throws(IdentityError) {
    guard !parts.isEmpty else { throw .noKey }
    guard parts.count <= 2 else { throw .tooManyKeys }
    let rsa = parts.filter { $0.kind == EVP_PKEY_RSA }
    let others = parts.filter { $0.kind != EVP_PKEY_RSA }
    guard let first = others.first else { throw .onlyRSA }
    guard others.count == 1 else { throw .twoDiffieHellmanKeys }
    guard first.kind == EVP_PKEY_DH || first.kind == EVP_PKEY_X25519 else { throw .otherKind(first.kindName) }
    try self.init(first, rsa.first)
  }

  /// The keys as PKCS #8 DER, unencrypted, D-H first.
  public func pkcs8() throws(IdentityError) -> [SecretBytes] {
    var out: [SecretBytes] = []
    for handle in [diffieHellman, rsa].compactMap({ $0 }) { out.append(try PrivateKeyBlock.encode(handle)) }
    return out
  }

  /// PEM, the D-H key first: `PRIVATE KEY` or, with a passphrase, `ENCRYPTED PRIVATE KEY` blocks.
  public func pem(passphrase: SecretBytes?) throws(IdentityError) -> SecretBytes {
    try PrivateKeyBlock.write([diffieHellman, rsa].compactMap { $0 }, passphrase: passphrase)
  }
}

/// What an own key is for.
extension Identity {
  /// `Z`, left-padded to the group's size (S2WMP wire format, section 5.3).
  ///
  /// Throws when the groups differ, or when the public value fails its check.
  public func sharedSecret(with other: PeerKey) throws(KeyFault) -> SecretBytes {
    guard other.group == group else { throw .otherGroup(own: group, other: other.group) }
    guard
      let theirs = KeyHandle.diffieHellman(other.group, value: other.value),
      let secret = diffieHellman.agree(with: theirs, length: group.secretLength)
    else { throw .publicValue }
    // OpenSSL refuses a zero X25519 secret itself; this says so where it is required.
    guard secret != SecretBytes(count: secret.count, fillingWith: { _ in }) else { throw .publicValue }
    return secret
  }

  /// The content key inside RSAES-OAEP, by our RSA key; nil whatever went wrong (S2WMP wire format, section 5.5).
  public func unwrap(_ wrapped: UnsafeRawBufferPointer) -> SecretBytes? {
    rsa?.unwrap(wrapped)
  }

  /// Bytes that RSA makes of a content key sent to us; 0 in suite `dh`.
  public var wrappedLength: Int { key.wrappedLength }
}
