import COpenSSL

/// Private keys at rest: PKCS #8, as DER or in PEM blocks.
enum PrivateKeyBlock {
  /// Far more than two keys take.
  static let limit = 1 << 20

  /// All private keys of a PEM text, in its order.
  static func read(pem: UnsafeRawBufferPointer, passphrase: SecretBytes?) throws(IdentityError) -> [KeyHandle] {
    guard pem.count <= limit else { throw .tooLarge }
    guard pem.count > 0 else { throw .noKey }
    // It reads the bytes where they are.
    let bio = BIO_new_mem_buf(pem.baseAddress, Int32(pem.count))
    defer { BIO_free(bio) }
    forgetErrors()
    var handles: [KeyHandle] = []
    while let block = try nextBlock(bio) {
      guard handles.count < 2 else { throw .tooManyKeys }
      switch block.name {
      case "PRIVATE KEY": handles.append(try block.bytes.withBytes { bytes in Result { () throws(IdentityError) in try decode(bytes) } }.get())
      case "ENCRYPTED PRIVATE KEY": handles.append(try decrypt(block.bytes, passphrase))
      default: throw .otherBlock(printable(block.name))
      }
    }
    return handles
  }

  static func read(pem: [UInt8], passphrase: SecretBytes?) throws(IdentityError) -> [KeyHandle] {
    try pem.withUnsafeBytes { pem in Result { () throws(IdentityError) in try read(pem: pem, passphrase: passphrase) } }.get()
  }

  private static func nextBlock(_ bio: OpaquePointer?) throws(IdentityError) -> (name: String, bytes: SecretBytes)? {
    var (name, header): (UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<CChar>?) = (nil, nil)
    var data: UnsafeMutablePointer<UInt8>?
    var count = 0
    guard PEM_read_bio(bio, &name, &header, &data, &count) == 1 else {
      let reason = ERR_GET_REASON(ERR_peek_last_error())
      forgetErrors()
      if reason == PEM_R_NO_START_LINE { return nil }
      throw .damagedBlock
    }
    defer {
      s2wmp_free(name)
      s2wmp_free(header)
      s2wmp_clear_free(data, count)
    }
    return (name.map { String(cString: $0) } ?? "", SecretBytes(copying: UnsafeRawBufferPointer(start: data, count: count)))
  }

  /// Control characters of a stranger's file never reach a terminal.
  private static func printable(_ name: String) -> String {
    String(String.UnicodeScalarView(name.unicodeScalars.prefix(40).map { (0x20...0x7e).contains($0.value) ? $0 : "?" }))
  }

  /// One unencrypted PKCS #8 key, nothing behind it.
  static func decode(_ bytes: UnsafeRawBufferPointer) throws(IdentityError) -> KeyHandle {
    guard bytes.count <= limit else { throw .tooLarge }
    var start = bytes.octets
    let info = d2i_PKCS8_PRIV_KEY_INFO(nil, &start, bytes.count)
    defer { PKCS8_PRIV_KEY_INFO_free(info) }
    guard let info, start == bytes.octets?.advanced(by: bytes.count) else { return try fail(.damagedKey) }
    return try key(info)
  }

  static func decode(_ bytes: [UInt8]) throws(IdentityError) -> KeyHandle {
    try bytes.withUnsafeBytes { bytes in Result { () throws(IdentityError) in try decode(bytes) } }.get()
  }

  private static func key(_ info: OpaquePointer) throws(IdentityError) -> KeyHandle {
    guard let handle = KeyHandle(owning: EVP_PKCS82PKEY(info)) else { return try fail(.damagedKey) }
    return handle
  }

  private static func decrypt(_ bytes: SecretBytes, _ passphrase: SecretBytes?) throws(IdentityError) -> KeyHandle {
    let envelope = bytes.withBytes { bytes in
      var start = bytes.octets
      return d2i_X509_SIG(nil, &start, bytes.count)
    }
    defer { X509_SIG_free(envelope) }
    guard let envelope else { return try fail(.damagedKey) }
    guard bytes.withBytes({ KeyEncryption.isTolerable($0) }) else { throw .encryption }
    guard let passphrase, passphrase.count > 0 else { throw .passphraseMissing }
    forgetErrors()
    let info = passphrase.withBytes { PKCS8_decrypt(envelope, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count)) }
    defer { PKCS8_PRIV_KEY_INFO_free(info) }
    guard let info else { return try fail(unknownAlgorithm() ? .encryption : .passphraseWrong) }
    return try key(info)
  }

  /// Whether OpenSSL's first complaint was that it does not know a cipher or hash; otherwise the passphrase did not fit.
  private static func unknownAlgorithm() -> Bool {
    let code = ERR_peek_error()
    let reasons = [EVP_R_UNKNOWN_PBE_ALGORITHM, EVP_R_UNSUPPORTED_CIPHER, EVP_R_UNSUPPORTED_PRF, EVP_R_UNSUPPORTED_KEY_DERIVATION_FUNCTION]
    return ERR_GET_LIB(code) == ERR_LIB_EVP && reasons.contains(ERR_GET_REASON(code)) || ERR_GET_REASON(code) == ERR_R_UNSUPPORTED
  }

  private static func fail<T>(_ error: IdentityError) throws(IdentityError) -> T {
    forgetErrors()
    throw error
  }
}

extension PrivateKeyBlock {
  /// PBKDF2's iterations for keys that we write: about a tenth of a second each.
  static let iterations: Int32 = 200_000

  static func encode(_ handle: KeyHandle) throws(IdentityError) -> SecretBytes {
    let info = EVP_PKEY2PKCS8(handle.pointer)
    defer { PKCS8_PRIV_KEY_INFO_free(info) }
    var out: UnsafeMutablePointer<UInt8>?
    let count = i2d_PKCS8_PRIV_KEY_INFO(info, &out)
    guard info != nil, count > 0 else { return try fail(.unusable) }
    defer { s2wmp_clear_free(out, Int(count)) }
    return SecretBytes(copying: UnsafeRawBufferPointer(start: out, count: Int(count)))
  }

  static func write(_ handles: [KeyHandle], passphrase: SecretBytes?) throws(IdentityError) -> SecretBytes {
    if let passphrase, passphrase.count == 0 { throw .passphraseEmpty }
    // OpenSSL wipes a memory BIO's buffer when it grows and when it goes.
    let bio = BIO_new(BIO_s_mem())
    defer { BIO_free(bio) }
    for handle in handles {
      let info = EVP_PKEY2PKCS8(handle.pointer)
      defer { PKCS8_PRIV_KEY_INFO_free(info) }
      guard let info, write(info, passphrase, to: bio) else { return try fail(.unusable) }
    }
    var bytes: UnsafeMutablePointer<CChar>?
    let count = s2wmp_bio_bytes(bio, &bytes)
    return SecretBytes(copying: UnsafeRawBufferPointer(start: bytes, count: count))
  }

  /// PBES2: PBKDF2 with HMAC-SHA-256 and AES-256-CBC.
  private static func write(_ info: OpaquePointer, _ passphrase: SecretBytes?, to bio: OpaquePointer?) -> Bool {
    guard let passphrase else { return PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio, info) == 1 }
    let envelope = passphrase.withBytes {
      PKCS8_encrypt(-1, EVP_aes_256_cbc(), $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count), nil, 16, iterations, info)
    }
    defer { X509_SIG_free(envelope) }
    return envelope != nil && PEM_write_bio_PKCS8(bio, envelope) == 1
  }
}

extension KeyHandle {
  /// `EVP_PKEY_DH` and the like.
  var kind: Int32 { EVP_PKEY_get_base_id(pointer) }

  var kindName: String { EVP_PKEY_get0_type_name(pointer).map { String(cString: $0) } ?? "unknown" }

  /// DER SubjectPublicKeyInfo.
  var publicField: [UInt8]? {
    if kind == EVP_PKEY_X25519 { return x25519Field }
    var out: UnsafeMutablePointer<UInt8>?
    let count = i2d_PUBKEY(pointer, &out)
    guard count > 0, let out else {
      forgetErrors()
      return nil
    }
    defer { s2wmp_free(out) }
    return Array(UnsafeBufferPointer(start: out, count: Int(count)))
  }

  /// The same for X25519, where it is 12 fixed bytes and the key (RFC 8410): OpenSSL's encoder looks through all of its algorithms for that.
  private var x25519Field: [UInt8]? {
    var field: [UInt8] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03] + ObjectIdentifiers.x25519 + [0x03, 0x21, 0x00] + [UInt8](repeating: 0, count: 32)
    var count = 32
    guard field.withUnsafeMutableBytes({ EVP_PKEY_get_raw_public_key(pointer, $0.octets.map { $0 + 12 }, &count) }) == 1, count == 32 else {
      forgetErrors()
      return nil
    }
    return field
  }
}
