import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// Tables as text: aligned columns that fit the terminal.
package struct StatisticsText {
  private let facts: SurveyFacts
  private let options: StatisticsOptions
  private var text: TextOptions { options.text }
  /// Columns of the longest bar.
  private static let longestBar = 40
  private static let space = 2

  package init(_ facts: SurveyFacts, _ options: StatisticsOptions) {
    self.facts = facts
    self.options = options
  }

  /// All tables asked for, with an empty line between them; those without rows are left out.
  package func render() -> [UInt8] {
    let tables = StatisticsTables(facts, options)
    var out: [UInt8] = []
    for section in StatisticsSection.allCases where options.sections?.contains(section) ?? !section.isDetail {
      let table = section == .rate ? tables.rateForText : tables.table(section)
      if table.isEmpty && options.sections == nil { continue }
      if !out.isEmpty { out.append(0x0a) }
      append(table, to: &out)
    }
    return out
  }

  private func append(_ table: StatisticsTable, to out: inout [UInt8]) {
    var title = StyledText(colour: text.hasColour)
    title.append(table.title)
    finish(title, to: &out)
    if table.section == .summary { appendFiles(to: &out) }
    if table.isEmpty { return finish(note("none"), to: &out) }
    if table.isSingle { return appendValues(table, to: &out) }
    if table.section == .security { return out += Self.security(facts, text) }
    let layout = TableLayout(table, cells: cells(table), width: text.width)
    for line in layout.lines(colour: text.hasColour, bar: Self.bar) { finish(line, to: &out) }
    if let rest = rest(table) { finish(note(rest), to: &out) }
  }

  /// What the numbers of several captures stand for.
  private func appendFiles(to out: inout [UInt8]) {
    guard facts.files.count > 1 else { return }
    for (index, name) in facts.files.enumerated() {
      var line = StyledText(colour: text.hasColour)
      line.pad(to: Self.space)
      line.styled(.dim) { $0.append("file \(index)") }
      line.advance(to: 4 * Self.space + 2)
      line.append(untrusted: name.utf8)
      finish(line, to: &out)
    }
  }

  /// Label and value, a line each.
  private func appendValues(_ table: StatisticsTable, to out: inout [UInt8]) {
    guard let row = table.rows.first else { return }
    let width = table.columns.compactMap { $0.heading?.count }.max() ?? 0
    for (column, cell) in zip(table.columns, row) {
      guard let heading = column.heading, !cell.isEmpty else { continue }
      var line = StyledText(colour: text.hasColour)
      line.pad(to: Self.space)
      line.styled(.dim) { $0.append(heading) }
      line.pad(to: width + 2 * Self.space)
      line.append(render(cell))
      finish(line, to: &out)
    }
  }

  private func note(_ words: String) -> StyledText {
    var line = StyledText(colour: text.hasColour)
    line.pad(to: Self.space)
    line.styled(.dim) { $0.append(words) }
    return line
  }

  private func rest(_ table: StatisticsTable) -> String? {
    var parts: [String] = []
    if table.hidden > 0 { parts.append("\(table.hidden) more; --top 0 shows all") }
    if table.leftOut > 0 { parts.append("\(table.isLeftOutAtLeast ? "at least " : "")\(table.leftOut) beyond the limit are not listed") }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  /// Rendered, but bars, whose length depends on the room that is left.
  private func cells(_ table: StatisticsTable) -> [[TableLayout.Cell]] {
    table.rows.map { row in
      row.enumerated().map { index, cell in
        guard table.columns[index].heading != nil else { return TableLayout.Cell(text: StyledText(colour: false), isNumeric: false) }
        if case .bar(let share) = cell { return TableLayout.Cell(text: StyledText(colour: false), isNumeric: false, bar: share) }
        return TableLayout.Cell(text: render(cell), isNumeric: cell.isNumeric, isEmpty: cell.isEmpty)
      }
    }
  }

  /// In eighths of a column; anything above 0 can be seen.
  private static func bar(_ share: Double, _ room: Int) -> String {
    guard share > 0 else { return "" }
    let eighths = max(1, Int((min(share, 1) * Double(min(room, longestBar) * 8)).rounded()))
    let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
    return String(repeating: "█", count: eighths / 8) + rest
  }

  private func finish(_ line: StyledText, to out: inout [UInt8]) {
    if let width = text.width, line.columns > width {
      var cut = StyledText(colour: text.hasColour)
      cut.append(line, room: width)
      out.append(contentsOf: cut.bytes)
    } else {
      out.append(contentsOf: line.bytes)
    }
    while out.last == 0x20 { out.removeLast() }
    out.append(0x0a)
  }
}

/// Cells as text.
extension StatisticsText {
  private func render(_ cell: StatisticsCell) -> StyledText {
    var out = StyledText(colour: text.hasColour)
    append(cell, to: &out)
    return out
  }

  private func append(_ cell: StatisticsCell, to out: inout StyledText) {
    switch cell {
    case .none: out.append("–")
    case .number(let value): out.append(grouped(value))
    case .quiet(0, _): out.styled(.dim) { $0.append("–") }
    case .quiet(let value, let style): out.styled(style) { $0.append(grouped(value)) }
    case .share(let share): out.append(percent(share))
    case .duration(0): out.append("0")
    case .duration(let span): out.append(duration: span)
    case .offset(let span): out.append(Self.seconds(span))
    case .time(let time): out.append(Self.date(time))
    case .flag(let flag): flag ? out.styled(.warning) { $0.append("yes") } : out.append("no")
    case .word(let word, let style): out.styled(style) { $0.append(word) }
    case .endpoint(let endpoint): append(endpoint, to: &out)
    case .id(let id): out.append(id: id, text.ids == .none ? .short : text.ids, otherwise: "")
    case .user(let id): out.append(user: id, facts.names, text)
    case .name(let name): out.append(name: name)
    case .bar: break
    case .list(let cells, let separator):
      if cells.isEmpty { return out.append("–") }
      for (index, cell) in cells.enumerated() {
        if index > 0 { out.append(separator) }
        append(cell, to: &out)
      }
    case .object(let brief, _): append(brief, to: &out)
    }
  }

  /// An unknown port is left out.
  private func append(_ endpoint: Endpoint, to out: inout StyledText) {
    out.append { endpoint.port == 0 ? Notation.appendHost(endpoint, to: &$0) : Notation.appendEndpoint(endpoint, to: &$0) }
  }

  /// `1,234,567`.
  private func grouped(_ value: UInt64) -> String {
    var digits = Array("\(value)")
    var at = digits.count - 3
    while at > 0 {
      digits.insert(",", at: at)
      at -= 3
    }
    return String(digits)
  }

  /// `7.5%`; what is not nothing is not shown as nothing.
  private func percent(_ share: Double) -> String {
    let tenths = Int((share * 1000).rounded())
    if tenths == 0 && share > 0 { return "<0.1%" }
    return "\(tenths / 10).\(tenths % 10)%"
  }

  /// `1.204` seconds.
  private static func seconds(_ nanoseconds: Int64) -> String {
    let milliseconds = (nanoseconds.magnitude + 500_000) / 1_000_000
    let fraction = "\(milliseconds % 1000)"
    return "\(nanoseconds < 0 && milliseconds > 0 ? "-" : "")\(milliseconds / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
  }

  /// `2026-11-24 13:42:01.123 UTC`.
  private static func date(_ time: CaptureTime) -> String {
    let text = Notation.text { Notation.appendTime(time, to: &$0) }
    return text.dropLast(7).replacing("T", with: " ") + " UTC"
  }
}

extension StatisticsTable {
  /// There is nothing to say.
  fileprivate var isEmpty: Bool { section != .summary && rows.allSatisfy { isSingle && $0.allSatisfy(\.isEmpty) } }
}

extension StatisticsCell {
  /// There is nothing to say.
  var isEmpty: Bool {
    switch self {
    case .none, .quiet(0, _): true
    case .list(let cells, _): cells.isEmpty
    default: false
    }
  }
}
