import COpenSSL

/// HKDF with SHA-256 (RFC 5869; S2WMP wire format, section 5.3).
enum HKDF {
  // SAFETY: a fetched algorithm is immutable and shared by all threads.
  nonisolated(unsafe) private static let algorithm = EVP_KDF_fetch(nil, "HKDF", nil)

  static func derive(_ secret: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, info: UnsafeRawBufferPointer, count: Int) -> SecretBytes {
    let context = EVP_KDF_CTX_new(algorithm)
    defer { EVP_KDF_CTX_free(context) }
    return SecretBytes(count: count) { out in
      var digest = Array("SHA256".utf8CString)
      let done = digest.withUnsafeMutableBufferPointer { name in
        let parameters = [
          OSSL_PARAM_construct_utf8_string(s2wmp_name_digest(), name.baseAddress, 0),
          OSSL_PARAM_construct_octet_string(s2wmp_name_key(), UnsafeMutableRawPointer(mutating: secret.baseAddress), secret.count),
          OSSL_PARAM_construct_octet_string(s2wmp_name_salt(), UnsafeMutableRawPointer(mutating: salt.baseAddress), salt.count),
          OSSL_PARAM_construct_octet_string(s2wmp_name_info(), UnsafeMutableRawPointer(mutating: info.baseAddress), info.count),
          OSSL_PARAM_construct_end(),
        ]
        return EVP_KDF_derive(context, out.octets, out.count, parameters)
      }
      require(done, "HKDF")
    }
  }

  static func derive(_ secret: SecretBytes, salt: [UInt8], info: [UInt8], count: Int) -> SecretBytes {
    secret.withBytes { secret in
      salt.withUnsafeBytes { salt in info.withUnsafeBytes { derive(secret, salt: salt, info: $0, count: count) } }
    }
  }
}
