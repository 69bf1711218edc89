import S2WMPReport

/// A long table of which the first rows stand open.
struct FoldedTable {
  /// Classes of the table beside `stacked`.
  var style = ""
  var headings: [String]
  /// What a row is about, for the line that unfolds the rest.
  var noun: String

  private static let open = 16

  func html(_ rows: [String]) -> String {
    let isShort = rows.count <= Self.open + 4
    let first = table(rows.prefix(isShort ? rows.count : Self.open))
    if isShort { return first }
    return "\(first)<details><summary>\(Digits.counted(rows.count - Self.open, "more \(noun)"))</summary>\n\(table(rows.dropFirst(Self.open)))</details>\n"
  }

  private func table(_ rows: some Sequence<String>) -> String {
    """
    <table class="stacked\(style.isEmpty ? "" : " \(style)")">
    <thead><tr>\(headings.map { "<th scope=\"col\">\($0)</th>" }.joined())</tr></thead>
    <tbody>
    \(rows.joined())</tbody>
    </table>

    """
  }
}
