import Foundation
import Testing

@testable import S2WMPReport

@Suite("Generated blocks of Documentation/Protocol.md")
struct SchemaProtocolTests {
  private static let file = EncodeSamples.root.appending(path: "Documentation/Protocol.md")
  private static var records: Bool { ProcessInfo.processInfo.environment["S2WMP_RECORD"] == "1" }

  @Test("The blocks are what the packet tables give; S2WMP_RECORD=1 writes them")
  func blocks() throws {
    let committed = try String(contentsOf: Self.file, encoding: .utf8)
    var made = committed
    for (name, text) in SchemaMarkdown.blocks { made = try replaced(name, by: text, in: made) }
    guard made != committed else { return }
    if Self.records { try made.write(to: Self.file, atomically: true, encoding: .utf8) }
    let (old, new) = (lines(committed), lines(made))
    let line = zip(old, new).enumerated().first { $1.0 != $1.1 }?.offset ?? min(old.count, new.count)
    Issue.record(
      """
      Documentation/Protocol.md differs from the packet tables at line \(line + 1):
        committed  \(line < old.count ? old[line] : "(end)")
        tables     \(line < new.count ? new[line] : "(end)")
      \(Self.records ? "It was written; run again without S2WMP_RECORD" : "To write it: S2WMP_RECORD=1 swift test --filter SchemaProtocolTests")
      """)
  }

  /// The text with the block of that name made anew. Every block stands there once, between its markers.
  private func replaced(_ name: String, by block: String, in text: String) throws -> String {
    let (first, last) = ("<!-- generated: \(name) -->", "<!-- end: \(name) -->")
    let parts = text.components(separatedBy: first)
    try #require(parts.count == 2, "Protocol.md has \(parts.count - 1) of the marker \(first)")
    let rest = parts[1].components(separatedBy: last)
    try #require(rest.count == 2, "Protocol.md has \(rest.count - 1) of the marker \(last) after its beginning")
    return "\(parts[0])\(first)\n\n\(block.trimmingCharacters(in: .newlines))\n\n\(last)\(rest[1])"
  }

  private func lines(_ text: String) -> [String] { text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
}
