import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// One table as CSV (RFC 4180): a header, a row a line, CRLF behind each.
package struct StatisticsCSV {
  private let table: StatisticsTable

  package init(_ facts: SurveyFacts, _ section: StatisticsSection, _ options: StatisticsOptions) {
    table = StatisticsTables(facts, options).table(section)
  }

  /// Rows that are not there.
  package var leftOut: UInt64 { table.leftOut &+ UInt64(table.hidden) }

  package func render() -> [UInt8] {
    let shown = table.columns.indices.filter { table.columns[$0].key != nil }
    var out: [UInt8] = []
    Self.append(shown.map { Array((table.columns[$0].key ?? "").utf8) }, to: &out)
    for row in table.rows { Self.append(shown.map { Self.bytes(row[$0]) }, to: &out) }
    return out
  }

  private static func append(_ cells: [[UInt8]], to out: inout [UInt8]) {
    for (index, cell) in cells.enumerated() {
      if index > 0 { out.append(0x2c) }
      CSVLine.append(cell: cell, to: &out)
    }
    out += [0x0d, 0x0a]
  }

  private static func bytes(_ cell: StatisticsCell) -> [UInt8] {
    var out: [UInt8] = []
    append(cell, to: &out)
    return out
  }

  private static func append(_ cell: StatisticsCell, to out: inout [UInt8]) {
    switch cell {
    case .none, .bar: break
    case .number(let value), .quiet(let value, _): Notation.appendDecimal(value, to: &out)
    case .share(let share): out.append(contentsOf: "\(share)".utf8)
    case .duration(let span), .offset(let span): Notation.appendSeconds(nanoseconds: span, to: &out)
    case .time(let time): Notation.appendTime(time, to: &out)
    case .flag(let flag): out.append(contentsOf: "\(flag)".utf8)
    case .word(let word, _): out.append(contentsOf: word.utf8)
    case .endpoint(let endpoint): out.append(contentsOf: endpoint.knownText.utf8)
    case .id(let id), .user(let id): out.append(contentsOf: id.hex.utf8)
    case .name(let name): appendName(name, to: &out)
    case .list(let cells, let separator):
      for (index, cell) in cells.enumerated() {
        if index > 0 { out.append(contentsOf: separator.utf8) }
        append(cell, to: &out)
      }
    case .object(let brief, _): append(brief, to: &out)
    }
  }

  /// In quotes of its own, so that names keep apart and no cell begins with one that a spreadsheet could take for a formula.
  private static func appendName(_ name: [UInt8], to out: inout [UInt8]) {
    out.append(0x22)
    PlaintextText.append(String(decoding: name, as: UTF8.self), escapingQuotes: true, to: &out)
    out.append(0x22)
  }
}
