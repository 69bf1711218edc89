import S2WMPReport
import S2WMPWire

/// What happened around bootstrap servers, and when.
extension StatisticsTables {
  var bootstrap: StatisticsTable {
    let facts = facts.bootstrap
    let values: [(key: String, heading: String, cell: StatisticsCell)] = [
      ("servers", "servers", .list(facts.servers.map { .endpoint($0) }, " ")), ("registrations", "registrations", .quiet(facts.registrations, nil)),
      ("accepted", "  accepted", .quiet(facts.registrationsAccepted, nil)), ("refused", "  refused", .quiet(facts.registrationsRefused, .bad)),
      ("lookups", "lookups", .quiet(facts.lookups, nil)), ("found", "  found", .quiet(facts.found, nil)),
      ("not_found", "  not found", .quiet(facts.notFound, nil)), ("unanswered", "unanswered", .quiet(facts.unanswered, .warning)),
    ]
    return StatisticsTable(
      .bootstrap, "Bootstrap", values.map { StatisticsColumn($0.key, $0.heading) }, rows: [values.map(\.cell)], isSingle: true)
  }

  var lookups: StatisticsTable {
    let columns = [
      StatisticsColumn("from", "who"), StatisticsColumn("to", "looked up"), StatisticsColumn("count", "times"), StatisticsColumn("file", nil),
      StatisticsColumn("first_frame", "first frame"),
    ]
    let rows: [[StatisticsCell]] = Self.sorted(facts.bootstrap.interests) { $0.count }.map {
      [.user($0.from), .user($0.to), .number($0.count), file($0.file), .number($0.firstFrame)]
    }
    var table = StatisticsTable(.lookups, "Who looked up whom", columns, rows: rows)
    table.leftOut = facts.bootstrap.interestsLeftOut
    table.cut(to: options.top)
    return table
  }

  /// Rows of the rate in text, unless the interval was asked for.
  private static let textSpans = 30

  var rate: StatisticsTable { rate(facts.rate, isForText: false) }

  /// Few enough spans to look at.
  var rateForText: StatisticsTable {
    var rate = facts.rate
    while !options.keepsInterval && rate.spans.count > Self.textSpans && rate.interval < RateInterval.longest { rate = RateInterval.coarser(rate) }
    return self.rate(rate, isForText: true)
  }

  private func rate(_ rate: RateFacts, isForText: Bool) -> StatisticsTable {
    let columns = [
      StatisticsColumn("time", nil), StatisticsColumn(nil, "UTC"), StatisticsColumn("interval", nil), StatisticsColumn("packets", "packets"),
      StatisticsColumn("messages", "messages"), StatisticsColumn("bytes", "bytes", rank: 4), StatisticsColumn("findings", "findings", rank: 5),
      StatisticsColumn(nil, "", rank: 1, least: 12),
    ]
    let most = Double(rate.spans.map(\.packets).max() ?? 1)
    let rows: [[StatisticsCell]] = rate.spans.enumerated().map { index, span in
      [
        .time(rate.start(of: index)), .word(clock(rate, index)), .duration(rate.interval), .number(span.packets), .number(span.messages),
        .number(span.bytes), .quiet(span.findings, nil), .bar(most > 0 ? Double(span.packets) / most : 0),
      ]
    }
    var length = StyledText(colour: false)
    length.append(duration: rate.interval)
    var table = StatisticsTable(.rate, "Rate, in spans of \(String(decoding: length.bytes, as: UTF8.self))", columns, rows: rows)
    table.leftOut = rate.leftOut
    return table
  }

  /// When a span begins: `13:42:01`, with the date when they are of several days, with milliseconds when it may begin between seconds.
  private func clock(_ rate: RateFacts, _ index: Int) -> String {
    guard let start = rate.start(of: index), let first = rate.start, let last = rate.start(of: rate.spans.count - 1) else { return "" }
    let text = Notation.text { Notation.appendTime(start, to: &$0) }
    let hasDate = Notation.text({ Notation.appendTime(first, to: &$0) }).prefix(10) != Notation.text({ Notation.appendTime(last, to: &$0) }).prefix(10)
    let clock = text.dropLast(rate.interval % 1_000_000_000 == 0 ? 11 : 7)
    return String(hasDate ? clock.replacing("T", with: " ") : clock.drop { $0 != "T" }.dropFirst())
  }
}
