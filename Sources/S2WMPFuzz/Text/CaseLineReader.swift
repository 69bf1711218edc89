import S2WMPReport
import S2WMPWire

/// Takes the words of one line, one after the other. Every refusal says what would be right.
struct CaseLineReader {
  let number: Int
  private var rest: ArraySlice<CaseToken>

  init(_ line: CaseLine) {
    number = line.number
    rest = line.tokens[...]
  }

  var isAtEnd: Bool { rest.isEmpty }

  /// The next word if it is a plain one; it is not taken.
  var next: String? {
    if case .plain(let word) = rest.first { word } else { nil }
  }

  func error(_ sentence: String) -> CaseTextError { CaseTextError(number, sentence) }

  /// The next word is not what may stand here: what may, or what was probably meant.
  func refusal(of what: String, allowed: [String]) -> CaseTextError {
    let list = Self.list(allowed)
    guard let found = rest.first else { return error("the \(what) is missing: \(list)") }
    var near: [String] = []
    if case .plain(let word) = found { near = Suggestions.nearest(to: word, among: allowed) }
    return error("\(found.shown) is no \(what); \(near.isEmpty ? "allowed: \(list)" : "did you mean \(Self.list(near))?")")
  }

  /// `a, b or c`.
  static func list(_ names: [String]) -> String {
    names.count < 2 ? names.joined() : names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
  }

  /// Takes the word if it is that one.
  mutating func take(_ word: String) -> Bool {
    guard next == word else { return false }
    rest.removeFirst()
    return true
  }

  /// One of some words.
  mutating func word<Value>(_ what: String, _ values: [(String, Value)]) throws(CaseTextError) -> Value {
    guard let word = next, let found = values.first(where: { $0.0 == word }) else { throw refusal(of: what, allowed: values.map(\.0)) }
    rest.removeFirst()
    return found.1
  }

  /// An enumeration's raw value.
  mutating func word<Value>(_ what: String, _: Value.Type) throws(CaseTextError) -> Value
  where Value: RawRepresentable<String> & CaseIterable {
    try word(what, Value.allCases.map { ($0.rawValue, $0) })
  }

  mutating func choice<Value: WordedChoice>(_ what: String, _: Value.Type) throws(CaseTextError) -> Value {
    let found = try word(what, Value.words.map { ($0.word, $0) })
    guard let range = found.range else { return found.make(0) }
    return found.make(try integer("number behind \"\(found.word)\"", range))
  }

  /// A decimal number, or a hex one behind `0x`.
  mutating func unsigned(_ what: String, _ range: ClosedRange<UInt64>) throws(CaseTextError) -> UInt64 {
    guard let word = next, let value = Self.number(word), range.contains(value) else { throw rangeRefusal(what, "\(range.lowerBound)", "\(range.upperBound)") }
    rest.removeFirst()
    return value
  }

  mutating func integer(_ what: String, _ range: ClosedRange<Int>) throws(CaseTextError) -> Int {
    let isNegative = next?.hasPrefix("-") == true
    guard let word = next, let magnitude = Self.number(String(isNegative ? word.dropFirst() : word[...])), let count = Int(exactly: magnitude),
      range.contains(isNegative ? -count : count)
    else { throw rangeRefusal(what, "\(range.lowerBound)", "\(range.upperBound)") }
    rest.removeFirst()
    return isNegative ? -count : count
  }

  private func rangeRefusal(_ what: String, _ least: String, _ most: String) -> CaseTextError {
    guard let found = rest.first else { return error("the \(what) is missing: a number from \(least) to \(most)") }
    return error("\(found.shown) is no \(what); it is a number from \(least) to \(most)")
  }

  private static func number(_ word: String) -> UInt64? {
    guard word.utf8.first.map({ $0 >= 0x30 && $0 <= 0x39 }) == true, word.utf8.count <= 20 else { return nil }
    return word.hasPrefix("0x") ? word.dropFirst(2).first == "+" ? nil : UInt64(word.dropFirst(2), radix: 16) : UInt64(word)
  }

  /// A text in quotes.
  mutating func quoted() -> [UInt8]? {
    guard case .quoted(let bytes) = rest.first else { return nil }
    rest.removeFirst()
    return bytes
  }

  /// A text in quotes or one word, as characters.
  mutating func text(_ what: String) throws(CaseTextError) -> String {
    guard let found = rest.popFirst() else { throw error("the \(what) is missing") }
    switch found {
    case .plain(let word): return word
    case .quoted(let bytes):
      guard let text = String(validating: bytes, as: UTF8.self) else { throw error("the \(what) is not UTF-8") }
      return text
    }
  }

  /// Bytes: a text in quotes; or `hex` and digits in any number of groups; or `hex`, two digits, `x` and how many times.
  mutating func bytes(_ what: String) throws(CaseTextError) -> [UInt8] {
    if let text = quoted() { return try checked(text, what) }
    guard take("hex") else { throw error("the \(what) is a text in quotes, or hex and its digits, such as hex 00ff, or hex 00 x 16 for sixteen bytes") }
    var out: [UInt8] = []
    while let word = next, word != "x" {
      guard let more = Hex.bytes(word) else { throw error("\(FilterText.quoted(word)) are no hex digits, two a byte") }
      out += more
      rest.removeFirst()
    }
    if take("x") {
      guard out.count == 1 else { throw error("before x stands one byte, which is repeated") }
      out = [UInt8](repeating: out[0], count: try integer("number of bytes", 0...CaseLimits.bytes))
    }
    return try checked(out, what)
  }

  private func checked(_ bytes: [UInt8], _ what: String) throws(CaseTextError) -> [UInt8] {
    guard bytes.count <= CaseLimits.bytes else { throw error("the \(what) has \(bytes.count) bytes, but at most \(CaseLimits.bytes) are allowed") }
    return bytes
  }

  /// Nothing may be left.
  func finish() throws(CaseTextError) {
    if let found = rest.first { throw error("\(found.shown) is too much on this line") }
  }
}
