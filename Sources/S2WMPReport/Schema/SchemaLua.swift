import S2WMPAnalysis
import S2WMPWire

/// A Wireshark dissector for both dialects: tables made from the rows, and the fixed code of `LuaTemplate` that reads them.
public enum SchemaLua {
  public static func text() -> String {
    LuaTemplate.head + numbers + names + codes + layouts + layoutOfType + experts + LuaTemplate.registration + LuaTemplate.packets
      + LuaTemplate.checks + LuaTemplate.people + LuaTemplate.cryptography + LuaTemplate.keys + LuaTemplate.exchanges + LuaTemplate.tree + LuaTemplate.dialects
      + LuaTemplate.datagrams + LuaTemplate.streams + LuaTemplate.ports + LuaTemplate.menus
  }

  private static var numbers: String {
    """

    -- Default ports.
    local TCP_PORTS = "\(ports("tcp"))"
    local UDP_PORTS = "\(ports("udp"))"

    -- The first byte of every packet.
    local PROTOCOL_VERSION = \(protocolVersion)

    -- The dialects, by the names that every output uses.
    local V1, LEGACY = "\(Dialect.v1.name)", "\(Dialect.legacy.name)"

    """
  }

  private static func ports(_ transport: String) -> String {
    PortUse.ports(transport).map { "\($0)" }.joined(separator: ",")
  }

  private static var names: String {
    let all = (1...15).map { PacketType(rawValue: UInt8($0)) }
    let short = all.map { "  [\($0.rawValue)] = \(quoted($0.shortName ?? "")),\n" }.joined()
    let long = all.map { "  [\($0.rawValue)] = \(quoted($0.longName ?? "")),\n" }.joined()
    return "\n-- Types: short names for the list, long ones for the tree.\nlocal short_names = {\n\(short)}\n\nlocal type_names = {\n\(long)}\n"
  }

  private static var codes: String {
    let tables = Codes.all.map { table in
      "  \(table.identifier) = {\n" + table.codes.map { "    [\($0.value)] = \(quoted($0.text)),\n" }.joined() + "  },\n"
    }
    return "\n-- The values that code fields define.\nlocal codes = {\n\(tables.joined())}\n"
  }

  private static var layouts: String {
    let note = """

      -- The layouts: rows in wire order. A row takes `size` bytes, as many as the field `counted_by` says, or the `rest` of the packet.
      -- `smallest` and `largest` limit what a length can be; with `when_zero` they hold while that field is 0, and the length is 0 otherwise.
      -- `expert` is said of a value that `codes` does not hold.

      """
    return note + "local layouts = {\n" + LayoutID.allCases.map(layout).joined() + "}\n"
  }

  private static func layout(_ layout: LayoutID) -> String {
    "  -- \(layout.title), \(layout.sizeFormula) bytes.\n  \(layout.identifier) = {\n    title = \(quoted(layout.title)),\n    rows = {\n"
      + layout.rows.map { "      { \(row($0, layout)) },\n" }.joined() + "    },\n  },\n"
  }

  private static func row(_ row: FieldRow, _ layout: LayoutID) -> String {
    var parts = ["name = \(quoted(row.name))"] + extent(row)
    parts.append("role = \(quoted(SchemaJSON.role(row.relation)))")
    if let encoding = encoding(row, layout) { parts.append("text = \(quoted(encoding))") }
    if let codes = row.codes { parts.append("codes = codes.\(codes.identifier)") }
    if let expert = expert(row) { parts.append("expert = \(quoted(expert.name))") }
    if let limit = LengthLimit.of(layout, row.name) {
      parts += ["smallest = \(limit.smallest)", "largest = \(limit.largest)"]
      if let zero = limit.whenZero { parts.append("when_zero = \(quoted(zero))") }
    }
    return (parts + ["\n        field = \(protoField(row, layout))"]).joined(separator: ", ").replacing(", \n", with: ",\n")
  }

  private static func extent(_ row: FieldRow) -> [String] {
    switch row.extent {
    case .fixed(let size): ["size = \(size)"]
    case .counted(let name): ["counted_by = \(quoted(name))"]
    case .rest(let trailing):
      [
        "rest = { short = \(UserBroadcast.shortLength), padded = \(UserBroadcast.paddedLength), "
          + "name = \(UserBroadcast.paddedNameBytes), trailing = \(trailing) }"
      ]
    }
  }

  /// How text is written: v1 names are printable US-ASCII, legacy ones UTF-8 or UTF-16.
  private static func encoding(_ row: FieldRow, _ layout: LayoutID) -> String? {
    switch row.kind {
    case .text: layout.dialect == .v1 ? "ascii" : "utf8"
    case .text16: "utf16"
    default: nil
    }
  }

  /// What is said of a value outside the row's code table. The legacy reply flag has none: the authors' own program sends other bytes there.
  private static func expert(_ row: FieldRow) -> ExpertCode? { row.codes == nil ? nil : ExpertCode(name: "field.\(row.name)") }

  private static func protoField(_ row: FieldRow, _ layout: LayoutID) -> String {
    let start = "(\(quoted(layout.filter(row))), \(quoted(row.label))"
    let note = row.note.isEmpty ? "" : ", \(quoted(row.note))"
    guard case .fixed(let size) = row.extent else {
      return row.kind == .opaque ? "ProtoField.bytes\(start), base.NONE\(note))" : "ProtoField.string\(start), base.UNICODE\(note))"
    }
    switch row.kind {
    case .unsigned: return "ProtoField.uint\(size * 8)\(start), base.DEC, \(values(row))\(note))"
    case .address: return size == 4 ? "ProtoField.ipv4\(start)\(note))" : "ProtoField.ipv6\(start)\(note))"
    default: return "ProtoField.bytes\(start), base.NONE\(note))"
    }
  }

  private static func values(_ row: FieldRow) -> String {
    if row.relation == .type { return "type_names, nil" }
    return row.codes.map { "codes.\($0.identifier), nil" } ?? "nil, nil"
  }

  private static var layoutOfType: String {
    var out = "\n-- The layout of every type that a dialect defines.\nlocal layout_of = {\n"
    for dialect in Dialect.allCases {
      let types = PacketType.all(dialect).compactMap { type in
        LayoutID(type, dialect).map { "    [\(type.rawValue)] = layouts.\($0.identifier),\n" }
      }
      out += "  [\(quoted(dialect.name))] = {\n\(types.joined())  },\n"
    }
    return out + "}\n"
  }

  private static var experts: String {
    let rows = ExpertCode.allCases.filter(isSaidHere).map { code in
      "  [\(quoted(code.name))] = ProtoExpert.new(\(quoted("s2wmp.expert.\(code.name)")), \(quoted(capitalized(code.meaning))),\n"
        + "    expert.group.\(group(code)), expert.severity.\(severity(code))),\n"
    }
    return "\n-- Findings; those that need keys, hashes or more than one packet are left to s2wmp itself.\nlocal experts = {\n\(rows.joined())}\n"
  }

  static func isSaidHere(_ code: ExpertCode) -> Bool {
    switch code {
    case .ackInconsistent, .ackRejected, .clockSkew, .hashMismatch: true
    default: code.name.hasPrefix("malformed.") || code.name.hasPrefix("field.")
    }
  }

  private static func group(_ code: ExpertCode) -> String {
    if code.name.hasPrefix("malformed.") { return "MALFORMED" }
    return code == .ackRejected ? "RESPONSE_CODE" : "PROTOCOL"
  }

  private static func severity(_ code: ExpertCode) -> String {
    switch code.severity {
    case .note: "NOTE"
    case .warning: "WARN"
    case .error: "ERROR"
    }
  }

  /// A Lua string.
  private static func quoted(_ text: String) -> String { "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"" }
}
