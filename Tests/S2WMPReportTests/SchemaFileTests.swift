import Foundation
import S2WMPAnalysis
import S2WMPWire
import Testing

@testable import S2WMPReport

@Suite("Generated files: Markdown, JSON, Lua, colours")
struct SchemaFileTests {
  @Test(
    "The committed files are what the tables give",
    arguments: [
      ("markdown", "Packets.md"), ("json", "schema.json"), ("lua", "s2wmp.lua"), ("colorfilters", "wireshark/colorfilters"),
      ("elastic", "elastic-template.json"),
    ])
  func drift(format: String, file: String) throws {
    let expected = Self.text(format)
    let committed = try? String(contentsOf: SchemaVector.root.appendingPathComponent("Documentation/\(file)"), encoding: .utf8)
    guard committed != expected else { return }
    let (old, new) = (lines(committed ?? ""), lines(expected))
    let line = zip(old, new).enumerated().first { $1.0 != $1.1 }?.offset ?? min(old.count, new.count)
    Issue.record(
      """
      Documentation/\(file) differs from the packet tables at line \(line + 1):
        committed  \(line < old.count ? old[line] : "(end)")
        tables     \(line < new.count ? new[line] : "(end)")
      To make it again: s2wmp schema --format \(format) --output Documentation/\(file)
      """)
  }

  private static func text(_ format: String) -> String {
    switch format {
    case "markdown": SchemaMarkdown.text()
    case "json": SchemaJSON.text()
    case "lua": SchemaLua.text()
    case "elastic": SchemaElastic.text()
    default: SchemaColours.text()
    }
  }

  private func lines(_ text: String) -> [String] { text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }

  @Test("The JSON has every layout, field and expert code, in order")
  func json() throws {
    let schema = try JSONDecoder().decode(Schema.self, from: Data(SchemaJSON.text().utf8))
    #expect(schema.schema == schemaVersion)
    #expect(schema.layouts.map(\.layout) == LayoutID.allCases.map(\.filterName))
    for (layout, read) in zip(LayoutID.allCases, schema.layouts) {
      #expect(read.fields.map(\.name) == layout.rows.map(\.name))
      #expect(read.fields.allSatisfy { [$0.size != nil, $0.counted_by != nil, $0.trailing != nil].filter { $0 }.count == 1 })
      #expect(read.fields.allSatisfy { ($0.offset == nil) != ($0.from_end == nil) })
    }
    #expect(schema.expert.map(\.code) == ExpertCode.allCases.map(\.name))
  }

  private struct Schema: Decodable {
    struct Layout: Decodable {
      var layout: String
      var fields: [Field]
    }
    struct Field: Decodable {
      var name: String
      var offset: Int?
      var from_end: Int?
      var size: Int?
      var counted_by: String?
      var trailing: Int?
    }
    struct Expert: Decodable {
      var code: String
    }
    var schema: Int
    var layouts: [Layout]
    var expert: [Expert]
  }

  @Test("The Lua names every field's filter once")
  func luaFilters() {
    let text = SchemaLua.text()
    for layout in LayoutID.allCases {
      for row in layout.rows { #expect(text.components(separatedBy: "(\"\(layout.filter(row))\"").count == 2, "\(layout.filter(row))") }
    }
  }

  @Test("Every field that a colouring rule names is one of the dissector, and no filter ends its line early")
  func colours() {
    let lua = SchemaLua.text()
    for rule in SchemaColours.rules {
      #expect(!rule.filter.contains("@") && !rule.name.contains("@"))
      for word in rule.filter.split(whereSeparator: { " (){}".contains($0) }) where word.hasPrefix("s2wmp.") { #expect(lua.contains("\"\(word)\""), "\(word)") }
    }
    let lines = SchemaColours.text().split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(lines.count == SchemaColours.rules.count)
    for line in lines { #expect(line.wholeMatch(of: /@[^@]+@[^@]+@\[\d+,\d+,\d+\]\[\d+,\d+,\d+\]/) != nil, "\(line)") }
  }

  @Test("The Markdown has a section for every layout and a row for every field")
  func markdown() {
    let text = SchemaMarkdown.text()
    for layout in LayoutID.allCases {
      #expect(text.contains("### \(layout.title): `s2wmp.\(layout.filterName)`"))
      for row in layout.rows { #expect(text.contains("| `\(row.name)` | \(row.note) |"), "\(layout.filter(row))") }
    }
  }
}
