import Foundation
import Testing

/// Screens that a person has looked at, in `Fixtures/screens`.
enum Golden {
  static func expect(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let file = Recorded.fixtures.appending(path: "screens/\(name).txt")
    let known = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    if known == text { return }
    if ProcessInfo.processInfo.environment["S2WMP_RECORD"] != nil {
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
      Issue.record("\(name).txt was recorded; look at it, then run without S2WMP_RECORD.", sourceLocation: sourceLocation)
    } else {
      Issue.record("\(name).txt differs; if this is right, record it with S2WMP_RECORD=1:\n\(text)\ninstead of:\n\(known)", sourceLocation: sourceLocation)
    }
  }
}
