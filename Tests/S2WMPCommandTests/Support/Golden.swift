import Foundation
import Testing

/// Output that was looked at once and must stay as it is.
enum Golden {
  /// Compares with the file, or writes it when recording.
  static func expect(_ text: String, in file: URL, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let known = try? String(contentsOf: file, encoding: .utf8)
    if known == text { return }
    let difference = try diff(known ?? "", text, file)
    if Repository.records {
      try Data(text.utf8).write(to: file)
      Issue.record("\(file.lastPathComponent) was recorded; look at it, then run without S2WMP_RECORD.\n\(difference)", sourceLocation: sourceLocation)
    } else {
      Issue.record(
        "\(file.lastPathComponent) differs; if the new output is right, record it with S2WMP_RECORD=1.\n\(difference)", sourceLocation: sourceLocation)
    }
  }

  /// A unified difference, long lines cut.
  private static func diff(_ known: String, _ text: String, _ file: URL) throws -> String {
    let scratch = try Scratch()
    let (old, new) = (try scratch.file("recorded", Data(known.utf8)), try scratch.file("now", Data(text.utf8)))
    let label = file.lastPathComponent
    let arguments = ["-u", "--label", "\(label) (recorded)", "--label", "\(label) (now)", old.path, new.path]
    let output = try Program.run(URL(filePath: "/usr/bin/diff"), arguments).output
    return output.split(separator: "\n", omittingEmptySubsequences: false).prefix(60).map { String($0.prefix(400)) }.joined(separator: "\n")
  }
}
