import S2WMPReport
import S2WMPWire

/// How long answers took.
extension StatisticsTables {
  var latencies: StatisticsTable {
    let columns = [
      StatisticsColumn("dialect", "dialect"), StatisticsColumn("request", nil), StatisticsColumn("answer", nil), StatisticsColumn(nil, "exchange"),
      StatisticsColumn("count", "answers"), StatisticsColumn("unanswered", "unanswered", rank: 8), StatisticsColumn("min", "min", rank: 2),
      StatisticsColumn("mean", "mean", rank: 1), StatisticsColumn("p50", "p50"), StatisticsColumn("p90", "p90"), StatisticsColumn("p99", "p99"),
      StatisticsColumn("max", "max"),
    ]
    return StatisticsTable(.latencies, "Latency", columns, rows: facts.latencies.map(row))
  }

  private func row(_ latency: LatencyFacts) -> [StatisticsCell] {
    let histogram = latency.histogram
    let percentile = { (share: Double) in histogram.percentile(share).map { StatisticsCell.duration($0) } ?? .none }
    return head(latency) + [
      .number(histogram.count), .quiet(latency.unanswered, nil), percentile(0), histogram.mean.map { .duration(Int64(clamping: $0)) } ?? .none,
      percentile(0.5), percentile(0.9), percentile(0.99), percentile(1),
    ]
  }

  private func head(_ latency: LatencyFacts) -> [StatisticsCell] {
    let kind = latency.kind
    return [.word(kind.dialect.name), .word(kind.request.shortName ?? ""), .word(kind.answer.shortName ?? ""), .word(kind.name)]
  }

  /// By doublings of the time; in text with bars.
  var histogram: StatisticsTable {
    let columns = [
      StatisticsColumn("dialect", "dialect", isGroup: true), StatisticsColumn("request", nil), StatisticsColumn("answer", nil),
      StatisticsColumn(nil, "exchange", isGroup: true), StatisticsColumn("from", "from"), StatisticsColumn("to", "to"),
      StatisticsColumn("count", "answers"), StatisticsColumn(nil, "", rank: 1, least: 12),
    ]
    let rows = facts.latencies.flatMap { latency in
      let doublings = latency.histogram.doublings
      let most = Double(doublings.map(\.count).max() ?? 1)
      return doublings.map { span in
        head(latency) + [.duration(span.from), .duration(span.to), .number(span.count), .bar(Double(span.count) / most)]
      }
    }
    return StatisticsTable(.histogram, "Latency by doubling", columns, rows: rows)
  }
}

extension Int64 {
  fileprivate init(clamping value: Double) { self = value >= 9.2e18 ? .max : Int64(value.rounded()) }
}
