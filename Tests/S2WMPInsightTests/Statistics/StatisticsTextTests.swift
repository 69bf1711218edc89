import S2WMPAnalysis
import S2WMPFlow
import S2WMPReport
import S2WMPWire
import Testing

@testable import S2WMPInsight

@Suite("Statistics as text")
struct StatisticsTextTests {
  /// Something in every table, with names that nobody should trust.
  static func facts() throws -> SurveyFacts {
    let survey = Survey()
    survey.nextFile("a\u{1b}[2J.pcap")
    let hostile = Array("\u{1b}]0;owned\u{7}=cmd|' /C calc'!A0\",\r\n\u{202e}".utf8)
    let request = try SurveySample(
      .chatRequest, .legacy,
      [
        "requestor_id": SurveySample.id(1), "user_id": SurveySample.id(2), "public_key": .bytes([1]), "name": .text(hostile),
        "status": .unsigned(1),
      ])
    survey.take(request.changed { $0.codes = [.keyInvalid, .requestUnanswered] })
    for number in 2..<40 as Range<UInt64> {
      var answer = try SurveySample(.acknowledgement, frame: number, ["error": .unsigned(number % 6)])
      (answer.stream, answer.replyTo, answer.latency) = (UInt32(number), number - 1, Int64(number) * 1_000_000)
      swap(&answer.source, &answer.destination)
      survey.take(try SurveySample.message(1, number, frame: number - 1, status: number % 5).changed { $0.stream = UInt32(number) }, answer)
    }
    for type in [PacketType.registration, .lookup] {
      survey.take(
        try SurveySample(type, frame: 90, ["user_id": SurveySample.id(1)].merging(type == .lookup ? ["lookup_id": SurveySample.id(2)] : [:]) { $1 })
          .changed { ($0.transport, $0.stream, $0.destination, $0.time) = (.udp, 100, SurveySample.server, 1_795_527_999_000_000_000) })
    }
    survey.take(try SurveySample.message(5, 6, frame: 91).changed { ($0.isMalformed, $0.codes) = (true, [.malformedType]) })
    var facts = survey.facts()
    let weakness = SecurityFinding(
      code: .legacyUnauthenticated, severity: .warning, message: "\(SecurityWords.user(Identifier(high: 1, low: 2))) sends what anybody could have made",
      users: [Identifier(high: 1, low: 2)], frames: [1, 3], frameCount: 2)
    facts.security = [(0, weakness)]
    return facts
  }

  private func text(_ change: (inout StatisticsOptions) -> Void = { _ in }) throws -> String {
    var options = StatisticsOptions()
    change(&options)
    return String(decoding: StatisticsText(try Self.facts(), options).render(), as: UTF8.self)
  }

  @Test("no line is wider than the terminal, and all rows are there", arguments: [20, 33, 40, 57, 80, 100, 132, 250])
  func fits(width: Int) throws {
    let text = try text { $0.text = TextOptions(width: width) }
    for line in text.split(separator: "\n") { #expect(line.unicodeScalars.reduce(0) { $0 + SafeText.width(of: $1) } <= width, "\(line)") }
    #expect(text.split(separator: "\n").count > 90)
  }

  @Test("with colour, too, and every colour ends on its line")
  func colour() throws {
    let plain = try text { $0.text = TextOptions(width: 80) }
    let coloured = try text { $0.text = TextOptions(hasColour: true, width: 80) }
    #expect(coloured.contains("\u{1b}[31m") && coloured.contains("\u{1b}[33m"))
    #expect(coloured.replacing(#/\u{1b}\[[0-9]*m/#, with: "") == plain)
    for line in coloured.split(separator: "\n") {
      let starts = line.matches(of: #/\u{1b}\[(?:2|31|33)m/#).count
      #expect(line.matches(of: #/\u{1b}\[0m/#).count >= starts)
    }
  }

  @Test("nothing that strangers wrote reaches the terminal as it is")
  func harmless() throws {
    let text = try text()
    #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || SafeText.isHarmless($0) || $0 == "\\" })
    #expect(text.contains("\\u001b"))
  }

  @Test("--top cuts long tables and says how to see the rest; tables without rows are not shown")
  func top() throws {
    let text = try text { ($0.top, $0.sections) = (3, [.conversations]) }
    #expect(text.contains("37 more; --top 0 shows all"))
    #expect(text.split(separator: "\n").count == 6)
    let empty = String(decoding: StatisticsText(SurveyFacts(), StatisticsOptions()).render(), as: UTF8.self)
    #expect(empty.contains("packets        0") && !empty.contains("Users"))
  }

  @Test("conversations are sorted as asked for, equal ones as they came", arguments: StatisticsSort.allCases)
  func sorts(sort: StatisticsSort) throws {
    var options = StatisticsOptions()
    options.sort = sort
    let facts = try Self.facts()
    let rows = StatisticsTables(facts, options).conversations.rows.map { row -> UInt64 in
      if case .number(let stream) = row[1] { return stream }
      return .max
    }
    #expect(rows.count == 40 && Set(rows).count == 40)
    switch sort {
    case .start, .name, .duration, .retransmissions, .gaps: #expect(rows == rows.sorted())
    case .findings: #expect(rows.first == 0 && Array(rows.dropFirst()) == rows.dropFirst().sorted())
    case .packets, .messages: #expect(rows.prefix(2) == [2, 3] || rows.prefix(2) == [0, 2], "\(rows)")
    case .bytes: #expect(rows.first == 0)
    }
  }

  @Test("numbers are grouped, shares do not vanish")
  func numbers() throws {
    var facts = SurveyFacts()
    facts.packets = 1_234_567
    facts.kinds = [KindFacts(dialect: .v1, type: .message), KindFacts(dialect: .v1, type: .acknowledgement)]
    facts.kinds[0].packets = 1_234_566
    facts.kinds[1].packets = 1
    let text = String(decoding: StatisticsText(facts, StatisticsOptions()).render(), as: UTF8.self)
    #expect(text.contains("1,234,567") && text.contains("100.0%") && text.contains("<0.1%") && text.contains("▏"))
  }
}
