import S2WMPReport

/// Known failures, as a file names them: a requirement's ID and why it fails on each line, `#` for comments.
public struct Expectations: Sendable {
  public struct Entry: Hashable, Sendable {
    public var requirement: String
    public var reason: String
    /// Where it stands, from 1.
    public var line: Int
  }

  public private(set) var entries: [Entry] = []

  private static let largestFile = 1 << 20
  private static let mostEntries = 10_000

  /// - known: the requirements that there are. Others are refused, so that a misspelt one is not waited for.
  public init(text: [UInt8], known: [String]) throws(ExpectationError) {
    guard text.count <= Self.largestFile else { throw ExpectationError(line: 1, sentence: "the file has more than \(Self.largestFile) bytes") }
    let knownIDs = Set(known)
    var seen: [String: Int] = [:]
    let lines = text.split(separator: 0x0a, omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      guard let entry = try Self.entry(line, index + 1) else { continue }
      guard knownIDs.contains(entry.requirement) else { throw Self.unknown(entry, known) }
      if let first = seen.updateValue(entry.line, forKey: entry.requirement) {
        throw ExpectationError(line: entry.line, sentence: "\(entry.requirement) stands on line \(first) already")
      }
      guard entries.count < Self.mostEntries else { throw ExpectationError(line: entry.line, sentence: "there are more than \(Self.mostEntries) lines") }
      entries.append(entry)
    }
  }

  private static func entry(_ line: ArraySlice<UInt8>, _ number: Int) throws(ExpectationError) -> Entry? {
    guard let text = String(validating: line, as: UTF8.self) else { throw ExpectationError(line: number, sentence: "the line is not UTF-8") }
    let words = text.split { $0 == " " || $0 == "\t" || $0 == "\r" }
    guard let id = words.first, !id.hasPrefix("#") else { return nil }
    let reason = words.dropFirst().joined(separator: " ")
    guard !reason.isEmpty, !reason.hasPrefix("#") else {
      throw ExpectationError(line: number, sentence: "behind \(FilterText.quoted(String(id))) stands why it is expected to fail")
    }
    return Entry(requirement: String(id), reason: CaseQuote.harmless(reason), line: number)
  }

  private static func unknown(_ entry: Entry, _ known: [String]) -> ExpectationError {
    let near = Suggestions.nearest(to: entry.requirement, among: known)
    let hint = near.isEmpty ? "conform --list names them all" : "did you mean \(CaseLineReader.list(near))?"
    return ExpectationError(line: entry.line, sentence: "there is no requirement \(FilterText.quoted(entry.requirement)); \(hint)")
  }

  /// What was expected of some results, and what was not.
  public func split(_ results: [RequirementResult]) -> ExpectedResults {
    let reasons = Dictionary(entries.map { ($0.requirement, $0.reason) }) { first, _ in first }
    var out = ExpectedResults()
    for result in results {
      let reason = reasons[result.requirement.id]
      switch (result.status, reason) {
      case (.fail, let reason?), (.error, let reason?): out.expectedFailures.append((result, reason))
      case (.fail, nil), (.error, nil): out.unexpectedFailures.append(result)
      case (.pass, let reason?): out.unexpectedPasses.append((result, reason))
      case (.pass, nil), (.skip, _): break
      }
    }
    return out
  }
}

/// Results beside what was expected of them. What was skipped is neither: it was not tried.
public struct ExpectedResults: Sendable {
  public var expectedFailures: [(result: RequirementResult, reason: String)] = []
  public var unexpectedFailures: [RequirementResult] = []
  public var unexpectedPasses: [(result: RequirementResult, reason: String)] = []

  /// Whether the run is as expected.
  public var isAsExpected: Bool { unexpectedFailures.isEmpty && unexpectedPasses.isEmpty }

  public init() {}
}

/// Why a file of expectations was refused: where, and what to do.
public struct ExpectationError: Error, Hashable, CustomStringConvertible {
  public var line: Int
  /// One sentence without its full stop.
  public var sentence: String

  public var description: String { "line \(line): \(sentence)" }
}
