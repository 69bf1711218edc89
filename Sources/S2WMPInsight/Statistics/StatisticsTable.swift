import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// One table of the statistics, described once for text, JSON and CSV.
package struct StatisticsTable: Sendable {
  package var section: StatisticsSection
  /// Above it in text.
  package var title: String
  package var columns: [StatisticsColumn]
  package var rows: [[StatisticsCell]]
  /// One row of many values: label and value in text, an object in JSON.
  package var isSingle: Bool
  /// Rows that `--top` cut off.
  package var hidden = 0
  /// What beyond them was counted, but not listed, and whether there may be more of it.
  package var leftOut: UInt64 = 0
  package var isLeftOutAtLeast = false

  package init(_ section: StatisticsSection, _ title: String, _ columns: [StatisticsColumn], rows: [[StatisticsCell]] = [], isSingle: Bool = false) {
    self.section = section
    self.title = title
    self.columns = columns
    self.rows = rows
    self.isSingle = isSingle
  }

  /// Keeps that many rows.
  mutating func cut(to count: Int?) {
    guard let count, count > 0, rows.count > count else { return }
    hidden = rows.count - count
    rows.removeLast(hidden)
  }
}

/// A column: its key in JSON and CSV, its heading in text; each may be missing.
package struct StatisticsColumn: Sendable {
  package var key: String?
  package var heading: String?
  /// Columns of a low rank go first when the terminal is too narrow; below 9 also when nothing is in them.
  package var rank: Int
  /// Columns that it can shrink to.
  package var least: Int?
  /// A value that stands in the row above as well is not shown again.
  package var isGroup: Bool

  package init(_ key: String?, _ heading: String?, rank: Int = 9, least: Int? = nil, isGroup: Bool = false) {
    self.key = key
    self.heading = heading
    self.rank = rank
    self.least = least
    self.isGroup = isGroup
  }
}

/// A value in a table.
package indirect enum StatisticsCell: Sendable {
  case none
  case number(UInt64)
  /// A number that is 0 when all is well: then text shows a dash.
  case quiet(UInt64, TextStyle?)
  /// 0 to 1.
  case share(Double)
  /// Nanoseconds.
  case duration(Int64)
  /// Nanoseconds since the first packet.
  case offset(Int64)
  case time(CaptureTime)
  case flag(Bool)
  /// The program's own words.
  case word(String, TextStyle?)
  case endpoint(Endpoint)
  /// An ID as such.
  case id(Identifier)
  /// A user, by name where one is known.
  case user(Identifier)
  /// UTF-8 from strangers.
  case name([UInt8])
  /// A share of the longest bar.
  case bar(Double)
  /// With that text between them.
  case list([StatisticsCell], String)
  /// In JSON an object, elsewhere its brief form.
  case object(StatisticsCell, [(String, StatisticsCell)])

  static func word(_ text: String) -> StatisticsCell { .word(text, nil) }
  static func time(_ time: CaptureTime?) -> StatisticsCell { time.map { .time($0) } ?? .none }
  static func optional(_ number: UInt64?) -> StatisticsCell { number.map { .number($0) } ?? .none }

  /// Numbers are aligned on the right.
  var isNumeric: Bool {
    switch self {
    case .number, .quiet, .share, .duration, .offset: true
    default: false
    }
  }
}
