import COpenSSL

/// D-H keys in any group.
extension KeyHandle {
  /// A public key.
  static func diffieHellman(prime: [UInt8], generator: [UInt8], value: [UInt8]) -> KeyHandle? {
    numbers(prime, generator, value)
  }

  /// A new key pair.
  static func generate(prime: [UInt8], generator: [UInt8]) -> KeyHandle? {
    guard let parameters = numbers(prime, generator, nil) else { return nil }
    let context = EVP_PKEY_CTX_new(parameters.pointer, nil)
    defer { EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    let done = EVP_PKEY_keygen_init(context) == 1 && EVP_PKEY_generate(context, &key) == 1
    if !done { forgetErrors() }
    return done ? KeyHandle(owning: key) : nil
  }

  private static func numbers(_ prime: [UInt8], _ generator: [UInt8], _ value: [UInt8]?) -> KeyHandle? {
    let p = prime.withUnsafeBytes { BigNumber($0) }
    let g = generator.withUnsafeBytes { BigNumber($0) }
    let y = value.map { $0.withUnsafeBytes { BigNumber($0) } }
    return make("DH", value == nil ? s2wmp_parameters_selection() : s2wmp_public_key_selection()) { builder in
      OSSL_PARAM_BLD_push_BN(builder, s2wmp_name_prime(), p.pointer) == 1 && OSSL_PARAM_BLD_push_BN(builder, s2wmp_name_generator(), g.pointer) == 1
        && (y.map { OSSL_PARAM_BLD_push_BN(builder, s2wmp_name_public(), $0.pointer) == 1 } ?? true)
    }
  }
}
