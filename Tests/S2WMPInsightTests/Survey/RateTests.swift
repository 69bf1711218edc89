import S2WMPAnalysis
import S2WMPFlow
import S2WMPInsight
import S2WMPWire
import Testing

@Suite("Rates")
struct RateTests {
  private static let second: Int64 = 1_000_000_000

  private func survey(_ interval: Int64?, _ times: [Int64?], _ limits: SurveyLimits = SurveyLimits()) throws -> RateFacts {
    let survey = Survey(limits: limits, interval: interval)
    let sample = try SurveySample.message(1, 2)
    for time in times { survey.take(sample.changed { $0.time = time }) }
    return survey.facts().rate
  }

  @Test("spans begin at multiples of the interval; packets before the first one have theirs too")
  func spans() throws {
    let rate = try survey(10 * Self.second, [25, 29, 31, 3].map { $0 * Self.second } + [nil])
    #expect(rate.start?.nanoseconds == 0 && rate.interval == 10 * Self.second && rate.leftOut == 0)
    #expect(rate.spans.map(\.packets) == [1, 0, 2, 1] && rate.spans.map(\.messages) == [1, 0, 2, 1])
    #expect(rate.start(of: 2)?.nanoseconds == 20 * Self.second)
  }

  @Test("an interval that nobody asked for grows, and loses nothing", arguments: [1, 60, 3600, 86_400, 86_400 * 366, 86_400 * 366 * 100] as [Int64])
  func grows(seconds: Int64) throws {
    let times = (0..<1000).map { Optional($0 * (seconds * Self.second / 1000) - 7_000_000) }
    let rate = try survey(nil, times)
    #expect(rate.spans.count <= 256 && rate.leftOut == 0)
    #expect(rate.spans.reduce(0) { $0 + $1.packets } == 1000 && rate.spans.reduce(0) { $0 + $1.bytes } == 81_000)
    let start = try #require(rate.start?.nanoseconds)
    #expect(start <= times[0] ?? 0 && start % rate.interval == 0)
    #expect(rate.spans.first?.packets ?? 0 > 0 && rate.spans.last?.packets ?? 0 > 0)
    // The same as counting with that interval from the beginning.
    #expect(try survey(rate.interval, times).spans == rate.spans)
  }

  @Test("an interval that was asked for stays, and what is too far away is only counted")
  func stays() throws {
    var limits = SurveyLimits()
    limits.spans = 10
    let rate = try survey(Self.second, [0, 5, 9, 10, 1000, -3].map { $0 * Self.second }, limits)
    #expect(rate.spans.count == 10 && rate.leftOut == 3 && rate.interval == Self.second)
  }

  @Test("times at the ends of the clock are only counted", arguments: [nil, 1, Int64.max] as [Int64?])
  func ends(interval: Int64?) throws {
    let rate = try survey(interval, [.max, .min + 1, 0, .max - 1])
    #expect(rate.leftOut == 3 && rate.spans.count == 1)
  }
}
