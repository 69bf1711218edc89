import Foundation
import Testing

/// Every capture under `Fixtures/captures` decodes as it did when somebody looked at it.
@Suite("Golden output") struct GoldenTests {
  static let captures = Repository.names(in: Repository.captures, endings: ["pcap", "pcapng", "gz"])

  /// Captures whose readable forms are kept too.
  static let readable: Set<String> = ["lan-chat", "legacy-chat", "v1-every-packet", "malformed-length", "tcp-lost-segment", "keys-embedded", "keys-tampered"]

  @Test("NDJSON", arguments: captures) func ndjson(capture: String) throws {
    try compare(capture, ["--format", "ndjson"], ending: "ndjson")
  }

  @Test("text", arguments: captures.filter { readable.contains(stem($0)) }) func text(capture: String) throws {
    try compare(capture, ["--format", "text"], ending: "txt")
  }

  @Test("tree", arguments: captures.filter { readable.contains(stem($0)) }) func tree(capture: String) throws {
    try compare(capture, ["--format", "tree", "--quiet"], ending: "tree")
  }

  /// A golden of a capture that is gone would never be compared again.
  @Test func everyGoldenHasItsCapture() {
    let stems = Set(Self.captures.map(Self.stem))
    let orphans = Repository.names(in: Repository.captures, endings: ["ndjson", "txt", "tree"]).filter { !stems.contains(Self.stem($0)) }
    #expect(orphans.isEmpty)
    #expect(Self.captures.count > 60)
  }

  /// `name` of `name.pcap.gz`.
  private static func stem(_ name: String) -> String { String(name.prefix { $0 != "." }) }

  private func compare(_ capture: String, _ arguments: [String], ending: String) throws {
    let result = try Program("s2wmp").run(["decode"] + arguments + ["Fixtures/captures/\(capture)"])
    #expect(result.status == 0, "\(result.errors)")
    try Golden.expect(result.output, in: Repository.captures.appending(path: "\(Self.stem(capture)).\(ending)"))
  }
}
