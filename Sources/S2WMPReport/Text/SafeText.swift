import S2WMPWire

/// Text from strangers on the way to a terminal: nothing that moves the cursor, changes direction or cannot be seen gets through.
enum SafeText {
  /// Columns that a scalar takes on a terminal: 0 for combining marks, 2 for East Asian wide ones and pictographs, else 1.
  static func width(of scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x300 { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: return isWide(value) ? 2 : 1
    }
  }

  private static func isWide(_ value: UInt32) -> Bool {
    switch value {
    case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
      0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f680...0x1f6ff, 0x1f900...0x1f9ff, 0x20000...0x3fffd:
      true
    default: false
    }
  }

  /// Whether a scalar may be shown as it is: no controls, formats (bidirectional overrides, zero-width characters), separators of lines,
  /// private or unassigned ones; no space but the common one; no backslash, which begins an escape.
  static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x7f { return scalar.value >= 0x20 && scalar != "\\" }
    if scalar.properties.isDefaultIgnorableCodePoint { return false }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .privateUse, .surrogate, .unassigned: return false
    default: return true
    }
  }
}

extension StyledText {
  /// UTF-8 from strangers, made harmless: other scalars become `\uNNNN` (`\u{NNNNN}` beyond them), bytes that are no UTF-8 U+FFFD. At most two
  /// combining marks stay on a character; what goes beyond `limit` columns is cut with `…`.
  mutating func append(untrusted bytes: some Sequence<UInt8>, limit: Int = .max) {
    let end = columns + min(limit, 1 << 20)
    var marks = 0
    for scalar in String(decoding: bytes.map { $0 }, as: UTF8.self).unicodeScalars {
      let width = SafeText.width(of: scalar)
      marks = width == 0 ? marks + 1 : 0
      let shown = SafeText.isHarmless(scalar) && marks <= 2
      let needed = shown ? width : Self.escape(scalar).utf8.count
      if columns + needed > end - 1 && needed > 0 { return append("…") }
      shown ? append(scalar, columns: width) : append(Self.escape(scalar))
    }
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    if scalar == "\\" { return "\\\\" }
    let digits = String(scalar.value, radix: 16)
    return digits.utf8.count > 4 ? "\\u{\(digits)}" : "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
  }
}
