import COpenSSL

/// Public keys from their numbers: no parser of OpenSSL sees a stranger's bytes.
extension KeyHandle {
  static func rsa(_ key: RSAPublicKey) -> KeyHandle? {
    let (modulus, exponent) = (BigNumber(key.modulus), BigNumber(key.exponent))
    return make("RSA", s2wmp_public_key_selection()) { builder in
      OSSL_PARAM_BLD_push_BN(builder, s2wmp_name_rsa_n(), modulus.pointer) == 1
        && OSSL_PARAM_BLD_push_BN(builder, s2wmp_name_rsa_e(), exponent.pointer) == 1
    }
  }

  /// The D-H part of somebody's key.
  static func diffieHellman(_ group: KeyGroup, value: [UInt8]) -> KeyHandle? {
    guard group != .x25519 else { return KeyHandle(owning: EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nil, value, value.count)) }
    let number = value.withUnsafeBytes { BigNumber($0) }
    return group.rawValue.withCString { name in
      make("DH", s2wmp_public_key_selection()) { builder in
        OSSL_PARAM_BLD_push_utf8_string(builder, s2wmp_name_group(), name, 0) == 1
          && OSSL_PARAM_BLD_push_BN(builder, s2wmp_name_public(), number.pointer) == 1
      }
    }
  }

  /// A key from parameters. What `fill` hands over is kept by address until `make` returns.
  static func make(_ algorithm: String, _ selection: Int32, _ fill: (OpaquePointer?) -> Bool) -> KeyHandle? {
    let builder = OSSL_PARAM_BLD_new()
    defer { OSSL_PARAM_BLD_free(builder) }
    guard fill(builder), let parameters = OSSL_PARAM_BLD_to_param(builder) else { return nil }
    defer { OSSL_PARAM_free(parameters) }
    let context = EVP_PKEY_CTX_new_from_name(nil, algorithm, nil)
    defer { EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    let done = EVP_PKEY_fromdata_init(context) == 1 && EVP_PKEY_fromdata(context, &key, selection, parameters) == 1
    if !done { forgetErrors() }
    return done ? KeyHandle(owning: key) : nil
  }
}

/// New key pairs.
extension KeyHandle {
  static func generate(_ group: KeyGroup) -> KeyHandle? {
    generate(group == .x25519 ? "X25519" : "DH") { group == .x25519 ? 1 : EVP_PKEY_CTX_set_group_name($0, group.rawValue) }
  }

  static func generateRSA(bits: Int) -> KeyHandle? {
    generate("RSA") { EVP_PKEY_CTX_set_rsa_keygen_bits($0, Int32(bits)) }
  }

  private static func generate(_ algorithm: String, _ configure: (OpaquePointer?) -> Int32) -> KeyHandle? {
    let context = EVP_PKEY_CTX_new_from_name(nil, algorithm, nil)
    defer { EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    let done = EVP_PKEY_keygen_init(context) == 1 && configure(context) == 1 && EVP_PKEY_generate(context, &key) == 1
    if !done { forgetErrors() }
    return done ? KeyHandle(owning: key) : nil
  }
}

/// What key pairs do.
extension KeyHandle {
  /// The shared secret, left-padded to `length`; nil when OpenSSL refuses the other's value.
  func agree(with other: KeyHandle, length: Int) -> SecretBytes? {
    let context = EVP_PKEY_CTX_new(pointer, nil)
    defer { EVP_PKEY_CTX_free(context) }
    // The value was checked as the specification says; OpenSSL's own check wants more (membership in a subgroup).
    guard EVP_PKEY_derive_init(context) == 1, EVP_PKEY_derive_set_peer_ex(context, other.pointer, 0) == 1 else { return refuse() }
    if EVP_PKEY_get_base_id(pointer) == EVP_PKEY_DH { EVP_PKEY_CTX_set_dh_pad(context, 1) }
    var count = 0
    guard EVP_PKEY_derive(context, nil, &count) == 1, count == length else { return refuse() }
    var done = false
    let secret = SecretBytes(count: length) { out in
      done = EVP_PKEY_derive(context, out.octets, &count) == 1 && count == length
    }
    return done ? secret : refuse()
  }

  /// RSAES-OAEP with SHA-256, MGF1 with SHA-256 and an empty label, under the public key (S2WMP wire format, section 5.5).
  func wrap(_ secret: SecretBytes, into out: UnsafeMutableRawBufferPointer) -> Bool {
    let context = EVP_PKEY_CTX_new(pointer, nil)
    defer { EVP_PKEY_CTX_free(context) }
    guard EVP_PKEY_encrypt_init(context) == 1, Self.useOAEP(context) else { return refuse() != nil }
    var count = out.count
    let done = secret.withBytes { EVP_PKEY_encrypt(context, out.octets, &count, $0.octets, $0.count) } == 1 && count == out.count
    if !done { forgetErrors() }
    return done
  }

  /// The inverse under the private key; nil whatever the reason.
  func unwrap(_ wrapped: UnsafeRawBufferPointer) -> SecretBytes? {
    let context = EVP_PKEY_CTX_new(pointer, nil)
    defer { EVP_PKEY_CTX_free(context) }
    guard EVP_PKEY_decrypt_init(context) == 1, Self.useOAEP(context) else { return refuse() }
    var count = Int(EVP_PKEY_get_size(pointer))
    var done = false
    let block = SecretBytes(count: count) { out in
      done = EVP_PKEY_decrypt(context, out.octets, &count, wrapped.octets, wrapped.count) == 1
    }
    guard done, count <= block.count else { return refuse() }
    return block.withBytes { SecretBytes(copying: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
  }

  private static func useOAEP(_ context: OpaquePointer?) -> Bool {
    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 && EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) == 1
      && EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1
  }

  private func refuse() -> SecretBytes? {
    forgetErrors()
    return nil
  }
}
