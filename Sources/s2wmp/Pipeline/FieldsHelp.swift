import S2WMPReport

/// The names that filters and columns know, as a table.
enum FieldsHelp {
  static var text: String {
    let entries = FieldCatalog.entries
    let width = entries.map(\.name.count).max() ?? 0
    let kind = entries.map(\.type.count).max() ?? 0
    return entries.map { entry in
      pad(entry.name, width) + "  " + pad(entry.type, kind) + "  " + entry.note + "\n"
    }.joined()
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
