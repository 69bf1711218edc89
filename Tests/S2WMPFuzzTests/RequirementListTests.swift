import Foundation
import S2WMPFuzz
import Testing

@Suite("Requirements: the documentation")
struct RequirementListTests {
  private static let file = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "Documentation/Conformance.md")
  private static let (first, last) = ("<!-- generated: requirements -->", "<!-- end: requirements -->")

  @Test("Documentation/Conformance.md has the tables that the program has") func drift() throws {
    let committed = try String(contentsOf: Self.file, encoding: .utf8)
    let parts = committed.components(separatedBy: Self.first)
    try #require(parts.count == 2)
    let rest = parts[1].components(separatedBy: Self.last)
    try #require(rest.count == 2)
    let made = "\(parts[0])\(Self.first)\n\n\(RequirementList.markdown())\n\n\(Self.last)\(rest[1])"
    guard made != committed else { return }
    let records = ProcessInfo.processInfo.environment["S2WMP_RECORD"] == "1"
    if records { try made.write(to: Self.file, atomically: true, encoding: .utf8) }
    Issue.record("Conformance.md differs; \(records ? "it was written, run again" : "to write it: S2WMP_RECORD=1 swift test --filter RequirementListTests")")
  }

  @Test func everyRequirementHasOneRow() {
    let text = RequirementList.markdown()
    for requirement in Requirements.all { #expect(text.components(separatedBy: "| `\(requirement.id)` |").count == 2, "\(requirement.id)") }
  }
}
