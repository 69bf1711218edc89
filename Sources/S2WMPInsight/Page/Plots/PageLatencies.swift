import Glibc
import S2WMPReport

/// How long answers took: a row an exchange, with its percentiles and its distribution on a scale that all rows share.
struct PageLatencies {
  let latencies: [LatencyFacts]

  private static let height = 34

  /// The rows that have something to show.
  private var rows: [LatencyFacts] { latencies.filter { $0.histogram.count > 0 || $0.unanswered > 0 } }

  var html: String {
    if rows.isEmpty { return "" }
    let scale = LatencyScale(rows.map(\.histogram))
    return """
      <section>
      <h2 id="latency">Latency</h2>
      <p class="quiet">From a request to its answer. The scale is logarithmic and the same in all rows; lines mark the median, 90% and 99%.</p>
      <table class="stacked latencies">
      <thead><tr><th scope="col">exchange</th><th scope="col">answers</th><th scope="col">median</th><th scope="col">90%</th><th scope="col">99%</th>\
      <th scope="col">longest</th><th scope="col">no answer</th><th scope="col" class="distribution">distribution</th></tr></thead>
      <tbody>
      \(rows.map { row($0, scale) }.joined())</tbody>
      </table>
      </section>

      """
  }

  private func row(_ facts: LatencyFacts, _ scale: LatencyScale) -> String {
    let histogram = facts.histogram
    let cells: [(String, String)] = [
      ("answers", Digits.grouped(histogram.count)), ("median", duration(histogram.percentile(0.5))), ("90%", duration(histogram.percentile(0.9))),
      ("99%", duration(histogram.percentile(0.99))), ("longest", histogram.count == 0 ? "–" : Digits.duration(histogram.maximum)),
      ("no answer", facts.unanswered == 0 ? "–" : "<span class=\"warning\">\(Digits.grouped(facts.unanswered))</span>"),
    ]
    let numbers = cells.map { "<td class=\"number inline\"><span class=\"unit\">\($0.0) </span>\($0.1)</td>" }
    let name = "<b>\(Self.name(facts.kind))</b>\(facts.kind.dialect == .legacy ? " <span class=\"quiet\">legacy</span>" : "")"
    return "<tr><td class=\"inline\">\(name)</td>\(numbers.joined())<td class=\"distribution\">\(plot(facts, scale))</td></tr>\n"
  }

  private static func name(_ kind: ExchangeKind) -> String { "\(kind.request.shortName ?? "?") → \(kind.answer.shortName ?? "?")" }

  private func duration(_ value: Int64?) -> String { value.map { Digits.duration($0) } ?? "–" }

  private func plot(_ facts: LatencyFacts, _ scale: LatencyScale) -> String {
    let histogram = facts.histogram
    guard histogram.count > 0 else { return "" }
    let most = Double(max(1, histogram.doublings.map(\.count).max() ?? 1))
    let bars = histogram.doublings.filter { $0.count > 0 }.map { bar in
      let (from, to) = (scale.place(bar.from), scale.place(bar.to &+ 1))
      let height = max(2, Int((Double(bar.count) / most * Double(Self.height)).rounded()))
      return """
        <rect class="packets" x="\(LaneColumns.percent(from))" width="\(LaneColumns.percent(max(0.4, to - from - 0.3)))" \
        y="\(Self.height - height)" height="\(height)"/>
        """
    }
    let marks = [0.5, 0.9, 0.99].compactMap { histogram.percentile($0) }.map { value in
      let x = LaneColumns.percent(scale.place(value))
      return "<line class=\"percentile\" x1=\"\(x)\" x2=\"\(x)\" y1=\"0\" y2=\"\(Self.height)\"/>"
    }
    let decades = scale.decades.map { value in
      """
      <line class="grid" x1="\(LaneColumns.percent(scale.place(value)))" x2="\(LaneColumns.percent(scale.place(value)))" y1="0" y2="\(Self.height)"/>\
      <text class="\(scale.place(value) > 90 ? "end" : "start")" x="\(LaneColumns.percent(scale.place(value)))" y="\(Self.height + 12)">\(LatencyScale.name(value))</text>
      """
    }
    return """
      <svg class="plot" role="img" width="100%" height="\(Self.height + 16)"><title>\(Self.name(facts.kind)), \
      \(Digits.counted(histogram.count, "answer")), median \(duration(histogram.percentile(0.5)))</title>\(decades.joined())\(bars.joined())\(marks.joined())</svg>
      """
  }
}

/// Places in percent of durations, by their logarithms.
struct LatencyScale {
  private let low: Double
  private let high: Double

  init(_ histograms: [LatencyHistogram]) {
    let used = histograms.filter { $0.count > 0 }
    let least = max(1000, used.map(\.minimum).min() ?? 1000)
    let most = max(least, used.map(\.maximum).max() ?? least)
    low = log10(Double(least)).rounded(.down)
    high = max(low + 1, log10(Double(most)).rounded(.up))
  }

  func place(_ nanoseconds: Int64) -> Double {
    min(max((log10(Double(max(1, nanoseconds))) - low) * 100 / (high - low), 0), 100)
  }

  /// A round duration: `0.1 ms`, `1 ms`, `2 min`.
  static func name(_ value: Int64) -> String { Digits.span(value).replacing(".0 ", with: " ") }

  /// 1 µs, 10 µs, …: at most seven of them.
  var decades: [Int64] {
    let all = stride(from: low, through: high, by: 1).map { exponent in (0..<Int(exponent)).reduce(1 as Int64) { value, _ in value &* 10 } }
    let step = max(1, (all.count + 6) / 7)
    return all.enumerated().filter { $0.offset.isMultiple(of: step) }.map(\.element)
  }
}
