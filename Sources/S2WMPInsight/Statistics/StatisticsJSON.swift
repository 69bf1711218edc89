import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// Tables as one JSON object.
package struct StatisticsJSON {
  private let facts: SurveyFacts
  private let options: StatisticsOptions

  package init(_ facts: SurveyFacts, _ options: StatisticsOptions) {
    self.facts = facts
    self.options = options
  }

  package func render() -> [UInt8] {
    var members: [(String, OrderedJSON)] = [("files", .array(facts.files.map { .string($0) }))]
    var leftOut: [(String, OrderedJSON)] = []
    for table in StatisticsTables(facts, options).tables {
      let rows = table.rows.map { row in OrderedJSON.object(zip(table.columns, row).compactMap(member)) }
      members.append((table.section.rawValue, table.isSingle ? rows.first ?? .null : .array(rows)))
      let missing = table.leftOut &+ UInt64(table.hidden)
      if missing > 0 { leftOut.append((table.section.rawValue, .number(missing))) }
    }
    members.append(("left_out", .object(leftOut)))
    return Array((OrderedJSON.object(members).text() + "\n").utf8)
  }

  private func member(_ column: StatisticsColumn, _ cell: StatisticsCell) -> (String, OrderedJSON)? {
    column.key.map { ($0, json(cell)) }
  }

  private func json(_ cell: StatisticsCell) -> OrderedJSON {
    switch cell {
    case .none, .bar: .null
    case .number(let value), .quiet(let value, _): .number(value)
    case .share(let share): .rounded(share)
    case .duration(let span), .offset(let span): .decimal(Notation.text { Notation.appendSeconds(nanoseconds: span, to: &$0) })
    case .time(let time): .string(Notation.text { Notation.appendTime(time, to: &$0) })
    case .flag(let flag): .bool(flag)
    case .word(let word, _): .string(word)
    case .endpoint(let endpoint): .string(endpoint.knownText)
    case .id(let id), .user(let id): .string(id.hex)
    case .name(let name): .string(String(decoding: name, as: UTF8.self))
    case .list(let cells, _): .array(cells.map(json))
    case .object(_, let members): .object(members.map { ($0.0, json($0.1)) })
    }
  }
}
