import S2WMPAnalysis
import S2WMPWire

/// The packet tables for programs.
///
/// One object: `schema` (version of this shape), `protocol_version`, `ports`, `types` (with the layout of each dialect, null when the
/// dialect does not define the type), `layouts` (with `fields` in wire order), `codes` and `expert`. A field stands at `offset`, plus the
/// value of the field named by `shifted_by`; or `from_end` bytes before the packet's end. It takes `size` bytes, as many as the field named
/// by `counted_by` says, or all but the packet's last `trailing` bytes: exactly one of the three is there. `limits` are the values of a
/// length that can be framed; with `when_zero` they hold while that field is 0, and the length is 0 otherwise.
public enum SchemaJSON {
  public static func text() -> String {
    OrderedJSON.object([
      ("schema", .number(UInt64(schemaVersion))), ("about", .string(generatorNote)), ("protocol", .string("S2WMP")),
      ("protocol_version", .number(UInt64(protocolVersion))), ("byte_order", .string("big")),
      ("ports", .array(PortUse.all.map(port))), ("types", .array((1...15).map(type))), ("layouts", .array(LayoutID.allCases.map(layout))),
      ("codes", .array(Codes.all.map(codes))), ("expert", .array(ExpertCode.allCases.map(expert))),
    ]).text() + "\n"
  }

  private static func port(_ use: PortUse) -> OrderedJSON {
    .object([
      ("name", .string(use.name)), ("port", .number(UInt64(use.port))), ("transports", .string(use.transports.joined(separator: " "))),
      ("note", .string(use.note)),
    ])
  }

  private static func type(_ value: Int) -> OrderedJSON {
    let type = PacketType(rawValue: UInt8(value))
    return .object(
      [("type", .number(UInt64(value))), ("name", .optional(type.shortName)), ("title", .optional(type.longName))]
        + Dialect.allCases.map { ($0.name, .optional(LayoutID(type, $0)?.filterName)) })
  }

  private static func layout(_ layout: LayoutID) -> OrderedJSON {
    .object([
      ("layout", .string(layout.filterName)), ("title", .string(layout.title)),
      ("dialects", .array(layout.dialects.map { .string($0.name) })),
      ("types", .array(layout.types.map { .number(UInt64($0.rawValue)) })), ("section", .string(layout.section)),
      ("minimum_length", .number(UInt64(layout.minimumLength))), ("length", .string(layout.sizeFormula)),
      ("fields", .array(layout.rows.map { field($0, layout) })),
    ])
  }

  private static func field(_ row: FieldRow, _ layout: LayoutID) -> OrderedJSON {
    var members: [(String, OrderedJSON)] = [("name", .string(row.name)), ("filter", .string(layout.filter(row)))]
    members += place(row, layout) + [("kind", .string(kind(row.kind))), ("role", .string(role(row.relation)))]
    if case .length(let name) = row.relation { members.append(("counts", .string(name.description))) }
    if let codes = row.codes { members.append(("codes", .string(codes.identifier))) }
    if let limit = LengthLimit.of(layout, row.name) { members.append(("limits", limits(limit))) }
    return .object(members + [("section", .string(row.section)), ("note", .string(row.note))])
  }

  private static func place(_ row: FieldRow, _ layout: LayoutID) -> [(String, OrderedJSON)] {
    var members: [(String, OrderedJSON)] = []
    if let fromEnd = row.fromEnd {
      members.append(("from_end", .number(UInt64(fromEnd))))
    } else {
      members.append(("offset", .number(UInt64(row.offset))))
      let shift = layout.rows.first { $0.offset == row.shiftedBy && $0.shiftedBy == nil }
      if let shift { members.append(("shifted_by", .string(shift.name))) }
    }
    switch row.extent {
    case .fixed(let size): members.append(("size", .number(UInt64(size))))
    case .counted(let name): members.append(("counted_by", .string(name)))
    case .rest(let trailing): members.append(("trailing", .number(UInt64(trailing))))
    }
    return members
  }

  private static func limits(_ limit: LengthLimit) -> OrderedJSON {
    let zero = limit.whenZero.map { [("when_zero", OrderedJSON.string($0))] } ?? []
    return .object([("smallest", .number(limit.smallest)), ("largest", .number(limit.largest))] + zero)
  }

  private static func codes(_ table: CodeTable) -> OrderedJSON {
    let values = table.codes.map { code in
      OrderedJSON.object([("value", .number(UInt64(code.value))), ("symbol", .string(code.symbol)), ("text", .string(code.text))])
    }
    return .object([("codes", .string(table.identifier)), ("title", .string(table.title)), ("values", .array(values))])
  }

  private static func expert(_ code: ExpertCode) -> OrderedJSON {
    .object([("code", .string(code.name)), ("severity", .string(code.severity.name)), ("when", .string(code.meaning))])
  }
}
