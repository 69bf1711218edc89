/// Why a key of our own cannot be read, made or written.
public enum IdentityError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A PEM file without a block.
  case noKey
  case tooManyKeys
  case onlyRSA
  case twoDiffieHellmanKeys
  /// What the key is instead.
  case otherKind(String)
  /// The name of a PEM block that holds no PKCS #8 key.
  case otherBlock(String)
  /// A block that begins and does not end, or whose text is not base64.
  case damagedBlock
  /// What is inside is no PKCS #8 key.
  case damagedKey
  case passphraseMissing
  case passphraseWrong
  case passphraseEmpty
  /// An encryption that we do not undo: unknown, or made to take for ever.
  case encryption
  /// The key is fine, but the protocol does not take it.
  case notAllowed(KeyFault)
  case unusable
  case generation
  case tooLarge

  public var description: String {
    switch self {
    case .noKey: "there is no private key: a PEM block \"PRIVATE KEY\" or \"ENCRYPTED PRIVATE KEY\" is wanted"
    case .tooManyKeys: "there are more than two private keys: one D-H key is wanted and, for suite rsa, one RSA key"
    case .onlyRSA: "there is no D-H key, only RSA: an identity has a D-H key (PKCS #3 or X25519) and, for suite rsa, an RSA key"
    case .twoDiffieHellmanKeys: "there are two keys and neither is RSA: an identity has one D-H key and, for suite rsa, one RSA key"
    case .otherKind(let kind): "the private key is of kind \(kind); D-H (PKCS #3) or X25519, and RSA, can be used"
    case .otherBlock(let name): "there is a PEM block \"\(name)\"; the private keys must be PKCS #8 (openssl pkcs8 -topk8 converts)"
    case .damagedBlock: "a PEM block is damaged: restore the file from a copy"
    case .damagedKey: "the private key is damaged: restore the file from a copy"
    case .passphraseMissing: "the private key is encrypted: give its passphrase"
    case .passphraseWrong: "the passphrase is wrong"
    case .passphraseEmpty: "an empty passphrase protects nothing: give one, or none"
    case .encryption: "the private key's encryption cannot be undone: PBES2 with AES is wanted (openssl pkcs8 -topk8 -v2 aes256 converts)"
    case .notAllowed(let fault): "\(fault)"
    case .unusable: "OpenSSL cannot use the private key"
    case .generation: "OpenSSL could not make a key"
    case .tooLarge: "the file is far larger than any private key"
    }
  }
}
