import COpenSSL

/// AES-128 on single blocks under one key, which is set up once. Not thread-safe.
final class BlockCipher {
  private let encryption = EVP_CIPHER_CTX_new()
  private let decryption = EVP_CIPHER_CTX_new()

  /// - key: 16 bytes.
  init(key: SecretBytes) {
    precondition(key.count == 16)
    key.withBytes { key in
      require(EVP_EncryptInit_ex(encryption, EVP_aes_128_ecb(), nil, key.octets, nil), "AES-128")
      require(EVP_DecryptInit_ex(decryption, EVP_aes_128_ecb(), nil, key.octets, nil), "AES-128")
    }
    EVP_CIPHER_CTX_set_padding(encryption, 0)
    EVP_CIPHER_CTX_set_padding(decryption, 0)
  }

  deinit {
    // Freeing a context wipes its key schedule.
    EVP_CIPHER_CTX_free(encryption)
    EVP_CIPHER_CTX_free(decryption)
  }

  func encrypt(_ high: UInt64, _ low: UInt64) -> (UInt64, UInt64) { run(high, low, EVP_EncryptUpdate, encryption) }

  func decrypt(_ high: UInt64, _ low: UInt64) -> (UInt64, UInt64) { run(high, low, EVP_DecryptUpdate, decryption) }

  private typealias Update = (OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int32>?, UnsafePointer<UInt8>?, Int32) -> Int32

  /// Without padding and buffering, each block comes out as it goes in.
  private func run(_ high: UInt64, _ low: UInt64, _ update: Update, _ context: OpaquePointer?) -> (UInt64, UInt64) {
    var out: (UInt64, UInt64) = (0, 0)
    var count: Int32 = 0
    withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { block in
      withUnsafeMutableBytes(of: &out) { require(update(context, $0.octets, &count, block.octets, 16), "AES-128") }
    }
    return (UInt64(bigEndian: out.0), UInt64(bigEndian: out.1))
  }
}
