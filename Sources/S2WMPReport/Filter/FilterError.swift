/// Why a filter or a field name was refused: what is wrong, and where.
public struct FilterError: Error, Equatable, CustomStringConvertible {
  /// The text as it was given.
  public let text: String
  /// Where the mistake begins, in UTF-8 bytes from the start, and how many bytes it takes (0: at the end of the text).
  public let position: Int
  public let length: Int
  /// One sentence without its full stop.
  public let sentence: String

  public var description: String { sentence }

  /// The sentence, the text (or the part of it around the mistake), and carets under the mistake.
  public var rendered: String {
    let excerpt = Excerpt(text, position, length)
    return "\(sentence)\n  \(excerpt.line)\n  \(excerpt.carets)"
  }
}

/// The part of a text that is shown above the carets. Everything that could move the cursor, or whose width a terminal may see differently, is
/// shown as an escape, so that the carets stand where they should.
private struct Excerpt {
  /// Characters shown before and behind the mistake's beginning.
  private static let before = 60
  private static let behind = 60

  var line = ""
  var carets = ""

  init(_ text: String, _ position: Int, _ length: Int) {
    let utf8 = Array(text.utf8)
    let position = min(max(position, 0), utf8.count)
    let start = Self.scalarStart(utf8, max(0, position - Self.before))
    let end = Self.scalarStart(utf8, min(utf8.count, position + Self.behind))
    if start > 0 { show("…", marked: false) }
    var at = start
    for scalar in String(decoding: utf8[start..<end], as: UTF8.self).unicodeScalars {
      show(FilterText.shown(scalar), marked: at >= position && at < position + max(1, length))
      at += UTF8.width(scalar)
    }
    if end < utf8.count { show("…", marked: false) }
    while let last = carets.last, last == " " { carets.removeLast() }
    if position >= end { carets = String(repeating: " ", count: line.count) + "^" }
  }

  private mutating func show(_ text: String, marked: Bool) {
    line += text
    carets += String(repeating: marked ? "^" : " ", count: text.count)
  }

  /// The first byte of the scalar that `index` is in.
  private static func scalarStart(_ utf8: [UInt8], _ index: Int) -> Int {
    var index = index
    while index > 0, index < utf8.count, utf8[index] & 0xc0 == 0x80 { index -= 1 }
    return index
  }
}

/// Text from a user or a stranger, made safe for a terminal.
package enum FilterText {
  /// One column a character: printable US-ASCII and the letters of a few scripts as they are, everything else as `\u{…}`.
  package static func shown(_ scalar: Unicode.Scalar) -> String {
    switch scalar.value {
    case 0x20...0x7e, 0xa1...0xac, 0xae...0x2ff, 0x370...0x373, 0x391...0x3a1, 0x3a3...0x3ff, 0x400...0x482, 0x48a...0x52f, 0x2026: String(scalar)
    default: "\\u{\(String(scalar.value, radix: 16))}"
    }
  }

  /// A word in quotes, cut when it is long.
  package static func quoted(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(40).map(shown).joined()
    return "\"\(shown)\(text.unicodeScalars.count > 40 ? "…" : "")\""
  }
}
