import S2WMPWire

/// Every name that filters and columns know.
public enum FieldCatalog {
  /// One name.
  public struct Entry: Sendable {
    public let name: String
    /// What its values are.
    public let type: String
    /// One line on what it is.
    public let note: String
    /// A capture fact; else a field of packets.
    public let isFact: Bool
  }

  /// Capture facts, then bare field names, layouts, and fields with their layouts (in the short form), each once.
  public static let entries: [Entry] = {
    var seen: Set<String> = []
    let facts = CaptureFacts.all.map { Entry(name: $0.name, type: $0.kind.title, note: $0.note, isFact: true) }
    let others = fields.map { Entry(name: $0.name, type: $0.kind.title, note: $0.note, isFact: false) }
    return (facts + others).filter { seen.insert($0.name).inserted }
  }()

  /// Fields of packets by every name but those that begin with `s2wmp.`.
  private static let fields: [FilterField] =
    bareFields + layouts
    + LayoutID.allCases.flatMap { layout in
      layout.rows.map { rowField("\(layout.filterName).\($0.name)", [(layout, $0)], note: $0.note) }
    }

  private static let index: [String: FilterField] = {
    var index: [String: FilterField] = [:]
    for field in fields.reversed() {
      index[field.name] = field
      index["s2wmp.\(field.name)"] = field
    }
    for fact in CaptureFacts.all { index[fact.name] = fact }
    for fact in CaptureFacts.keys { index["s2wmp.\(fact.name)"] = fact }
    index["s2wmp"] = FilterField(name: "s2wmp", note: "a whole packet", kind: .flag, values: .flag { $0.layout != nil })
    return index
  }()

  /// Each field name once, over all layouts that have it; and `id`.
  private static let bareFields: [FilterField] = {
    let all = LayoutID.allCases.flatMap { layout in layout.rows.map { (layout: layout, row: $0) } }
    var seen: Set<String> = []
    let bare = all.map(\.row.name).filter { seen.insert($0).inserted }.map { name in
      let rows = all.filter { $0.row.name == name }
      return rowField(name, rows, note: note(rows))
    }
    let identities = all.filter { ($0.row.relation == .userID || $0.row.relation == .idOfKey) && $0.row.extent == .fixed(16) }
    return [rowField("id", identities, note: "any user ID in the packet: sender, receiver, user, requestor, lookup or new")] + bare
  }()

  private static func note(_ rows: [(layout: LayoutID, row: FieldRow)]) -> String {
    let layouts = rows.map(\.layout.filterName)
    return layouts.count == LayoutID.allCases.count ? "in every packet" : "in \(layouts.joined(separator: ", "))"
  }

  private static let layouts: [FilterField] = LayoutID.allCases.map { layout in
    FilterField(
      name: layout.filterName, note: "\(layout.title): \(layout.types.compactMap(\.shortName).joined(separator: ", "))", kind: .flag,
      values: .flag { $0.layout == layout })
  }

  private static func rowField(_ name: String, _ rows: [(layout: LayoutID, row: FieldRow)], note: String) -> FilterField {
    FilterField(name: name, note: note, kind: kind(rows.map(\.row)), values: .rows(FieldSlots(rows)))
  }

  /// Rows of one name are of one kind in all layouts; only their sizes differ.
  private static func kind(_ rows: [FieldRow]) -> FilterKind {
    let size = rows.map { if case .fixed(let size) = $0.extent { size } else { 0 } }.max() ?? 0
    switch rows.first.map(\.kind) ?? .opaque {
    case .opaque: return .bytes(fixed: size > 0 ? size : nil)
    case .address: return .address
    case .text, .text16: return .text
    case .unsigned:
      if rows.contains(where: { $0.relation == .time }) { return .milliseconds }
      if rows.contains(where: { $0.codes != nil || $0.relation == .type }) { return .code }
      return .number(size >= 8 ? .max : 1 << UInt64(size * 8) - 1)
    }
  }

  /// The field of a name, or an error with the names that are nearest.
  static func field(_ token: FilterToken, _ source: FilterSourceText) throws(FilterError) -> FilterField {
    if let found = index[token.text] ?? index[token.text.lowercased()] { return found }
    let near = Suggestions.nearest(to: token.text, among: entries.map(\.name))
    let hint = near.isEmpty ? "the fields are listed by --fields-help" : "did you mean \(near.joined(separator: ", "))?"
    throw source.error(token, "there is no field \(FilterText.quoted(token.text)); \(hint)")
  }
}
