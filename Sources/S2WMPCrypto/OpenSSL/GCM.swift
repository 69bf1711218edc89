import COpenSSL

/// AES-256-GCM in one direction under one key, which is set up once; each message brings its nonce (S2WMP wire format, section 5.5). Not thread-safe.
final class GCM {
  static let nonceLength = 12
  static let tagLength = 16

  private let context = EVP_CIPHER_CTX_new()
  private let seals: Bool

  /// - key: 32 bytes.
  init(key: SecretBytes, sealing: Bool) {
    precondition(key.count == 32)
    seals = sealing
    // The default length of a nonce is 12.
    require(key.withBytes { EVP_CipherInit_ex(context, EVP_aes_256_gcm(), nil, $0.octets, nil, sealing ? 1 : 0) }, "AES-256-GCM")
  }

  deinit { EVP_CIPHER_CTX_free(context) }

  /// Writes the ciphertext, then the tag: `plaintext.count + 16` bytes.
  func seal(nonce: UnsafeRawBufferPointer, associated: UnsafeRawBufferPointer, _ plaintext: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer) {
    precondition(seals && nonce.count == Self.nonceLength && out.count == plaintext.count + Self.tagLength)
    begin(nonce, associated)
    var count: Int32 = 0
    require(EVP_EncryptUpdate(context, out.octets, &count, plaintext.octets, Int32(plaintext.count)), "AES-256-GCM")
    let tag = out.baseAddress?.advanced(by: plaintext.count)
    require(EVP_EncryptFinal_ex(context, tag?.assumingMemoryBound(to: UInt8.self), &count), "AES-256-GCM")
    require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagLength), tag), "AES-256-GCM")
  }

  /// Writes the plaintext and says whether the tag is right; when not, what was written is wiped.
  func open(
    nonce: UnsafeRawBufferPointer, associated: UnsafeRawBufferPointer, _ ciphertext: UnsafeRawBufferPointer, tag: UnsafeRawBufferPointer,
    into out: UnsafeMutableRawBufferPointer
  ) -> Bool {
    precondition(!seals && nonce.count == Self.nonceLength && tag.count == Self.tagLength && out.count == ciphertext.count)
    begin(nonce, associated)
    var count: Int32 = 0
    require(EVP_DecryptUpdate(context, out.octets, &count, ciphertext.octets, Int32(ciphertext.count)), "AES-256-GCM")
    require(
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagLength), UnsafeMutableRawPointer(mutating: tag.baseAddress)), "AES-256-GCM")
    var rest: (UInt64, UInt64) = (0, 0)
    let right = withUnsafeMutableBytes(of: &rest) { EVP_DecryptFinal_ex(context, $0.octets, &count) } == 1
    if !right {
      OPENSSL_cleanse(out.baseAddress, out.count)
      forgetErrors()
    }
    return right
  }

  private func begin(_ nonce: UnsafeRawBufferPointer, _ associated: UnsafeRawBufferPointer) {
    require(EVP_CipherInit_ex(context, nil, nil, nil, nonce.octets, -1), "AES-256-GCM")
    var count: Int32 = 0
    // Without an address, OpenSSL takes the call for the end of the message.
    guard associated.count > 0 else { return }
    require(EVP_CipherUpdate(context, nil, &count, associated.octets, Int32(associated.count)), "AES-256-GCM")
  }
}
