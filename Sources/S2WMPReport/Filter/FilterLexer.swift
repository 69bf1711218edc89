import S2WMPWire

/// Cuts a filter's text into tokens, in one pass.
struct FilterLexer {
  private let source: FilterSourceText
  private let bytes: [UInt8]
  private var at = 0

  private init(_ source: FilterSourceText) {
    self.source = source
    bytes = source.bytes
  }

  /// All tokens; the last is `.end`.
  static func tokens(_ source: FilterSourceText) throws(FilterError) -> [FilterToken] {
    var lexer = FilterLexer(source)
    var tokens: [FilterToken] = []
    while true {
      let token = try lexer.next()
      tokens.append(token)
      if token.kind == .end { return tokens }
    }
  }

  private func byte(_ ahead: Int) -> UInt8 { at + ahead < bytes.count ? bytes[at + ahead] : 0 }

  private mutating func next() throws(FilterError) -> FilterToken {
    while at < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[at]) { at += 1 }
    guard at < bytes.count else { return FilterToken(kind: .end, range: at..<at) }
    if let (kind, length) = symbol() {
      at += length
      return FilterToken(kind: kind, range: (at - length)..<at)
    }
    if bytes[at] == UInt8(ascii: "\"") { return try string(from: at, raw: false) }
    if bytes[at] == UInt8(ascii: "r") && byte(1) == UInt8(ascii: "\"") {
      at += 1
      return try string(from: at - 1, raw: true)
    }
    return try word()
  }

  /// An operator or bracket at this place, and its length.
  private func symbol() -> (FilterToken.Kind, Int)? {
    switch (bytes[at], byte(1), byte(2)) {
    case (UInt8(ascii: "("), _, _): (.openParenthesis, 1)
    case (UInt8(ascii: ")"), _, _): (.closeParenthesis, 1)
    case (UInt8(ascii: "{"), _, _): (.openBrace, 1)
    case (UInt8(ascii: "}"), _, _): (.closeBrace, 1)
    case (UInt8(ascii: ","), _, _): (.comma, 1)
    case (UInt8(ascii: "~"), _, _): (.comparison(.matches), 1)
    case (UInt8(ascii: "="), UInt8(ascii: "="), UInt8(ascii: "=")): (.comparison(.allEqual), 3)
    case (UInt8(ascii: "="), UInt8(ascii: "="), _): (.comparison(.equal), 2)
    case (UInt8(ascii: "!"), UInt8(ascii: "="), UInt8(ascii: "=")): (.comparison(.anyNotEqual), 3)
    case (UInt8(ascii: "!"), UInt8(ascii: "="), _): (.comparison(.notEqual), 2)
    case (UInt8(ascii: "!"), _, _): (.not, 1)
    case (UInt8(ascii: "<"), UInt8(ascii: "="), _): (.comparison(.lessOrEqual), 2)
    case (UInt8(ascii: "<"), _, _): (.comparison(.less), 1)
    case (UInt8(ascii: ">"), UInt8(ascii: "="), _): (.comparison(.greaterOrEqual), 2)
    case (UInt8(ascii: ">"), _, _): (.comparison(.greater), 1)
    case (UInt8(ascii: "&"), UInt8(ascii: "&"), _): (.and, 2)
    case (UInt8(ascii: "|"), UInt8(ascii: "|"), _): (.or, 2)
    case (UInt8(ascii: "."), UInt8(ascii: "."), let third) where third != UInt8(ascii: "."): (.range, 2)
    default: nil
    }
  }

  private mutating func word() throws(FilterError) -> FilterToken {
    let start = at
    while at < bytes.count, let length = wordLength() { at += length }
    guard at > start else { throw source.error(start..<source.endOfScalar(start), strayMessage(bytes[start])) }
    let word = Array(bytes[start..<at])
    return FilterToken(kind: Self.keyword(word), range: start..<at, bytes: word)
  }

  /// Bytes of the word that are here: one character, an ellipsis (of three dots or one character), none before `..`.
  private func wordLength() -> Int? {
    switch bytes[at] {
    case UInt8(ascii: "."):
      if byte(1) != UInt8(ascii: ".") { return 1 }
      return byte(2) == UInt8(ascii: ".") ? 3 : nil
    case 0xe2 where byte(1) == 0x80 && byte(2) == 0xa6: return 3
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): return 1
    case UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "*"): return 1
    case UInt8(ascii: "["), UInt8(ascii: "]"): return 1
    default: return nil
    }
  }

  private func strayMessage(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "="): "one \"=\" is no operator; use \"==\" to compare"
    case UInt8(ascii: "&"): "one \"&\" is no operator; use \"&&\" or \"and\""
    case UInt8(ascii: "|"): "one \"|\" is no operator; use \"||\" or \"or\""
    case UInt8(ascii: "'"): "strings are written in double quotes"
    case 0x80...: "this character may only stand in a quoted string"
    default: "this character has no meaning here; text belongs in double quotes"
    }
  }

  /// Words that are operators. Where a value is due they are still words of no value, and refused as such.
  private static func keyword(_ word: [UInt8]) -> FilterToken.Kind {
    guard word.count <= 8 else { return .word }
    switch String(decoding: word, as: UTF8.self).lowercased() {
    case "and": return .and
    case "or": return .or
    case "not": return .not
    case let text: return FilterOperator(word: text).map { .comparison($0) } ?? .word
    }
  }

  /// A quoted string; `at` is on its opening quote.
  private mutating func string(from start: Int, raw: Bool) throws(FilterError) -> FilterToken {
    var token = FilterToken(kind: .string, range: start..<start)
    at += 1
    while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
      if bytes[at] != UInt8(ascii: "\\") {
        token.bytes.append(bytes[at])
        at += 1
      } else if raw {
        // The backslash stays, also before a quote, which it keeps from ending the string.
        let length = min(2, bytes.count - at)
        token.bytes += bytes[at..<(at + length)]
        at += length
      } else {
        try escape(&token)
      }
    }
    guard at < bytes.count else { throw source.error(start..<bytes.count, "the string that begins here has no closing quote") }
    at += 1
    token.range = start..<at
    return token
  }

  /// An escape; the notation of names (`\xNN`, `\uNNNN`) is understood, so that what was shown can be pasted.
  private mutating func escape(_ token: inout FilterToken) throws(FilterError) {
    let start = at
    at += 2
    switch byte(-1) {
    case UInt8(ascii: "\\"): token.bytes.append(UInt8(ascii: "\\"))
    case UInt8(ascii: "\""): token.bytes.append(UInt8(ascii: "\""))
    case UInt8(ascii: "n"): token.bytes.append(0x0a)
    case UInt8(ascii: "r"): token.bytes.append(0x0d)
    case UInt8(ascii: "t"): token.bytes.append(0x09)
    case UInt8(ascii: "x"): token.bytes.append(UInt8(truncatingIfNeeded: try hexDigits(2, start)))
    case UInt8(ascii: "u"): token.bytes += UTF16Name.wtf8([UInt16(truncatingIfNeeded: try hexDigits(4, start))])
    default:
      token.oddEscape = token.oddEscape ?? start
      token.bytes.append(UInt8(ascii: "\\"))
      at = start + 1
    }
  }

  private mutating func hexDigits(_ count: Int, _ start: Int) throws(FilterError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<count {
      guard let digit = at < bytes.count ? Hex.value(bytes[at]) : nil else {
        throw source.error(start..<min(at, bytes.count), "this escape needs \(count) hex digits")
      }
      value = value << 4 | UInt32(digit)
      at += 1
    }
    return value
  }
}

/// A filter's text, and errors that point into it.
struct FilterSourceText: Sendable {
  let text: String
  let bytes: [UInt8]

  /// Longest filter, bytes.
  static let maximum = 65_536

  init(_ text: String) throws(FilterError) {
    self.text = text
    if text.utf8.count > Self.maximum {
      bytes = []
      throw FilterError(
        text: text, position: Self.maximum, length: 0,
        sentence: "the filter has \(text.utf8.count) bytes, and at most \(Self.maximum) are allowed; shorten it, for example with sets: frame in {1, 2, 5..9}")
    }
    bytes = Array(text.utf8)
  }

  func error(_ range: Range<Int>, _ sentence: String) -> FilterError {
    FilterError(text: text, position: range.lowerBound, length: range.count, sentence: sentence)
  }

  func error(_ token: FilterToken, _ sentence: String) -> FilterError { error(token.range, sentence) }

  /// The end of the scalar that begins at `index`.
  func endOfScalar(_ index: Int) -> Int {
    var end = index + 1
    while end < bytes.count, bytes[end] & 0xc0 == 0x80 { end += 1 }
    return min(end, bytes.count)
  }
}
