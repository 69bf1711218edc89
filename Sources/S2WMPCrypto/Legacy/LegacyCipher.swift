import COpenSSL
import S2WMPWire

/// How the legacy dialect encrypts (S2WMP wire format, appendix L): AES-128 in ECB mode, PKCS #5 padding.
///
/// It hides little and proves nothing; it is here to read and talk to what exists. Not thread-safe.
public final class LegacyCipher {
  /// SHA-1 of "sampleclient", truncated: sent in the clear.
  public static let clientID = Identifier(high: 0x8660_9072_ea7b_06cb, low: 0x4293_5955_0a12_0dd1)

  private let encryption = EVP_CIPHER_CTX_new()
  private let decryption = EVP_CIPHER_CTX_new()

  /// - secret: the D-H secret, left-padded to the size of p.
  public init(secret: SecretBytes) {
    var digest = secret.withBytes { Digest.sha1($0) }
    digest.withUnsafeMutableBytes { key in
      require(EVP_EncryptInit_ex(encryption, EVP_aes_128_ecb(), nil, key.octets, nil), "AES-128")
      require(EVP_DecryptInit_ex(decryption, EVP_aes_128_ecb(), nil, key.octets, nil), "AES-128")
      OPENSSL_cleanse(key.baseAddress, key.count)
    }
  }

  deinit {
    EVP_CIPHER_CTX_free(encryption)
    EVP_CIPHER_CTX_free(decryption)
  }

  /// The `hash` of a message: of the ciphertext, without a key.
  public static func hash(_ body: UnsafeRawBufferPointer) -> Identifier { Digest.identifier(sha1: body) }
  public static func hash(_ body: [UInt8]) -> Identifier { body.withUnsafeBytes { hash($0) } }

  public func encrypt(_ plaintext: [UInt8]) -> [UInt8] {
    require(EVP_EncryptInit_ex(encryption, nil, nil, nil, nil), "AES-128")
    let size = (plaintext.count / 16 + 1) * 16
    return filled(size) { out in
      var (count, last): (Int32, Int32) = (0, 0)
      require(EVP_EncryptUpdate(encryption, out.octets, &count, plaintext, Int32(plaintext.count)), "AES-128")
      require(EVP_EncryptFinal_ex(encryption, out.octets?.advanced(by: Int(count)), &last), "AES-128")
    }
  }

  /// Nil when the body is no whole number of blocks, or its padding is wrong.
  public func decrypt(_ body: UnsafeRawBufferPointer) -> [UInt8]? {
    guard body.count > 0, body.count % 16 == 0, EVP_DecryptInit_ex(decryption, nil, nil, nil, nil) == 1 else { return nil }
    var right = false
    let plaintext = [UInt8](unsafeUninitializedCapacity: body.count + 16) { out, written in
      var (count, last): (Int32, Int32) = (0, 0)
      right =
        EVP_DecryptUpdate(decryption, out.baseAddress, &count, body.octets, Int32(body.count)) == 1
        && EVP_DecryptFinal_ex(decryption, out.baseAddress?.advanced(by: Int(count)), &last) == 1
      written = right ? Int(count + last) : 0
    }
    if !right { forgetErrors() }
    return right ? plaintext : nil
  }

  public func decrypt(_ body: [UInt8]) -> [UInt8]? { body.withUnsafeBytes { decrypt($0) } }
}
