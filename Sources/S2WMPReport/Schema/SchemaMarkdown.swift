import S2WMPAnalysis
import S2WMPWire

/// The packet tables as Markdown, for people.
public enum SchemaMarkdown {
  public static func text() -> String {
    head + section("Default ports", ports) + section("Types", types)
      + Dialect.allCases.map { "\n## Layouts, \($0.name)\n" + layouts($0) }.joined()
      + "\n## Code tables\n" + codes + section("Expert codes", experts)
  }

  /// The parts that Documentation/Protocol.md repeats between its markers, by the markers' name.
  public static var blocks: [(name: String, text: String)] {
    [
      ("default ports", ports), ("types", types), ("packet tables", layouts(.v1)), ("legacy packet tables", layouts(.legacy)),
      ("code tables", codes), ("expert codes", experts),
    ]
  }

  private static var ports: String { table(["port", "transport", "used by"], PortUse.all.map(portRow)) }
  private static var types: String { table(["type", "name", "meaning", "v1 layout", "legacy layout"], (1...15).map(typeRow)) }
  private static var experts: String { table(["code", "severity", "when"], ExpertCode.allCases.map(expertRow)) }

  private static var codes: String {
    Codes.all.map { "\n### \(capitalized($0.title))\n\n" + table(["value", "symbol", "meaning"], $0.codes.map(codeRow)) }.joined()
  }

  private static func layouts(_ dialect: Dialect) -> String {
    LayoutID.allCases.filter { $0.dialect == dialect }.map(layout).joined()
  }

  private static let head = """
    # Packets of the Secure Two-Way Messaging Protocol

    \(generatorNote)

    Numbers are unsigned and big-endian; fields are packed. Offsets and sizes are in bytes. A field is filtered by `s2wmp.`, the name of its
    layout and its own name: `s2wmp.messaging.status`. A size or offset that names a field means the value of that field.

    """

  private static func section(_ title: String, _ body: String) -> String { "\n## \(title)\n\n\(body)" }

  private static func layout(_ layout: LayoutID) -> String {
    let used = layout.dialects.flatMap { dialect in layout.types(in: dialect).map { "\($0.hex) \($0.shortName ?? "")" + " (\(dialect.name))" } }
    var out = "\n### \(layout.title): `s2wmp.\(layout.filterName)`\n\n"
    out += "Types: \(used.joined(separator: ", ")). Size: \(layout.sizeFormula) bytes. Document: section \(layout.section).\n\n"
    out += table(["offset", "size", "field", "holds", "values"], layout.rows.map { fieldRow($0, layout) })
    return out
  }

  private static func fieldRow(_ row: FieldRow, _ layout: LayoutID) -> [String] {
    [layout.offsetText(row), row.sizeText, "`\(row.name)`", row.note, values(row, layout)]
  }

  private static func values(_ row: FieldRow, _ layout: LayoutID) -> String {
    if let codes = row.codes { return codes.codes.map { "\($0.value) \($0.text)" }.joined(separator: ", ") }
    if let limit = LengthLimit.of(layout, row.name) {
      return "\(limit.smallest)…\(limit.largest)" + (limit.whenZero.map { " when `\($0)` is 0, else 0" } ?? "")
    }
    switch row.relation {
    case .version: return "\(protocolVersion)"
    case .reserved: return "0"
    case .time: return "milliseconds since 1970-01-01T00:00:00Z"
    default: return kindText(row.kind)
    }
  }

  private static func kindText(_ kind: FieldKind) -> String {
    switch kind {
    case .unsigned: "number"
    case .opaque: "bytes"
    case .address: "IP address"
    case .text: "text"
    case .text16: "UTF-16BE text"
    }
  }

  private static func portRow(_ use: PortUse) -> [String] {
    ["\(use.port)", use.transports.map { $0.uppercased() }.joined(separator: ", "), use.note]
  }

  private static func typeRow(_ value: Int) -> [String] {
    let type = PacketType(rawValue: UInt8(value))
    let layouts = Dialect.allCases.map { LayoutID(type, $0).map { "`\($0.filterName)`" } ?? "not defined" }
    return [type.hex, type.shortName ?? "", type.longName ?? ""] + layouts
  }

  private static func codeRow(_ code: Code) -> [String] { ["\(code.value)", "`\(code.symbol)`", code.text] }

  private static func expertRow(_ code: ExpertCode) -> [String] { ["`\(code.name)`", code.severity.name, code.meaning] }

  private static func table(_ heads: [String], _ rows: [[String]]) -> String {
    let lines = [heads, heads.map { _ in "---" }] + rows
    return lines.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
  }
}
