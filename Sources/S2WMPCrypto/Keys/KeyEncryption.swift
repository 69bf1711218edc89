/// What an encrypted private key asks for before it opens (RFC 5958, section 3; RFC 8018).
///
/// The cost of deriving a key from a passphrase is written in the file. A made-up file must not keep a program busy for hours, so it is read first.
enum KeyEncryption {
  /// OpenSSL writes 2048, people who follow advice 600,000; ten million take five seconds.
  static let iterationLimit = 10_000_000
  /// N · r · p of scrypt; OpenSSL writes 2^14 · 8 · 1.
  static let scryptLimit = 1 << 24

  private static let pbes2: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d]
  private static let pbkdf2: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c]
  private static let scrypt: [UInt8] = [0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x04, 0x0b]

  /// Whether an EncryptedPrivateKeyInfo is of PBES2 and bears a tolerable cost.
  static func isTolerable(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var reader = DERReader(bytes)
    guard let outer = reader.element(DERReader.sequence), reader.isAtEnd else { return false }
    var envelope = DERReader(outer)
    guard let algorithm = envelope.element(DERReader.sequence) else { return false }
    var scheme = DERReader(algorithm)
    guard let name = scheme.element(DERReader.objectIdentifier), equal(name, pbes2), let parameters = scheme.element(DERReader.sequence) else {
      return false
    }
    var list = DERReader(parameters)
    guard let derivation = list.element(DERReader.sequence) else { return false }
    return isTolerable(derivation: DERReader(derivation))
  }

  private static func isTolerable(derivation: DERReader) -> Bool {
    var derivation = derivation
    guard let function = derivation.element(DERReader.objectIdentifier), let parameters = derivation.element(DERReader.sequence) else { return false }
    var list = DERReader(parameters)
    guard list.element(DERReader.octetString) != nil, let first = number(&list) else { return false }
    if equal(function, pbkdf2) { return first <= iterationLimit }
    guard equal(function, scrypt), let blocks = number(&list), let lanes = number(&list) else { return false }
    // Each is below 2^31, so two of them cannot overflow; the third is looked at after that.
    return first * blocks <= scryptLimit && first * blocks * lanes <= scryptLimit
  }

  /// A number of at most 31 bits.
  private static func number(_ reader: inout DERReader) -> Int? {
    guard let magnitude = reader.positiveInteger(), bitLength(magnitude) <= 31 else { return nil }
    return magnitude.reduce(0) { $0 << 8 | Int($1) }
  }
}
