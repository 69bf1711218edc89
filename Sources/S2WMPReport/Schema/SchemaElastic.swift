import S2WMPWire

/// An index template for what `--format ek` writes: without it the first packet's values would decide what each field can hold, and numbers beyond
/// 63 bits would be refused.
public enum SchemaElastic {
  public static func text() -> String {
    OrderedJSON.object([
      ("index_patterns", .array([.string("packets-*")])),
      (
        "template",
        .object([
          ("mappings", .object([("dynamic", .bool(true)), ("properties", .object(outer))]))
        ])
      ),
    ]).text() + "\n"
  }

  private static var outer: [(String, OrderedJSON)] {
    [("timestamp", type("date", ("format", .string("epoch_millis")))), ("layers", properties([("s2wmp", properties(packet))]))]
  }

  private static var packet: [(String, OrderedJSON)] {
    let fixed: [(String, OrderedJSON)] = [
      ("frame", type("long")), ("frames", type("long")), ("time", type("date_nanos", ("ignore_malformed", .bool(true)))),
      ("transport", type("keyword")), ("stream", type("long")),
      ("src", type("keyword")), ("dst", type("keyword")), ("dialect", type("keyword")), ("type", type("short")), ("name", type("keyword")),
      ("length", type("long")), ("fields", properties(fields)), ("expert", properties(expert)), ("reply_to", type("long")),
      ("latency", type("double")), ("plaintext", type("text")), ("hash_ok", type("boolean")), ("client", type("keyword")),
    ]
    return fixed
  }

  private static var expert: [(String, OrderedJSON)] {
    [("severity", type("keyword")), ("code", type("keyword")), ("field", type("keyword")), ("message", type("text"))]
  }

  /// Every field of every layout once; a name means the same kind wherever it stands.
  private static var fields: [(String, OrderedJSON)] {
    var seen: Set<String> = []
    var members: [(String, OrderedJSON)] = []
    for layout in LayoutID.allCases {
      for row in layout.rows where seen.insert(row.name).inserted { members.append((row.name, field(row))) }
    }
    return members + [("data", unindexed)]
  }

  private static func field(_ row: FieldRow) -> OrderedJSON {
    switch (row.kind, row.extent) {
    case (.unsigned, .fixed(8)): type("unsigned_long")
    case (.unsigned, _): type("long")
    case (.address, _): type("ip")
    case (.text, _), (.text16, _): type("keyword")
    case (.opaque, .fixed): type("keyword")
    case (.opaque, _): unindexed
    }
  }

  /// Long hex: kept, not searched.
  private static var unindexed: OrderedJSON { type("keyword", ("index", .bool(false)), ("doc_values", .bool(false))) }

  private static func type(_ name: String, _ more: (String, OrderedJSON)...) -> OrderedJSON { .object([("type", .string(name))] + more) }

  private static func properties(_ members: [(String, OrderedJSON)]) -> OrderedJSON { .object([("properties", .object(members))]) }
}
