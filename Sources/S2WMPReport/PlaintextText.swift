import S2WMPAnalysis
import S2WMPWire

extension OpenedPacket {
  /// The message as text: bytes that are not UTF-8 become U+FFFD, one for each maximal subpart.
  var text: String? { plaintext.map { String(decoding: $0, as: UTF8.self) } }
}

/// A message in the outputs that programs read, which may still end up on a terminal.
package enum PlaintextText {
  /// Appends with controls, invisible formats, separators of lines and backslashes as JSON escapes them; quotes as well where they end the text.
  package static func append(_ text: String, escapingQuotes: Bool, to out: inout [UInt8]) {
    for scalar in text.unicodeScalars {
      if scalar == "\\" || escapingQuotes && scalar == "\"" {
        out += [0x5c, UInt8(truncatingIfNeeded: scalar.value)]
      } else if scalar.value <= 0xffff, isControl(scalar) {
        out += [0x5c, 0x75]
        for shift in [12, 8, 4, 0] as [UInt32] { out.append(Hex.digit(UInt8(truncatingIfNeeded: scalar.value >> shift & 15))) }
      } else {
        out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x80 { return scalar.value < 0x20 || scalar.value == 0x7f }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: return true
    default: return false
    }
  }
}
