import S2WMPReport
import S2WMPWire

/// Small pieces of rows that several panes have.
extension StyledText {
  /// `12,345`.
  static func grouped(_ value: UInt64) -> String {
    let digits = Array(String(value))
    var out = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { out.append(",") }
      out.append(digit)
    }
    return out
  }

  /// `512 B`, `12.4 kB`, `3.1 MB`.
  static func size(_ bytes: UInt64) -> String {
    if bytes < 1000 { return "\(bytes) B" }
    var value = Double(bytes)
    for unit in ["kB", "MB", "GB", "TB"] {
      value /= 1000
      if value < 999.5 { return value < 9.95 ? "\(Double(Int(value * 10 + 0.5)) / 10) \(unit)" : "\(Int(value + 0.5)) \(unit)" }
    }
    return "\(Int(min(value / 1000, 1e6))) PB"
  }

  /// Text of our own in so many columns at least, its end at the last of them.
  mutating func append(_ text: String, endingAt column: Int) {
    pad(to: column - text.unicodeScalars.count)
    append(text)
  }

  /// Exactly so many columns wide.
  func fitted(to width: Int) -> StyledText {
    var out = StyledText(colour: hasColour)
    out.append(self, room: width)
    out.pad(to: width)
    return out
  }

  /// `left`, and at the end `right` when there is room for some of the left as well.
  static func row(_ left: StyledText, _ right: StyledText, width: Int) -> StyledText {
    var out = StyledText(colour: left.hasColour)
    guard right.columns > 0, right.columns + 8 <= width else { return left.fitted(to: width) }
    out.append(left.fitted(to: width - right.columns - 1))
    out.append(" ")
    out.append(right)
    return out
  }

  /// Text of any origin in rows of a width, at most so many; the last one says when there is more.
  static func wrapped(_ text: some Sequence<UInt8>, width: Int, limit: Int, colour: Bool, _ style: TextStyle? = nil) -> [StyledText] {
    let wrapped = WrappedText(untrusted: text, width: width, limit: limit)
    var rows = wrapped.rows.map { plain in
      var row = StyledText(colour: colour)
      row.styled(style) { $0.append(plain) }
      return row
    }
    if wrapped.unshown > 0, !rows.isEmpty {
      rows[rows.count - 1] = StyledText(colour: colour)
      rows[rows.count - 1].append("… and \(counted(wrapped.unshown, "character")) more")
    }
    return rows
  }

  /// A row of a list: with the cursor on it inverted where there is colour, and marked anyway.
  static func listRow(_ content: StyledText, isSelected: Bool, width: Int) -> StyledText {
    var out = StyledText(colour: content.hasColour)
    if !isSelected {
      out.append(" ")
      out.append(content.fitted(to: width - 1))
      return out
    }
    out.styled(.selected) { out in
      out.append(">")
      out.append(content.plain.fitted(to: width - 1))
    }
    return out
  }
}
