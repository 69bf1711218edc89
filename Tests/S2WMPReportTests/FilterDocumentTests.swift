import Foundation
import Testing

@testable import S2WMPReport

@Suite("Documentation/Filters.md says what filters know")
struct FilterDocumentTests {
  private static let text = Result {
    try String(contentsOf: EncodeSamples.root.appending(path: "Documentation/Filters.md"), encoding: .utf8)
  }

  /// The lines of all fenced blocks of that kind.
  private func lines(of kind: String) throws -> [String] {
    let blocks = try Self.text.get().components(separatedBy: "```\(kind)\n").dropFirst()
    return blocks.flatMap { ($0.components(separatedBy: "\n```").first ?? "").split(separator: "\n").map(String.init) }
  }

  @Test("Every example is a filter")
  func examples() throws {
    let examples = try lines(of: "filter")
    #expect(examples.count > 30)
    for example in examples {
      #expect(throws: Never.self, "\(example)") { try DisplayFilter(example) }
    }
  }

  @Test("Every refused example is refused")
  func refused() throws {
    let examples = try lines(of: "refused")
    #expect(!examples.isEmpty)
    for example in examples {
      #expect(throws: FilterError.self, "\(example)") { try DisplayFilter(example) }
    }
  }

  @Test("Every capture fact is named")
  func facts() throws {
    let text = try Self.text.get()
    for entry in FieldCatalog.entries where entry.isFact { #expect(text.contains("`\(entry.name)`"), "\(entry.name)") }
  }
}
