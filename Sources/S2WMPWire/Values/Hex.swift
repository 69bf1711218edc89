/// Hex digits, lower case when written, either case when read.
public enum Hex {
  /// Two lower-case digits a byte.
  public static func string(_ bytes: some Collection<UInt8>) -> String {
    String(unsafeUninitializedCapacity: bytes.count * 2) { out in
      var at = 0
      for byte in bytes {
        out[at] = digit(byte >> 4)
        out[at + 1] = digit(byte & 15)
        at += 2
      }
      return at
    }
  }

  /// The bytes of an even number of hex digits; nil for anything else.
  public static func bytes(_ text: some StringProtocol) -> [UInt8]? {
    var out: [UInt8] = []
    out.reserveCapacity(text.utf8.count / 2)
    var pending: UInt8?
    for character in text.utf8 {
      guard let nibble = value(character) else { return nil }
      if let high = pending {
        out.append(high << 4 | nibble)
        pending = nil
      } else {
        pending = nibble
      }
    }
    return pending == nil ? out : nil
  }

  /// The ASCII digit of 0…15.
  @inlinable public static func digit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? nibble &+ 0x30 : nibble &+ 0x57
  }

  /// 0…15 for an ASCII hex digit of either case.
  @inlinable public static func value(_ character: UInt8) -> UInt8? {
    switch character {
    case 0x30...0x39: character &- 0x30
    case 0x41...0x46: character &- 0x37
    case 0x61...0x66: character &- 0x57
    default: nil
    }
  }
}
