import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// Makes tables of what a survey found.
package struct StatisticsTables {
  let facts: SurveyFacts
  let options: StatisticsOptions

  package init(_ facts: SurveyFacts, _ options: StatisticsOptions) {
    self.facts = facts
    self.options = options
  }

  /// The tables asked for, in the order of their sections.
  package var tables: [StatisticsTable] { StatisticsSection.allCases.filter { options.sections?.contains($0) ?? true }.map(table) }

  package func table(_ section: StatisticsSection) -> StatisticsTable {
    switch section {
    case .summary: summary
    case .types: types
    case .conversations: conversations
    case .acks: acks
    case .latencies: latencies
    case .histogram: histogram
    case .users: users
    case .statuses: statuses
    case .keys: keys
    case .bootstrap: bootstrap
    case .lookups: lookups
    case .rate: rate
    case .findings: findings
    case .security: security
    }
  }

  /// Which of several captures; one alone need not be named in text.
  var fileColumn: StatisticsColumn { StatisticsColumn("file", facts.files.count > 1 ? "file" : nil, rank: 8) }

  func file(_ index: Int) -> StatisticsCell { .number(UInt64(index)) }

  func offset(_ time: CaptureTime?) -> StatisticsCell {
    guard let time, let first = facts.firstTime else { return .none }
    return .offset(time.nanoseconds &- first.nanoseconds)
  }

  /// `7.5%` of something that may be nothing.
  static func share(_ part: UInt64, of whole: UInt64) -> StatisticsCell { whole == 0 ? .none : .share(Double(part) / Double(whole)) }

  /// The part of a sequence that comes first when sorted by a measure, the most first; equal ones stay in order.
  static func sorted<Element>(_ list: [Element], by measure: (Element) -> UInt64) -> [Element] {
    list.enumerated().map { (measure: measure($0.element), index: $0.offset, element: $0.element) }
      .sorted { ($1.measure, $0.index) < ($0.measure, $1.index) }.map(\.element)
  }
}
