import S2WMPReport
import S2WMPWire

/// A word of a case file.
enum CaseToken: Hashable {
  case plain(String)
  /// What stood between quotes.
  case quoted([UInt8])

  /// For messages: what it is, safe to show.
  var shown: String {
    switch self {
    case .plain(let word): FilterText.quoted(word)
    case .quoted: "a text in quotes"
    }
  }
}

/// A line that says something: without comments, its continuations joined.
struct CaseLine: Hashable {
  /// That of its first part, from 1.
  var number: Int
  var tokens: [CaseToken]
}

/// Cuts a case file into lines and words.
///
/// `#` before a word begins a comment, `\` at the end of a line joins the next one to it. How far a line is indented means nothing.
struct CaseLines {
  private var tokens: [CaseToken] = []
  private var first = 1
  private var number = 1
  private var size = 0
  private(set) var lines: [CaseLine] = []

  init(_ text: [UInt8]) throws(CaseTextError) {
    guard text.count <= CaseLimits.file else {
      throw CaseTextError(1, "the file has \(text.count) bytes, but a case file has at most \(CaseLimits.file)")
    }
    var rest = text.starts(with: [0xef, 0xbb, 0xbf]) ? text.dropFirst(3) : text[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: 0x0a) ?? rest.endIndex
      try take(rest[..<end])
      rest = rest[end...].dropFirst()
      number += 1
    }
    finish()
  }

  private mutating func finish() {
    if !tokens.isEmpty { lines.append(CaseLine(number: first, tokens: tokens)) }
    tokens.removeAll()
    size = 0
  }

  private mutating func take(_ line: ArraySlice<UInt8>) throws(CaseTextError) {
    if tokens.isEmpty { first = number }
    size += line.count
    guard size <= CaseLimits.line else { throw CaseTextError(first, "the line is longer than \(CaseLimits.line) bytes") }
    var rest = line
    while let byte = rest.first {
      switch byte {
      case 0x20, 0x09, 0x0d: rest = rest.dropFirst()
      case UInt8(ascii: "#"): return finish()
      case UInt8(ascii: "\""): tokens.append(.quoted(try quoted(&rest)))
      case UInt8(ascii: "\\") where rest.dropFirst().allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }): return
      default: tokens.append(.plain(try word(&rest)))
      }
    }
    finish()
  }

  private func word(_ rest: inout ArraySlice<UInt8>) throws(CaseTextError) -> String {
    let end = rest.firstIndex { $0 <= 0x20 || $0 == UInt8(ascii: "\"") } ?? rest.endIndex
    let word = rest[..<end]
    if let byte = word.first(where: { $0 < 0x21 || $0 > 0x7e }) ?? (word.isEmpty ? rest.first : nil) {
      throw CaseTextError(number, "the byte 0x\(Hex.string([byte])) may stand only in quotes or in a comment; words are printable US-ASCII")
    }
    rest = rest[end...]
    return String(decoding: word, as: UTF8.self)
  }

  /// The bytes of a text in quotes: `\"`, `\\`, `\n`, `\r`, `\t` and `\xNN` stand for others.
  private func quoted(_ rest: inout ArraySlice<UInt8>) throws(CaseTextError) -> [UInt8] {
    var out: [UInt8] = []
    rest = rest.dropFirst()
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""): return out
      case UInt8(ascii: "\\"): out.append(try escape(&rest))
      case 0..<0x20, 0x7f: throw CaseTextError(number, "a control character in quotes is written \\x\(Hex.string([byte]))")
      default: out.append(byte)
      }
    }
    throw CaseTextError(number, "the text in quotes does not end on this line; a quote in it is written \\\"")
  }

  private func escape(_ rest: inout ArraySlice<UInt8>) throws(CaseTextError) -> UInt8 {
    switch rest.popFirst() {
    case UInt8(ascii: "\""): return 0x22
    case UInt8(ascii: "\\"): return 0x5c
    case UInt8(ascii: "n"): return 0x0a
    case UInt8(ascii: "r"): return 0x0d
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "x"):
      if let high = rest.popFirst().flatMap(Hex.value), let low = rest.popFirst().flatMap(Hex.value) { return high << 4 | low }
    default: break
    }
    throw CaseTextError(number, "behind a backslash in quotes stands one of \" \\ n r t, or x and two hex digits")
  }
}
