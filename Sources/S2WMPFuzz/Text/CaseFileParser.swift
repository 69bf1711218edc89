import S2WMPCrypto
import S2WMPReport
import S2WMPWire

extension CaseFile {
  /// Reads a file. Nothing in it is trusted.
  public init(text: [UInt8]) throws(CaseTextError) {
    let lines: [CaseLine]
    do throws(CaseTextError) {
      lines = try CaseLines(text).lines
    } catch {
      // What is wrong with the words of something else does not matter.
      if text.count <= CaseLimits.file, !String(decoding: text.prefix(4096), as: UTF8.self).contains("s2case") { throw CaseFileParser.noCaseFile(1) }
      throw error
    }
    var parser = CaseFileParser(lines: lines)
    self = try parser.file()
  }
}

/// Reads the head of a file, and which lines are whose case.
struct CaseFileParser {
  private let lines: [CaseLine]
  private var at = 0
  private var out = CaseFile(cases: [])
  private var role = TargetRole.peer
  private var dialect = Dialect.v1
  private var seen: Set<String> = []
  private var bytesLeft = CaseLimits.allBytes

  private static let version = "1"

  init(lines: [CaseLine]) { self.lines = lines }

  mutating func file() throws(CaseTextError) -> CaseFile {
    try firstLine()
    while at < lines.count, !Self.begins("case", lines[at]) { try headLine() }
    while at < lines.count { try oneCase() }
    guard !out.cases.isEmpty else { throw CaseTextError(lines.last?.number ?? 1, "there is no case: a line \"case\" begins one, its steps stand below") }
    return out
  }

  private static func begins(_ word: String, _ line: CaseLine) -> Bool { line.tokens.first == .plain(word) }

  private mutating func firstLine() throws(CaseTextError) {
    guard let line = lines.first, Self.begins("s2case", line) else {
      throw Self.noCaseFile(lines.first?.number ?? 1)
    }
    guard line.tokens == [.plain("s2case"), .plain(Self.version)] else {
      throw CaseTextError(line.number, "this program reads case files that begin with \"s2case \(Self.version)\" and no others")
    }
    at = 1
  }

  static func noCaseFile(_ line: Int) -> CaseTextError {
    CaseTextError(line, "this is no case file: it has to begin with \"s2case \(version)\"")
  }

  private enum HeadWord: String, CaseIterable {
    case role, dialect, requirement, kind, suite, group, seed, `repeat`, note
  }

  private mutating func headLine() throws(CaseTextError) {
    var reader = CaseLineReader(lines[at])
    at += 1
    guard let word = reader.next, let known = HeadWord(rawValue: word) else {
      throw reader.refusal(of: "line above the first case", allowed: HeadWord.allCases.map(\.rawValue) + ["case"])
    }
    _ = reader.take(word)
    if known != .note, !seen.insert(word).inserted { throw reader.error("there are two lines \"\(word)\"") }
    try take(known, &reader)
    try reader.finish()
  }

  private mutating func take(_ word: HeadWord, _ reader: inout CaseLineReader) throws(CaseTextError) {
    switch word {
    case .role: role = try reader.word("role", TargetRole.self)
    case .dialect: dialect = try reader.dialect()
    case .requirement: out.requirement = try reader.requirement()
    case .kind: out.kind = try reader.word("kind of finding", FindingKind.self)
    case .suite: out.suite = try reader.word("suite", Suite.self)
    case .group: out.group = try reader.word("group", KeyGroup.self)
    case .seed: out.seed = try reader.unsigned("seed", 0...UInt64.max)
    case .repeat:
      let count = try reader.integer("number of repetitions", 1...Repetition.limit)
      out.repetition = Repetition(count, try reader.word("thing to watch", Repetition.Watched.self))
    case .note: try note(&reader)
    }
  }

  private mutating func note(_ reader: inout CaseLineReader) throws(CaseTextError) {
    guard out.notes.count < CaseLimits.notes else { throw reader.error("there are more than \(CaseLimits.notes) notes") }
    var words: [String] = []
    while !reader.isAtEnd { words.append(try reader.text("note")) }
    out.notes.append(words.joined(separator: " "))
  }

  private mutating func oneCase() throws(CaseTextError) {
    var reader = CaseLineReader(lines[at])
    guard out.cases.count < CaseLimits.cases else { throw reader.error("there are more than \(CaseLimits.cases) cases") }
    let end = lines[(at + 1)...].firstIndex { Self.begins("case", $0) } ?? lines.count
    _ = reader.take("case")
    var parsed = Case(role: role, dialect: dialect, isFresh: reader.take("fresh"), [])
    if !reader.isAtEnd { throw reader.refusal(of: "word behind \"case\"", allowed: ["fresh"]) }
    let first = try caseHead(from: at + 1, to: end, &parsed)
    var steps = CaseStepParser(lines: lines[first..<end], dialect: parsed.dialect, bytesLeft: bytesLeft)
    parsed.steps = try steps.all()
    bytesLeft = steps.bytesLeft
    guard !parsed.steps.isEmpty else { throw reader.error("this case has no step; steps are \(CaseLineReader.list(StepWord.allCases.map(\.rawValue)))") }
    out.cases.append(parsed)
    at = end
  }

  /// `role`, `dialect` and `requirement` of one case alone; gives the line behind them.
  private func caseHead(from start: Int, to end: Int, _ parsed: inout Case) throws(CaseTextError) -> Int {
    for index in start..<end {
      var reader = CaseLineReader(lines[index])
      if reader.take("role") {
        parsed.role = try reader.word("role", TargetRole.self)
      } else if reader.take("dialect") {
        parsed.dialect = try reader.dialect()
      } else if reader.take("requirement") {
        parsed.requirement = try reader.requirement()
      } else {
        return index
      }
      try reader.finish()
    }
    return end
  }
}

extension CaseLineReader {
  mutating func dialect() throws(CaseTextError) -> Dialect { try word("dialect", Dialect.allCases.map { ($0.name, $0) }) }

  mutating func requirement() throws(CaseTextError) -> String {
    let id = try text("requirement")
    guard !id.isEmpty, id.utf8.count <= 128 else { throw error("a requirement is called something like 6.1/5.hash, with at most 128 bytes") }
    return id
  }
}
