import COpenSSL

/// A `public_key` field as other programs take it.
public enum PublicKeyPEM {
  /// One `PUBLIC KEY` block for each key in the field; empty when the bytes are no field.
  public static func text(_ field: [UInt8]) -> String {
    field.withUnsafeBytes { bytes in
      var (reader, start, text) = (DERReader(bytes), 0, "")
      while !reader.isAtEnd {
        let before = start
        guard reader.element(DERReader.sequence) != nil else { return "" }
        start = reader.offset
        text += block(UnsafeRawBufferPointer(rebasing: bytes[before..<start]))
      }
      return text
    }
  }

  private static func block(_ key: UnsafeRawBufferPointer) -> String {
    let encoded = [UInt8](unsafeUninitializedCapacity: key.count * 4 / 3 + 8) { out, count in
      count = Int(EVP_EncodeBlock(out.baseAddress, key.octets, Int32(key.count)))
    }
    let lines = stride(from: 0, to: encoded.count, by: 64).map { String(decoding: encoded[$0..<min($0 + 64, encoded.count)], as: UTF8.self) }
    return "-----BEGIN PUBLIC KEY-----\n\(lines.joined(separator: "\n"))\n-----END PUBLIC KEY-----\n"
  }
}
