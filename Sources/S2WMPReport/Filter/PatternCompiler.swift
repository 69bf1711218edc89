import S2WMPWire

/// Compiles a regular expression into steps.
struct PatternCompiler {
  private static let maximumDepth = 64
  private typealias Step = PatternStep

  private let text: [UInt32]
  private var at = 0
  private var depth = 0
  private var ignoresCase = true

  init(_ text: [UInt32]) { self.text = text }

  mutating func program() throws(PatternError) -> [PatternStep] {
    if take("(?-i)") { ignoresCase = false } else { _ = take("(?i)") }
    let steps = try alternatives()
    if at < text.count { throw PatternError(sentence: "the pattern has a closing parenthesis that closes none") }
    return steps + [.match]
  }

  private var character: Unicode.Scalar? { at < text.count ? Unicode.Scalar(text[at]) : nil }

  private mutating func take(_ wanted: String) -> Bool {
    let wanted = wanted.unicodeScalars.map(\.value)
    guard text[at...].starts(with: wanted) else { return false }
    at += wanted.count
    return true
  }

  private func checked(_ size: Int) throws(PatternError) {
    if size > TextPattern.maximumSize {
      throw PatternError(sentence: "the pattern is too large; it may have \(TextPattern.maximumSize) steps, with repeated parts counted each time")
    }
  }

  private mutating func alternatives() throws(PatternError) -> [Step] {
    var parts = [try sequence()]
    while take("|") { parts.append(try sequence()) }
    try checked(parts.reduce(parts.count * 2) { $0 + $1.count })
    var steps = parts.removeLast()
    while let part = parts.popLast() {
      steps = [.split(1, part.count + 2)] + part + [.jump(steps.count + 1)] + steps
    }
    return steps
  }

  private mutating func sequence() throws(PatternError) -> [Step] {
    var steps: [Step] = []
    while let next = character ?? (at < text.count ? "\u{fffd}" : nil), next != "|", next != ")" {
      let part = try atom()
      steps += try repeated(part)
      try checked(steps.count)
    }
    return steps
  }

  private mutating func atom() throws(PatternError) -> [Step] {
    let value = text[at]
    at += 1
    switch Unicode.Scalar(value) {
    case "(": return try group()
    case "[": return [.one(try set())]
    case ".": return [.one(FilterRanges([0...9, 11...TextScalars.last]))]
    case "^": return [.start]
    case "$": return [.end]
    case "\\": return [.one(FilterRanges(folded(try escape())))]
    case "*", "+", "?": throw PatternError(sentence: "the pattern repeats nothing; write \\* \\+ or \\? for the character")
    default: return [.one(FilterRanges(folded([value...value])))]
    }
  }

  private mutating func group() throws(PatternError) -> [Step] {
    depth += 1
    if depth > Self.maximumDepth { throw PatternError(sentence: "the pattern is nested deeper than \(Self.maximumDepth)") }
    if !take("?:"), take("?") { throw PatternError(sentence: "the pattern has a group that is not known; there are (…), (?:…) and, in front, (?-i)") }
    let steps = try alternatives()
    guard take(")") else { throw PatternError(sentence: "the pattern has a parenthesis that is never closed") }
    depth -= 1
    return steps
  }

  /// What follows an atom: `*`, `+`, `?`, `{2}`, `{2,}` or `{2,5}`, and a `?` that changes nothing here.
  private mutating func repeated(_ part: [Step]) throws(PatternError) -> [Step] {
    let limits: (least: Int, most: Int?)
    if take("*") {
      limits = (0, nil)
    } else if take("+") {
      limits = (1, nil)
    } else if take("?") {
      limits = (0, 1)
    } else if let counted = try count() {
      limits = counted
    } else {
      return part
    }
    _ = take("?")
    try checked((part.count + 2) * max(limits.least, limits.most ?? 0, 1))
    var steps = [[Step]](repeating: part, count: limits.least).flatMap { $0 }
    if let most = limits.most {
      for _ in limits.least..<most { steps += [.split(1, part.count + 1)] + part }
    } else {
      steps += [.split(1, part.count + 2)] + part + [.jump(-part.count - 1)]
    }
    return steps
  }

  /// `{2}`, `{2,}` or `{2,5}`; a brace before anything else than a digit is a brace.
  private mutating func count() throws(PatternError) -> (least: Int, most: Int?)? {
    guard character == "{", at + 1 < text.count, (0x30...0x39).contains(text[at + 1]) else { return nil }
    at += 1
    let least = number() ?? 0
    var most: Int? = least
    if take(",") { most = number() }
    guard take("}"), most ?? least >= least else { throw PatternError(sentence: "the pattern has a repetition that is not {2}, {2,} or {2,5}") }
    return (least, most)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while at < text.count, (0x30...0x39).contains(text[at]) {
      value = min((value ?? 0) * 10 + Int(text[at] - 0x30), TextPattern.maximumSize + 1)
      at += 1
    }
    return value
  }

  /// The rest of `[…]`.
  private mutating func set() throws(PatternError) -> FilterRanges<UInt32> {
    let isNegated = take("^")
    var ranges: [ClosedRange<UInt32>] = []
    var isFirst = true
    while isFirst || character != "]" {
      guard at < text.count else { throw PatternError(sentence: "the pattern has a bracket that is never closed") }
      isFirst = false
      let low = try member()
      if low.count == 1, low[0].count == 1, at + 1 < text.count, character == "-", Unicode.Scalar(text[at + 1]) != "]" {
        at += 1
        let high = try member()
        guard high.count == 1, high[0].count == 1, low[0].lowerBound <= high[0].lowerBound else {
          throw PatternError(sentence: "the pattern has a range in brackets that goes backwards")
        }
        ranges.append(low[0].lowerBound...high[0].lowerBound)
      } else {
        ranges += low
      }
    }
    at += 1
    let all = folded(ranges)
    return FilterRanges(isNegated ? complement(all) : all)
  }

  private mutating func member() throws(PatternError) -> [ClosedRange<UInt32>] {
    let value = text[at]
    at += 1
    return value == 0x5c ? try escape() : [value...value]
  }

  /// What follows a backslash.
  private mutating func escape() throws(PatternError) -> [ClosedRange<UInt32>] {
    guard at < text.count else { throw PatternError(sentence: "the pattern ends in a backslash") }
    let value = text[at]
    at += 1
    switch Unicode.Scalar(value) {
    case "d": return Self.digits
    case "D": return complement(Self.digits)
    case "w": return Self.word
    case "W": return complement(Self.word)
    case "s": return Self.space
    case "S": return complement(Self.space)
    case "n": return [10...10]
    case "r": return [13...13]
    case "t": return [9...9]
    case let scalar? where scalar.isASCII && !Self.isLetterOrDigit(value): return [value...value]
    case let scalar: throw PatternError(sentence: "the pattern has the escape \\\(FilterText.shown(scalar ?? "\u{fffd}")), which is not known")
    }
  }

  private static let digits: [ClosedRange<UInt32>] = [0x30...0x39]
  private static let word: [ClosedRange<UInt32>] = [0x30...0x39, 0x41...0x5a, 0x5f...0x5f, 0x61...0x7a]
  private static let space: [ClosedRange<UInt32>] = [9...13, 32...32]

  private static func isLetterOrDigit(_ value: UInt32) -> Bool { value != 0x5f && word.contains { $0.contains(value) } }

  /// With the other case of every US-ASCII letter, when case is ignored.
  private func folded(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    if !ignoresCase { return ranges }
    return ranges
      + ranges.flatMap { range in
        [(UInt32(0x41)...0x5a, Int64(32)), (0x61...0x7a, -32)].compactMap { letters, distance in
          guard range.overlaps(letters) else { return nil }
          let part = range.clamped(to: letters)
          return UInt32(Int64(part.lowerBound) + distance)...UInt32(Int64(part.upperBound) + distance)
        }
      }
  }

  private func complement(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    var out: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if range.lowerBound > next { out.append(next...(range.lowerBound - 1)) }
      next = max(next, range.upperBound + 1)
    }
    return next <= TextScalars.last ? out + [next...TextScalars.last] : out
  }
}
