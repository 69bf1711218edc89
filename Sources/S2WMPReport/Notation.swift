import S2WMPFlow
import S2WMPWire

/// How values are written in every output that programs read: text as UTF-8 bytes, without quotes, appended to a buffer.
///
/// Integers are decimal, bytes lower-case hex, addresses as RFC 5952 says, times RFC 3339. A name's bytes outside printable US-ASCII and its
/// backslashes become `\xNN`; the legacy User Broadcast's name is Unicode, its controls, unpaired code units and backslashes become `\uNNNN`.
public enum Notation {
  /// Two lower-case digits a byte.
  public static func appendHex(_ bytes: UnsafeRawBufferPointer, to out: inout [UInt8]) {
    withUnsafeTemporaryAllocation(byteCount: 128, alignment: 8) { digits in
      var at = 0
      while at < bytes.count {
        let count = min(64, bytes.count - at)
        writeHex(UnsafeRawBufferPointer(rebasing: bytes[at..<(at + count)]), to: digits)
        out.append(contentsOf: UnsafeRawBufferPointer(rebasing: digits[0..<(count * 2)]))
        at += count
      }
    }
  }

  /// Four bytes become eight digits at once.
  private static func writeHex(_ bytes: UnsafeRawBufferPointer, to digits: UnsafeMutableRawBufferPointer) {
    let whole = bytes.count & ~3
    var at = 0
    while at < whole {
      let word = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))
      digits.storeBytes(of: hexDigits(word).bigEndian, toByteOffset: at * 2, as: UInt64.self)
      at += 4
    }
    while at < bytes.count {
      digits[at * 2] = Hex.digit(bytes[at] >> 4)
      digits[at * 2 + 1] = Hex.digit(bytes[at] & 15)
      at += 1
    }
  }

  /// The eight digits of a number, most significant first: nibbles are spread to a byte each, then those above 9 are moved on to `a`.
  private static func hexDigits(_ word: UInt32) -> UInt64 {
    var spread = UInt64(word)
    spread = (spread | spread << 16) & 0x0000_ffff_0000_ffff
    spread = (spread | spread << 8) & 0x00ff_00ff_00ff_00ff
    spread = (spread | spread << 4) & 0x0f0f_0f0f_0f0f_0f0f
    let letters = ((spread &+ 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
    return spread &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
  }

  /// Decimal digits.
  public static func appendDecimal(_ value: UInt64, to out: inout [UInt8]) {
    if value < 10 { return out.append(UInt8(truncatingIfNeeded: value) | 0x30) }
    withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { digits in
      var rest = value
      var at = 20
      repeat {
        at -= 1
        let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
        digits[at] = UInt8(truncatingIfNeeded: digit) | 0x30
        rest = quotient
      } while rest > 0
      out.append(contentsOf: UnsafeRawBufferPointer(rebasing: digits[at..<20]))
    }
  }

  /// Exactly `width` decimal digits, with leading zeros; higher digits are dropped.
  static func appendPadded(_ value: UInt64, _ width: Int, to out: inout [UInt8]) {
    withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { digits in
      var rest = value
      let width = min(max(width, 0), 20)
      for at in (0..<width).reversed() {
        digits[at] = UInt8(truncatingIfNeeded: rest % 10) | 0x30
        rest /= 10
      }
      out.append(contentsOf: UnsafeRawBufferPointer(rebasing: digits[0..<width]))
    }
  }

  /// Appends ASCII text.
  static func append(_ text: StaticString, to out: inout [UInt8]) {
    out.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}
