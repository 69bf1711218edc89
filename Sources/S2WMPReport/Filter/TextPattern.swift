import S2WMPWire

/// Why a pattern is refused.
struct PatternError: Error {
  var sentence: String
}

/// A regular expression for `matches`: found anywhere in the text, letter case of US-ASCII ignored unless it begins with `(?-i)`.
///
/// Known are `.` `[a-z]` `[^a-z]` `\d \w \s \D \W \S`, `^` and `$` (begin and end of the text), `* + ? {2} {2,} {2,5}`, `|` and `( )`. There are
/// no back references and no look-around, so the time is linear in the text whatever the pattern is: all ways through it are followed at once.
struct TextPattern: Sendable {
  /// Largest compiled pattern, steps.
  static let maximumSize = 2000

  private let program: [PatternStep]

  init(_ pattern: [UInt8]) throws(PatternError) {
    var compiler = PatternCompiler(TextScalars.decode(pattern))
    program = try compiler.program()
  }

  func isFound(in text: [UInt8]) -> Bool {
    let scalars = TextScalars.decode(text)
    var run = PatternRun(program: program, end: scalars.count)
    for at in 0...scalars.count {
      if run.follow(at) { return true }
      if at < scalars.count { run.consume(scalars[at]) }
    }
    return false
  }
}

/// A step of a compiled pattern. Targets are relative, so that a part can be repeated by copying.
enum PatternStep: Sendable {
  /// One character of the set.
  case one(FilterRanges<UInt32>)
  /// Both ways.
  case split(Int, Int)
  case jump(Int)
  case start, end
  case match
}

/// The steps that can be next, after some of the text.
private struct PatternRun {
  let program: [PatternStep]
  /// Length of the text.
  let end: Int
  /// Steps to follow at the present place.
  private var pending: [Int] = []
  /// Steps that take a character here.
  private var waiting: [Int] = []
  /// The place where each step was last followed.
  private var seen: [Int]

  init(program: [PatternStep], end: Int) {
    self.program = program
    self.end = end
    seen = [Int](repeating: -1, count: program.count)
  }

  /// Follows everything that takes no character; true when the pattern's end is reached. A match may begin at every place.
  mutating func follow(_ at: Int) -> Bool {
    pending.append(0)
    waiting.removeAll(keepingCapacity: true)
    while let step = pending.popLast() {
      if seen[step] == at { continue }
      seen[step] = at
      switch program[step] {
      case .one: waiting.append(step)
      case .split(let a, let b): pending += [step + a, step + b]
      case .jump(let a): pending.append(step + a)
      case .start: if at == 0 { pending.append(step + 1) }
      case .end: if at == end { pending.append(step + 1) }
      case .match: return true
      }
    }
    return false
  }

  mutating func consume(_ scalar: UInt32) {
    for step in waiting {
      if case .one(let set) = program[step], set.contains(scalar) { pending.append(step + 1) }
    }
  }
}

/// Text as Unicode scalars. Nothing is lost: unpaired UTF-16 code units (three bytes in names) are kept, and a byte that begins no character
/// becomes a value above Unicode.
enum TextScalars {
  /// The value for byte 0 that begins no character.
  static let stray: UInt32 = 0x11_0000
  static let last: UInt32 = 0x11_00ff

  static func decode(_ bytes: [UInt8]) -> [UInt32] {
    var out: [UInt32] = []
    out.reserveCapacity(bytes.count)
    var at = 0
    while at < bytes.count {
      let (value, used) = scalar(bytes, at)
      out.append(value)
      at += used
    }
    return out
  }

  private static func scalar(_ bytes: [UInt8], _ at: Int) -> (UInt32, Int) {
    let first = bytes[at]
    if first < 0x80 { return (UInt32(first), 1) }
    let used = first & 0xe0 == 0xc0 ? 2 : first & 0xf0 == 0xe0 ? 3 : first & 0xf8 == 0xf0 ? 4 : 0
    guard used > 0, at + used <= bytes.count else { return (stray + UInt32(first), 1) }
    var value = UInt32(first & (0x7f >> UInt8(used)))
    for byte in bytes[(at + 1)..<(at + used)] {
      guard byte & 0xc0 == 0x80 else { return (stray + UInt32(first), 1) }
      value = value << 6 | UInt32(byte & 63)
    }
    let smallest: UInt32 = used == 2 ? 0x80 : used == 3 ? 0x800 : 0x1_0000
    return value >= smallest && value < stray ? (value, used) : (stray + UInt32(first), 1)
  }
}
