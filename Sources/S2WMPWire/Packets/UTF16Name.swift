/// The name of a legacy User Broadcast: UTF-16BE, padded with spaces.
///
/// Names come from strangers and need not be valid UTF-16: unpaired code units are kept, encoded like any other in three bytes (WTF-8).
public enum UTF16Name {
  /// The code units without the padding.
  public static func codeUnits(_ bytes: some Collection<UInt8>) -> [UInt16] {
    var units: [UInt16] = []
    units.reserveCapacity(bytes.count / 2)
    var high: UInt8?
    for byte in bytes {
      if let first = high {
        units.append(UInt16(first) << 8 | UInt16(byte))
        high = nil
      } else {
        high = byte
      }
    }
    while units.last == 0x20 { units.removeLast() }
    return units
  }

  static func utf8(_ bytes: some Collection<UInt8>) -> [UInt8] {
    wtf8(codeUnits(bytes))
  }

  /// UTF-8 of well-formed text; unpaired surrogates as three bytes each.
  public static func wtf8(_ units: [UInt16]) -> [UInt8] {
    var out: [UInt8] = []
    var index = 0
    while index < units.count {
      let (scalar, used) = scalar(units, index)
      append(scalar, to: &out)
      index += used
    }
    return out
  }

  /// The scalar (or unpaired code unit) at `index`, and how many units it takes.
  public static func scalar(_ units: [UInt16], _ index: Int) -> (value: UInt32, used: Int) {
    let unit = units[index]
    if unit & 0xfc00 == 0xd800, index + 1 < units.count, units[index + 1] & 0xfc00 == 0xdc00 {
      return (0x10000 + (UInt32(unit & 0x3ff) << 10 | UInt32(units[index + 1] & 0x3ff)), 2)
    }
    return (UInt32(unit), 1)
  }

  private static func append(_ scalar: UInt32, to out: inout [UInt8]) {
    switch scalar {
    case 0..<0x80: out.append(UInt8(scalar))
    case 0x80..<0x800: out += [0xc0 | UInt8(scalar >> 6), 0x80 | UInt8(scalar & 63)]
    case 0x800..<0x10000: out += [0xe0 | UInt8(scalar >> 12), 0x80 | UInt8(scalar >> 6 & 63), 0x80 | UInt8(scalar & 63)]
    default:
      out += [0xf0 | UInt8(scalar >> 18), 0x80 | UInt8(scalar >> 12 & 63), 0x80 | UInt8(scalar >> 6 & 63), 0x80 | UInt8(scalar & 63)]
    }
  }

  /// Code units of UTF-8 or WTF-8 text; nil when it is neither.
  public static func codeUnits(wtf8 text: [UInt8]) -> [UInt16]? {
    var units: [UInt16] = []
    var index = 0
    while index < text.count {
      guard let (scalar, used) = decode(text, index) else { return nil }
      if scalar >= 0x10000 {
        units += [UInt16(0xd800 + ((scalar - 0x10000) >> 10)), UInt16(0xdc00 + ((scalar - 0x10000) & 0x3ff))]
      } else {
        units.append(UInt16(scalar))
      }
      index += used
    }
    return units
  }

  private static func decode(_ text: [UInt8], _ index: Int) -> (UInt32, Int)? {
    let first = text[index]
    let used = first < 0x80 ? 1 : first & 0xe0 == 0xc0 ? 2 : first & 0xf0 == 0xe0 ? 3 : first & 0xf8 == 0xf0 ? 4 : 0
    guard used > 0, index + used <= text.count else { return nil }
    if used == 1 { return (UInt32(first), 1) }
    var scalar = UInt32(first & (0x7f >> UInt8(used)))
    for byte in text[(index + 1)..<(index + used)] {
      guard byte & 0xc0 == 0x80 else { return nil }
      scalar = scalar << 6 | UInt32(byte & 63)
    }
    let smallest: [UInt32] = [0, 0, 0x80, 0x800, 0x10000]
    return scalar >= smallest[used] && scalar <= 0x10ffff ? (scalar, used) : nil
  }
}
