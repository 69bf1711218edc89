/// The form of a key that two people compare by voice.
extension PeerKey {
  /// Eight groups of five decimal digits: group i is bytes 4i to 4i+3 of the field's SHA-256, as a big-endian number modulo 100000.
  ///
  /// Digits are the same in every language and cannot be misheard for letters. Forty of them are 132 bits: to find another key with the same
  /// fingerprint is as hopeless as to find one with the same user ID.
  public var fingerprint: String { Self.fingerprint(ofField: field) }

  /// The same for any bytes of a `public_key` field: the legacy dialect's keys too.
  public static func fingerprint(ofField field: [UInt8]) -> String {
    let digest = field.withUnsafeBytes { Digest.sha256($0) }
    return stride(from: 0, to: digest.count, by: 4).map { start in
      let number = digest[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } % 100_000
      let digits = String(number)
      return String(repeating: "0", count: 5 - digits.count) + digits
    }.joined(separator: " ")
  }
}
