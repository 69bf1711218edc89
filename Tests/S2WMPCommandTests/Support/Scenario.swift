import Foundation

/// One command of a file under `Fixtures/cli`, and what it must do.
struct Scenario {
  /// Lines before the command, kept as they are.
  var comment: [String] = []
  var command = ""
  var output: [String] = []
  var errors: [String] = []
  var status: Int32 = 0

  /// Reads the notation that `Fixtures/README.md` describes.
  static func parse(_ text: String) -> [Scenario] {
    var (scenarios, comment): ([Scenario], [String]) = ([], [])
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("$ ") {
        scenarios.append(Scenario(comment: comment, command: String(line.dropFirst(2))))
        comment = []
      } else if scenarios.isEmpty || !scenarios[scenarios.count - 1].take(line) {
        comment.append(line)
      }
    }
    return scenarios
  }

  private mutating func take(_ line: String) -> Bool {
    if line.hasPrefix("  ") || line.hasPrefix("> ") {
      output.append(String(line.dropFirst(2)))
    } else if line.hasPrefix("! ") {
      errors.append(String(line.dropFirst(2)))
    } else if line.hasPrefix("["), let number = Int32(line.dropFirst().dropLast()) {
      status = number
    } else {
      return false
    }
    return true
  }

  /// The scenario in the file's notation.
  var text: String {
    let lines = comment + ["$ \(command)"] + output.map { "  \($0)" } + errors.map { "! \($0)" } + (status == 0 ? [] : ["[\(status)]"])
    return lines.map { $0 + "\n" }.joined()
  }

  /// What the command does now; where that fits the expectation, the expectation's own words.
  func run() throws -> Scenario {
    let result = try Program.shell(command)
    var now = Scenario(comment: comment, command: command, output: Self.lines(result.output), errors: Self.lines(result.errors), status: result.status)
    if Self.matches(output[...], now.output[...]) { now.output = output }
    if Self.matches(errors[...], now.errors[...]) { now.errors = errors }
    return now
  }

  /// A carriage return, which csv has at the end of each line, is shown as `␍`.
  private static func lines(_ text: String) -> [String] {
    var lines = text.replacing("\r\n", with: "␍\n").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  /// A line that is only `…` stands for any lines; elsewhere it stands for any text.
  private static func matches(_ expected: ArraySlice<String>, _ found: ArraySlice<String>) -> Bool {
    guard let first = expected.first else { return found.isEmpty }
    if first == "…" { return (found.startIndex...found.endIndex).contains { matches(expected.dropFirst(), found[$0...]) } }
    guard let line = found.first, matches(first, line) else { return false }
    return matches(expected.dropFirst(), found.dropFirst())
  }

  private static func matches(_ expected: String, _ line: String) -> Bool {
    var parts = expected.components(separatedBy: "…")
    guard parts.count > 1 else { return expected == line }
    let (head, tail) = (parts.removeFirst(), parts.removeLast())
    guard line.hasPrefix(head), line.hasSuffix(tail), line.count >= head.count + tail.count else { return false }
    var rest = line.dropFirst(head.count).dropLast(tail.count)
    for part in parts where !part.isEmpty {
      guard let range = rest.range(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return true
  }
}
