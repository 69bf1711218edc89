/// Requirements that a target is known not to meet, and why: what `--expect FILE` holds.
///
/// A line for each: the id, spaces, the reason. `#` begins a comment at the start of a line; empty lines mean nothing.
public struct KnownFailures: Hashable, Sendable {
  public private(set) var reasons: [String: String] = [:]

  public init() {}

  public init(_ text: String) throws(KnownFailuresError) {
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let words = line.drop(while: \.isWhitespace)
      if words.isEmpty || words.first == "#" { continue }
      let id = String(words.prefix { !$0.isWhitespace })
      let reason = Self.trimmed(words.dropFirst(id.count))
      guard Requirements.requirement(id) != nil else { throw KnownFailuresError(index + 1, .unknown(id)) }
      guard !reason.isEmpty else { throw KnownFailuresError(index + 1, .noReason(id)) }
      guard reasons[id] == nil else { throw KnownFailuresError(index + 1, .twice(id)) }
      reasons[id] = reason
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}

/// A line of such a file that says nothing useful.
public struct KnownFailuresError: Error, Hashable, CustomStringConvertible {
  public enum What: Hashable, Sendable {
    case unknown(String), noReason(String), twice(String)
  }

  /// From 1.
  public var line: Int
  public var what: What

  init(_ line: Int, _ what: What) { (self.line, self.what) = (line, what) }

  public var description: String {
    switch what {
    case .unknown(let id): "line \(line): there is no requirement \"\(CaseWords.safe(id))\"; s2wmp conform --list shows all"
    case .noReason(let id): "line \(line): say behind \(id) why it is known to fail"
    case .twice(let id): "line \(line): \(id) is named before; leave one of the two"
    }
  }
}
