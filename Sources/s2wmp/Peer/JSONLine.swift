import S2WMPReport
import S2WMPWire

/// One JSON object on one line, written key by key.
struct JSONLine {
  private(set) var bytes: [UInt8] = [UInt8(ascii: "{")]

  /// The object and its line feed.
  var finished: [UInt8] { bytes + [UInt8(ascii: "}"), 0x0a] }

  mutating func put(_ key: StaticString, _ text: String) {
    begin(key)
    appendText(text)
  }

  mutating func put(_ key: StaticString, _ id: Identifier) {
    begin(key)
    bytes.append(UInt8(ascii: "\""))
    withUnsafeBytes(of: (id.high.bigEndian, id.low.bigEndian)) { Notation.appendHex($0, to: &bytes) }
    bytes.append(UInt8(ascii: "\""))
  }

  mutating func put(_ key: StaticString, _ number: UInt64) {
    begin(key)
    Notation.appendDecimal(number, to: &bytes)
  }

  mutating func put(_ key: StaticString, _ flag: Bool) {
    begin(key)
    bytes += (flag ? "true" : "false").utf8
  }

  mutating func put(_ key: StaticString, _ texts: [String]) {
    begin(key)
    bytes.append(UInt8(ascii: "["))
    for (index, text) in texts.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      appendText(text)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  mutating func putNull(_ key: StaticString) {
    begin(key)
    bytes += "null".utf8
  }

  /// Milliseconds since 1970, as RFC 3339 in UTC with three digits after the point.
  mutating func put(_ key: StaticString, time wall: UInt64) {
    begin(key)
    bytes.append(UInt8(ascii: "\""))
    Notation.appendSecond(Int64(wall / 1000), to: &bytes)
    let milliseconds = wall % 1000
    bytes.append(UInt8(ascii: "."))
    for divisor: UInt64 in [100, 10, 1] { bytes.append(UInt8(truncatingIfNeeded: milliseconds / divisor % 10) | 0x30) }
    bytes += [UInt8(ascii: "Z"), UInt8(ascii: "\"")]
  }

  private mutating func begin(_ key: StaticString) {
    if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
    bytes.append(UInt8(ascii: "\""))
    key.withUTF8Buffer { bytes.append(contentsOf: $0) }
    bytes += [UInt8(ascii: "\""), UInt8(ascii: ":")]
  }

  /// Text from strangers, escaped so that it is safe on a terminal too: controls, invisible formats and line separators become `\uNNNN`, from which a JSON
  /// parser makes the same text again.
  private mutating func appendText(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": bytes += [UInt8(ascii: "\\"), UInt8(truncatingIfNeeded: scalar.value)]
      case "\n": bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
      case " "..."~": bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      default: Self.isVisible(scalar) ? bytes.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? []) : appendEscape(scalar)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0xa0 { return false }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse: return false
    default: return true
    }
  }

  private mutating func appendEscape(_ scalar: Unicode.Scalar) {
    for unit in UTF16.encode(scalar).map({ Array($0) }) ?? [] {
      bytes += [UInt8(ascii: "\\"), UInt8(ascii: "u")]
      for shift: UInt16 in [12, 8, 4, 0] { bytes.append(Hex.digit(UInt8(truncatingIfNeeded: unit >> shift & 15))) }
    }
  }
}
