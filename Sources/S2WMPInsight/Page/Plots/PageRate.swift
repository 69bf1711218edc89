import S2WMPFlow
import S2WMPReport

/// Packets and messages over time, as bars; a stretch of the plot leads to its window of the ladder.
struct PageRate {
  let context: PageContext
  let rate: RateFacts
  let windows: [TimeWindow]

  private static let mostBars = 120
  private static let height = 150
  private static let top = 16

  private struct Bar {
    var packets: UInt64 = 0
    var messages: UInt64 = 0
    var findings: UInt64 = 0
  }

  var html: String {
    if rate.spans.isEmpty { return "" }
    let perBar = max(1, (rate.spans.count + Self.mostBars - 1) / Self.mostBars)
    let bars = stride(from: 0, to: rate.spans.count, by: perBar).map { start in
      rate.spans[start..<min(start + perBar, rate.spans.count)].reduce(into: Bar()) { bar, span in
        bar.packets &+= span.packets
        bar.messages &+= span.messages
        bar.findings &+= span.findings
      }
    }
    let interval = rate.interval.multipliedReportingOverflow(by: Int64(perBar))
    return section(bars, interval.overflow ? .max : max(1, interval.partialValue))
  }

  private func section(_ bars: [Bar], _ interval: Int64) -> String {
    let most = max(1, bars.map(\.packets).max() ?? 1)
    let span = LatencyScale.name(interval)
    let busiest = bars.firstIndex { $0.packets == most } ?? 0
    return """
      <section>
      <h2 id="rate">Rate</h2>
      <figure>
      <figcaption>Packets in each \(span): <span class="key packets">■</span> all, <span class="key messages">■</span> messages, \
      <span class="key faults">▲</span> with findings\(windows.count > 1 ? ". A stretch leads to its window of the ladder." : "")</figcaption>
      <svg class="plot" role="group" aria-labelledby="rate-title rate-description" width="100%" height="\(Self.top + Self.height + 28)">
      <title id="rate-title">Packets over time</title>
      <desc id="rate-description">\(Digits.counted(bars.count, "bar")) of \(span) each; the highest is \(Digits.counted(most, "packet")), \
      \(seconds(busiest, interval)) seconds after the first packet. The table below has the numbers.</desc>
      \(bars.enumerated().map { drawn($0.element, $0.offset, bars.count, most) }.joined())\(grid(most))\(axis(bars.count, interval))\
      \(links(bars.count, interval))</svg>
      </figure>
      \(table(bars, interval))</section>

      """
  }

  /// Where a bar begins.
  private func seconds(_ index: Int, _ interval: Int64) -> String {
    let offset = rate.start.flatMap { start in context.start.map { start.nanoseconds &- $0.nanoseconds } } ?? 0
    let text = PacketNotes.seconds(offset &+ Int64(index) &* interval)
    return interval >= 1_000_000 ? String(text.dropLast(3)) : text
  }

  private func clock(_ index: Int, _ interval: Int64) -> String {
    context.clock(rate.start.map { CaptureTime(nanoseconds: $0.nanoseconds &+ Int64(index) &* interval) })
  }

  private func y(_ value: UInt64, _ most: UInt64) -> Int {
    Self.top + Self.height - Int((Double(value) / Double(most) * Double(Self.height)).rounded())
  }

  private func grid(_ most: UInt64) -> String {
    [most, most / 2].filter { $0 > 0 }.map { value in
      """
      <line class="grid" x1="0" x2="100%" y1="\(y(value, most))" y2="\(y(value, most))"/><text x="0" y="\(y(value, most) - 4)">\(Digits.grouped(value))</text>

      """
    }.joined()
  }

  private func drawn(_ bar: Bar, _ index: Int, _ count: Int, _ most: UInt64) -> String {
    if bar.packets == 0 { return "" }
    let x = LaneColumns.percent(Double(index) * 100 / Double(count))
    let width = LaneColumns.percent(88 / Double(count))
    let middle = LaneColumns.percent((Double(index) + 0.44) * 100 / Double(count))
    let bottom = Self.top + Self.height
    let all = "<rect class=\"packets\" x=\"\(x)\" width=\"\(width)\" y=\"\(y(bar.packets, most))\" height=\"\(bottom - y(bar.packets, most))\"/>"
    let messages =
      bar.messages == 0
      ? "" : "<rect class=\"messages\" x=\"\(x)\" width=\"\(width)\" y=\"\(y(bar.messages, most))\" height=\"\(bottom - y(bar.messages, most))\"/>"
    let faults = bar.findings == 0 ? "" : "<text class=\"faults\" x=\"\(middle)\" y=\"\(bottom + 10)\">▲</text>"
    return all + messages + faults + "\n"
  }

  private func axis(_ count: Int, _ interval: Int64) -> String {
    let y = Self.top + Self.height + 24
    return """
      <line class="axis" x1="0" x2="100%" y1="\(Self.top + Self.height)" y2="\(Self.top + Self.height)"/>\
      <text x="0" y="\(y)">\(clock(0, interval))</text><text class="middle" x="50%" y="\(y)">\(context.isWithinOneDay ? "time of day, UTC" : "UTC")</text>\
      <text class="end" x="100%" y="\(y)">\(clock(count, interval))</text>

      """
  }

  /// Stretches without ink that lead to the windows of the ladder.
  private func links(_ count: Int, _ interval: Int64) -> String {
    guard windows.count > 1, let start = rate.start else { return "" }
    let whole = Double(interval) * Double(count)
    return windows.enumerated().map { number, window in
      guard let first = window.firstTime, let last = window.lastTime else { return "" }
      let from = Double(first.nanoseconds &- start.nanoseconds) * 100 / whole
      let to = Double(last.nanoseconds &- start.nanoseconds) * 100 / whole
      guard from >= 0, to <= 100.5, to >= from else { return "" }
      let words = "\(context.seconds(first)) to \(context.seconds(last)) seconds, \(Digits.counted(window.packets, "packet"))"
      return """
        <a href="#w\(number + 1)" aria-label="\(words)"><rect class="stretch" x="\(LaneColumns.percent(from))" \
        width="\(LaneColumns.percent(max(to - from, 0.3)))" y="\(Self.top)" height="\(Self.height)"><title>\(words)</title></rect></a>

        """
    }.joined()
  }

  private func table(_ bars: [Bar], _ interval: Int64) -> String {
    let rows = bars.enumerated().filter { $0.element.packets > 0 }.map { index, bar in
      """
      <tr><td class="number">\(seconds(index, interval))</td><td class="number">\(Digits.grouped(bar.packets))</td>\
      <td class="number">\(Digits.grouped(bar.messages))</td><td class="number">\(Digits.grouped(bar.findings))</td></tr>

      """
    }
    return """
      <details><summary>As a table</summary>
      <table class="numbers"><thead><tr><th scope="col">from, s</th><th scope="col">packets</th><th scope="col">messages</th><th scope="col">with findings</th></tr></thead>
      <tbody>
      \(rows.joined())</tbody></table>
      </details>

      """
  }
}
