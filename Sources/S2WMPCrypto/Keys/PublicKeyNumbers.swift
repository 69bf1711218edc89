import S2WMPWire

extension PublicKeyField {
  /// Where a `public_key` field holds the numbers that make it this key and no other: an X25519 key, a D-H value, an RSA modulus.
  /// Empty for bytes that are no such field (S2WMP §2.2).
  package static func numbers(in bytes: UnsafeRawBufferPointer, _ dialect: Dialect) -> [Range<Int>] {
    guard parse(bytes, dialect) != nil else { return [] }
    var reader = DERReader(bytes)
    var found: [Range<Int>] = []
    while !reader.isAtEnd, let info = SubjectPublicKeyInfo(&reader) {
      if let number = info.x25519Key ?? info.finiteFieldKey?.value ?? info.rsaKey?.modulus, let place = place(of: number, in: bytes) { found.append(place) }
    }
    return found
  }

  private static func place(of part: UnsafeRawBufferPointer, in whole: UnsafeRawBufferPointer) -> Range<Int>? {
    guard let start = part.baseAddress, let base = whole.baseAddress else { return nil }
    return start - base..<start - base + part.count
  }
}
