import S2WMPWire

/// Text from strangers on the way to a terminal: nothing that moves the cursor, changes direction or cannot be seen gets through.
public enum SafeText {
  /// Columns that a scalar takes on a terminal: 0 for combining marks, 2 for East Asian wide ones and pictographs, else 1.
  public static func width(of scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x300 { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: return isMedialJamo(value) ? 0 : WideScalars.contains(value) ? 2 : 1
    }
  }

  /// Vowels and final consonants of Korean, which stand in the cell of the initial one.
  private static func isMedialJamo(_ value: UInt32) -> Bool {
    (0x1160...0x11ff).contains(value) || (0xd7b0...0xd7ff).contains(value)
  }

  /// Whether a scalar may be shown as it is: no controls, formats (bidirectional overrides, zero-width characters), separators of lines,
  /// private or unassigned ones; no space but the common one; no backslash, which begins an escape.
  public static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
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
  package mutating func append(untrusted bytes: some Sequence<UInt8>, limit: Int = .max) {
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

  static func escape(_ scalar: Unicode.Scalar) -> String {
    if scalar == "\\" { return "\\\\" }
    let digits = String(scalar.value, radix: 16)
    return digits.utf8.count > 4 ? "\\u{\(digits)}" : "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
  }
}
