import COpenSSL
import S2WMPCrypto

/// The cryptography that the made-up conversations need, straight over OpenSSL's primitives.
///
/// It is written from the wire format's text and shares no code with the analyzer, whose results on these captures it is there to check.
/// Nothing is random: keys, nonces and seeds come from the caller, so that every run makes the same bytes.
enum Cipher {
  static func sha256(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { Digest.sha256($0) } }

  static func sha1(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { Digest.sha1($0) } }

  static func hmac(key: [UInt8], _ bytes: [UInt8]) throws -> [UInt8] {
    var out = [UInt8](repeating: 0, count: 32)
    let done = EVP_Q_mac(nil, "HMAC", nil, "SHA256", nil, key, key.count, bytes, bytes.count, &out, out.count, nil)
    guard done != nil else { throw MakingError("OpenSSL refused HMAC-SHA-256.") }
    return out
  }

  /// HKDF-SHA-256 of at most 32 bytes: one block of its expansion.
  static func hkdf(_ secret: [UInt8], salt: [UInt8], info: [UInt8], count: Int) throws -> [UInt8] {
    Array(try hmac(key: hmac(key: salt, secret), info + [1]).prefix(count))
  }

  /// AES in ECB mode; `pads`: PKCS #5.
  static func aesECB(key: [UInt8], _ plaintext: [UInt8], pads: Bool) throws -> [UInt8] {
    try run(EVP_aes_128_ecb(), key: key, iv: nil, pads: pads, plaintext).bytes
  }

  /// AES-256-GCM: the ciphertext and the 16-byte tag.
  static func aesGCM(key: [UInt8], nonce: [UInt8], associated: [UInt8], _ plaintext: [UInt8]) throws -> [UInt8] {
    let result = try run(EVP_aes_256_gcm(), key: key, iv: nonce, pads: false, associated: associated, plaintext)
    return result.bytes + result.tag
  }

  private static func run(
    _ algorithm: OpaquePointer?, key: [UInt8], iv: [UInt8]?, pads: Bool, associated: [UInt8]? = nil, _ plaintext: [UInt8]
  ) throws -> (bytes: [UInt8], tag: [UInt8]) {
    let context = EVP_CIPHER_CTX_new()
    defer { EVP_CIPHER_CTX_free(context) }
    var out = [UInt8](repeating: 0, count: plaintext.count + 16)
    var tag: [UInt8] = []
    var (count, last): (Int32, Int32) = (0, 0)
    var done = EVP_EncryptInit_ex(context, algorithm, nil, key, iv) == 1
    EVP_CIPHER_CTX_set_padding(context, pads ? 1 : 0)
    if let associated { done = done && EVP_EncryptUpdate(context, nil, &count, associated, Int32(associated.count)) == 1 }
    done = done && EVP_EncryptUpdate(context, &out, &count, plaintext, Int32(plaintext.count)) == 1
    out.withUnsafeMutableBufferPointer { buffer in
      done = done && EVP_EncryptFinal_ex(context, buffer.baseAddress?.advanced(by: Int(count)), &last) == 1
    }
    if associated != nil {
      tag = [UInt8](repeating: 0, count: 16)
      done = done && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, &tag) == 1
    }
    guard done else { throw MakingError("OpenSSL refused to encrypt.") }
    return (Array(out.prefix(Int(count + last))), tag)
  }
}

/// RSA with OAEP whose seed is known (RFC 8017, section 7.1.1): SHA-256, MGF1 with SHA-256, empty label.
extension Cipher {
  /// - key: the RSA key as DER SubjectPublicKeyInfo.
  static func oaep(key: [UInt8], seed: [UInt8], _ message: [UInt8]) throws -> [UInt8] {
    let parsed = key.withUnsafeBufferPointer { buffer in
      var start = buffer.baseAddress
      return d2i_PUBKEY(nil, &start, buffer.count)
    }
    defer { EVP_PKEY_free(parsed) }
    let size = Int(EVP_PKEY_get_size(parsed))
    let padding = [UInt8](repeating: 0, count: size - message.count - 66)
    let block = sha256([]) + padding + [1] + message
    let maskedBlock = xor(block, mask(seed, count: block.count))
    return try rawRSA(parsed, [0] + xor(seed, mask(maskedBlock, count: 32)) + maskedBlock)
  }

  private static func rawRSA(_ key: OpaquePointer?, _ block: [UInt8]) throws -> [UInt8] {
    let context = EVP_PKEY_CTX_new(key, nil)
    defer { EVP_PKEY_CTX_free(context) }
    var out = [UInt8](repeating: 0, count: block.count)
    var count = out.count
    guard
      EVP_PKEY_encrypt_init(context) == 1, EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) == 1,
      EVP_PKEY_encrypt(context, &out, &count, block, block.count) == 1
    else { throw MakingError("OpenSSL refused to encrypt with the RSA key.") }
    return out
  }

  private static func mask(_ seed: [UInt8], count: Int) -> [UInt8] {
    var out: [UInt8] = []
    var counter: UInt8 = 0
    while out.count < count {
      out += sha256(seed + [0, 0, 0, counter])
      counter += 1
    }
    return Array(out.prefix(count))
  }

  static func xor(_ first: [UInt8], _ second: [UInt8]) -> [UInt8] { zip(first, second).map { $0 ^ $1 } }
}
