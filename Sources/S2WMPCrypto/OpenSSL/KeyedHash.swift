import COpenSSL
import S2WMPWire

/// HMAC-SHA-256 under one key, which is set up once (S2WMP wire format, section 5.4). Not thread-safe.
final class KeyedHash {
  // SAFETY: a fetched algorithm is immutable and shared by all threads.
  nonisolated(unsafe) private static let algorithm = EVP_MAC_fetch(nil, "HMAC", nil)

  private let context: OpaquePointer?

  init(key: SecretBytes) {
    context = EVP_MAC_CTX_new(Self.algorithm)
    var digest = Array("SHA256".utf8CString)
    let done = digest.withUnsafeMutableBufferPointer { name in
      let parameters = [OSSL_PARAM_construct_utf8_string(s2wmp_name_digest(), name.baseAddress, 0), OSSL_PARAM_construct_end()]
      return key.withBytes { EVP_MAC_init(context, $0.octets, $0.count, parameters) }
    }
    require(done, "HMAC")
  }

  deinit { EVP_MAC_CTX_free(context) }

  /// The first 16 bytes of the HMAC over both.
  func hash(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Identifier {
    var out: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    var count = 0
    // Without a key, init starts over under the one that was set.
    require(EVP_MAC_init(context, nil, 0, nil), "HMAC")
    require(EVP_MAC_update(context, first.octets, first.count), "HMAC")
    if second.count > 0 { require(EVP_MAC_update(context, second.octets, second.count), "HMAC") }
    require(withUnsafeMutableBytes(of: &out) { EVP_MAC_final(context, $0.octets, &count, $0.count) }, "HMAC")
    return Identifier(high: UInt64(bigEndian: out.0), low: UInt64(bigEndian: out.1))
  }
}

/// SHA-256 over one or two pieces with a context that is kept. Not thread-safe.
final class PiecewiseDigest {
  // SAFETY: a fetched algorithm is immutable and shared by all threads.
  nonisolated(unsafe) private static let algorithm = EVP_MD_fetch(nil, "SHA256", nil)

  private let context = EVP_MD_CTX_new()

  deinit { EVP_MD_CTX_free(context) }

  /// The first 16 bytes.
  func hash(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer?) -> Identifier {
    var out: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    require(EVP_DigestInit_ex2(context, Self.algorithm, nil), "SHA-256")
    require(EVP_DigestUpdate(context, first.baseAddress, first.count), "SHA-256")
    if let second { require(EVP_DigestUpdate(context, second.baseAddress, second.count), "SHA-256") }
    require(withUnsafeMutableBytes(of: &out) { EVP_DigestFinal_ex(context, $0.octets, nil) }, "SHA-256")
    return Identifier(high: UInt64(bigEndian: out.0), low: UInt64(bigEndian: out.1))
  }
}
