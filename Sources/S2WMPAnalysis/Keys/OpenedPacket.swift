import S2WMPWire

/// What keys tell of one packet. A class, so that packets without it carry an empty word.
public final class OpenedPacket: Sendable {
  /// How the body was encrypted.
  public enum Cipher: Sendable, Equatable {
    /// Suite `dh`.
    case aesGCM
    /// Suite `rsa`, with the bytes that RSA made of the content key.
    case rsa(wrapped: Int)
    /// The legacy dialect.
    case aesECB
  }

  /// The message; nil when there is none or it does not decrypt.
  public let plaintext: [UInt8]?
  /// Whether the hash is right; nil when that cannot be told.
  public let isHashRight: Bool?
  /// The client program's ID; nil when it is not known.
  public let client: Identifier?
  /// Nil without a plaintext.
  public let cipher: Cipher?

  public init(plaintext: [UInt8]? = nil, isHashRight: Bool? = nil, client: Identifier? = nil, cipher: Cipher? = nil) {
    self.plaintext = plaintext
    self.isHashRight = isHashRight
    self.client = client
    self.cipher = cipher
  }
}
