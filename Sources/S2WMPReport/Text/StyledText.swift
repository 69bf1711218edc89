import S2WMPWire

/// What colour and weight may mean; nothing else is ever coloured.
package enum TextStyle {
  /// Rejected, malformed, or an error.
  case bad
  case warning
  /// Repeated, or of little interest.
  case dim
  /// A heading, or a key to press.
  case strong
  /// Where the cursor of a list stands. Nothing else may be styled within it.
  case selected

  fileprivate var sequence: StaticString {
    switch self {
    case .bad: "\u{1b}[31m"
    case .warning: "\u{1b}[33m"
    case .dim: "\u{1b}[2m"
    case .strong: "\u{1b}[1m"
    case .selected: "\u{1b}[7m"
    }
  }
}

/// UTF-8 for a terminal that knows how many columns it takes. Escape sequences are only ever its own: what strangers wrote comes in through
/// `append(untrusted:)`.
package struct StyledText {
  package private(set) var bytes: [UInt8] = []
  package private(set) var columns = 0
  package let hasColour: Bool

  private static let reset: StaticString = "\u{1b}[0m"

  package init(colour: Bool) { hasColour = colour }

  /// One line that was rendered before, by this type; its columns are counted again.
  package init(line: some Collection<UInt8>, colour: Bool) {
    hasColour = colour
    bytes = Array(line)
    var scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      if scalar == "\u{1b}" { Self.passSequence(&scalars) } else { columns += SafeText.width(of: scalar) }
    }
  }

  /// The same without styles.
  package var plain: StyledText {
    var out = StyledText(colour: false)
    var scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      if scalar == "\u{1b}" { Self.passSequence(&scalars) } else { out.append(scalar, columns: SafeText.width(of: scalar)) }
    }
    return out
  }

  /// One of our own sequences, which end with a letter.
  private static func passSequence(_ rest: inout Substring.UnicodeScalarView) {
    while let scalar = rest.popFirst(), !scalar.properties.isAlphabetic {}
  }

  package mutating func clear() {
    bytes.removeAll(keepingCapacity: true)
    columns = 0
  }

  /// The program's own words: every scalar one column.
  package mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      bytes.append(contentsOf: utf8)
      for byte in utf8 where byte & 0xc0 != 0x80 { columns += 1 }
    }
  }

  package mutating func append(_ value: UInt64) { append { Notation.appendDecimal(value, to: &$0) } }

  /// Printable ASCII from one of the writers of `Notation`.
  package mutating func append(ascii write: (inout [UInt8]) -> Void) {
    let before = bytes.count
    write(&bytes)
    columns += bytes.count - before
  }

  package mutating func append(_ other: StyledText) {
    bytes.append(contentsOf: other.bytes)
    columns += other.columns
  }

  /// A scalar that has been found harmless.
  package mutating func append(_ scalar: Unicode.Scalar, columns width: Int) {
    bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    columns += width
  }

  package mutating func pad(to column: Int) {
    while columns < column {
      bytes.append(0x20)
      columns += 1
    }
  }

  /// Spaces up to that column, at least two.
  package mutating func advance(to column: Int) { pad(to: max(column, columns + 2)) }

  package mutating func styled(_ style: TextStyle?, _ write: (inout StyledText) -> Void) {
    guard hasColour, let style else { return write(&self) }
    appendSequence(style.sequence)
    write(&self)
    appendSequence(Self.reset)
  }

  private mutating func appendSequence(_ sequence: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: sequence.utf8Start, count: sequence.utf8CodeUnitCount))
  }

  /// As much of `other` as fits into `room` columns, with `…` in place of what does not.
  package mutating func append(_ other: StyledText, room: Int) {
    if other.columns <= room { return append(other) }
    guard room > 0 else { return }
    var left = room - 1
    var scalars = String(decoding: other.bytes, as: UTF8.self).unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      if scalar == "\u{1b}" {
        skipSequence(scalar, &scalars)
        continue
      }
      let width = SafeText.width(of: scalar)
      if width > left { break }
      left -= width
      append(scalar, columns: width)
    }
    append("…")
    if hasColour { appendSequence(Self.reset) }
  }

  /// Copies one of our own sequences, which end with a letter.
  private mutating func skipSequence(_ first: Unicode.Scalar, _ rest: inout Substring.UnicodeScalarView) {
    append(first, columns: 0)
    while let scalar = rest.popFirst() {
      append(scalar, columns: 0)
      if scalar.properties.isAlphabetic { return }
    }
  }
}
