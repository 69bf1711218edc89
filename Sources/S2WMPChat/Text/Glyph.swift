import S2WMPReport

/// What a terminal shows for one character of text, and how many columns it takes. The only way of text to the terminal.
///
/// Controls, direction overrides and everything else that moves the cursor or cannot be seen become `<U+NNNN>`. Joiners, variation selectors and skin
/// tones are left out: terminals disagree about the width of what they make, so an emoji made of several shows as these side by side.
struct Glyph: Hashable {
  enum Kind { case text, space, lineFeed }

  var text: String
  var width: Int
  var kind: Kind

  static let lineFeed = Glyph(text: "", width: 0, kind: .lineFeed)
  static let space = Glyph(text: " ", width: 1, kind: .space)
  /// Stands for what does not fit.
  static let cut = Glyph(text: "…", width: 1, kind: .text)

  /// Scalars of one character that are shown at most: a stranger can make a character of any length.
  private static let longest = 8
  private static let marksAtMost = 2

  init(text: String, width: Int, kind: Kind) {
    self.text = text
    self.width = width
    self.kind = kind
  }

  init(_ character: Character) {
    if let ascii = character.asciiValue, ascii >= 0x20, ascii < 0x7f {
      self.init(text: String(character), width: 1, kind: ascii == 0x20 ? .space : .text)
    } else if character == "\n" || character == "\r\n" {
      self = .lineFeed
    } else if character == "\t" {
      self.init(text: "    ", width: 4, kind: .space)
    } else {
      self = Self.composed(of: character.unicodeScalars)
    }
  }

  private static func composed(of scalars: Character.UnicodeScalarView) -> Glyph {
    var glyph = Glyph(text: "", width: 0, kind: .text)
    var marks = 0
    for (index, scalar) in scalars.prefix(longest).enumerated() where !isLeftOut(scalar, isFirst: index == 0) {
      let (text, width) = shown(scalar)
      // A mark that stands on nothing needs a place to stand.
      if width == 0 && glyph.width == 0 { glyph.append(" ", 1) }
      marks = width == 0 ? marks + 1 : 0
      if marks <= marksAtMost { glyph.append(text, width) }
    }
    if glyph.text.allSatisfy({ $0 == " " }) && glyph.width > 0 { glyph.kind = .space }
    return glyph
  }

  private mutating func append(_ more: String, _ columns: Int) {
    text += more
    width += columns
  }

  private static func isLeftOut(_ scalar: Unicode.Scalar, isFirst: Bool) -> Bool {
    switch scalar.value {
    case 0x200c, 0x200d, 0xfe00...0xfe0f: true
    case 0x1f3fb...0x1f3ff: !isFirst
    default: false
    }
  }

  private static func shown(_ scalar: Unicode.Scalar) -> (text: String, width: Int) {
    if scalar == "\\" { return ("\\", 1) }
    if SafeText.isHarmless(scalar) { return (String(Character(scalar)), SafeText.width(of: scalar)) }
    if scalar.properties.generalCategory == .spaceSeparator {
      let width = SafeText.width(of: scalar)
      return (String(repeating: " ", count: width), width)
    }
    let digits = String(scalar.value, radix: 16, uppercase: true)
    let text = "<U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ">"
    return (text, text.count)
  }
}

extension Glyph {
  /// A text as one row of at most `limit` columns, line feeds made visible: names and other short things from strangers.
  static func oneRow(_ text: String, limit: Int) -> String {
    var out = ""
    var width = 0
    for character in text {
      let glyph = character.isNewline ? Glyph(text: "<LF>", width: 4, kind: .text) : Glyph(character)
      if width + glyph.width > limit { return trimmed(out, to: limit - 1) + "…" }
      out += glyph.text
      width += glyph.width
    }
    return out
  }

  private static func trimmed(_ text: String, to limit: Int) -> String {
    var out = text
    while !out.isEmpty && columns(of: out) > limit { out.removeLast() }
    return out
  }

  /// Columns of a text without line feeds.
  static func columns(of text: String) -> Int { text.reduce(0) { $0 + Glyph($1).width } }
}
