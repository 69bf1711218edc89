import S2WMPWire

/// Names, which come from strangers.
extension Notation {
  /// A name of one byte a character: bytes outside printable US-ASCII and the backslash as `\xNN`.
  public static func appendName(_ bytes: UnsafeRawBufferPointer, to out: inout [UInt8]) {
    if bytes.allSatisfy({ $0 >= 0x20 && $0 <= 0x7e && $0 != 0x5c }) { return out.append(contentsOf: bytes) }
    for byte in bytes {
      if byte >= 0x20 && byte <= 0x7e && byte != 0x5c {
        out.append(byte)
      } else {
        out += [0x5c, 0x78, Hex.digit(byte >> 4), Hex.digit(byte & 15)]
      }
    }
  }

  /// The legacy User Broadcast's name, from its UTF-16BE bytes: the text without its padding as UTF-8; controls (C0, DEL, C1), unpaired
  /// code units and the backslash as `\uNNNN`.
  public static func appendUTF16Name(_ bytes: UnsafeRawBufferPointer, to out: inout [UInt8]) {
    let units = UTF16Name.codeUnits(bytes)
    var index = 0
    while index < units.count {
      let (value, used) = UTF16Name.scalar(units, index)
      index += used
      if let scalar = Unicode.Scalar(value), !isEscaped(value) {
        out.append(contentsOf: Unicode.UTF8.encode(scalar) ?? Unicode.UTF8.encodedReplacementCharacter)
      } else {
        appendEscape(UInt16(truncatingIfNeeded: value), to: &out)
      }
    }
  }

  private static func isEscaped(_ value: UInt32) -> Bool {
    value < 0x20 || value == 0x5c || (value >= 0x7f && value < 0xa0)
  }

  private static func appendEscape(_ unit: UInt16, to out: inout [UInt8]) {
    out += [0x5c, 0x75]
    for shift in [12, 8, 4, 0] { out.append(Hex.digit(UInt8(truncatingIfNeeded: unit >> UInt16(shift)) & 15)) }
  }
}
