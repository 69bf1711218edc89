import S2WMPAnalysis
import S2WMPFlow
import S2WMPInsight
import S2WMPWire
import Testing

@Suite("Limits of a survey")
struct SurveyLimitTests {
  private func small() -> SurveyLimits {
    var limits = SurveyLimits()
    (limits.conversations, limits.users, limits.factsOfUser, limits.statusesOfUser, limits.interests) = (3, 4, 2, 3, 2)
    return limits
  }

  @Test("conversations and users beyond are counted, and their packets as well")
  func counts() throws {
    let survey = Survey(limits: small())
    for number in 0..<20 as Range<UInt64> {
      for _ in 0..<2 { survey.take(try SurveySample.message(number, number &+ 1).changed { $0.stream = UInt32(number) }) }
    }
    let facts = survey.facts()
    #expect(facts.packets == 40 && facts.conversations.count == 3 && facts.conversationsLeftOut == 17)
    #expect(facts.users.count == 4 && facts.usersLeftOut >= 16 && facts.usersLeftOut <= 17)
    #expect(survey.conversation(stream: 2) != nil && survey.conversation(stream: 3) == nil)
  }

  @Test("lists of a user end, and say so")
  func lists() throws {
    let survey = Survey(limits: small())
    for status in 0..<10 as Range<UInt64> {
      survey.take(
        try SurveySample.message(1, 2, frame: status + 1, status: status).changed { sample in
          sample.stream = UInt32(status)
          sample.source = .ipv4(0x0a00_0100 &+ UInt32(status), port: 5000)
        })
    }
    let user = try #require(survey.user(SurveySample.identifier(1)))
    #expect(user.statuses.count == 3 && user.addresses.count == 2 && user.isCut && user.messagesSent == 10)
  }

  @Test("all users together have a limit, too")
  func together() throws {
    var limits = SurveyLimits()
    limits.factsOfUsers = 5
    let survey = Survey(limits: limits)
    for number in 1...20 as ClosedRange<UInt64> { survey.take(try SurveySample.message(number, 0, frame: number).changed { $0.stream = UInt32(number) }) }
    let facts = survey.facts()
    #expect(facts.users.reduce(0) { $0 + $1.statuses.count + $1.addresses.count } == 5 && facts.users.count == 21 - 1 + 1)
  }

  @Test("who looked up whom ends as well")
  func interests() throws {
    let survey = Survey(limits: small())
    for number in [1, 1, 2, 3, 4, 1] as [UInt64] {
      survey.take(try SurveySample(.lookup, ["user_id": SurveySample.id(9), "lookup_id": SurveySample.id(number)]))
    }
    let bootstrap = survey.facts().bootstrap
    #expect(bootstrap.interests.map(\.count) == [3, 1] && bootstrap.interestsLeftOut == 2 && bootstrap.lookups == 6)
  }

  @Test("conversation numbers, frames and lengths of any size do no harm")
  func extremes() throws {
    let survey = Survey()
    for stream in [0, 4_194_304, UInt32.max] {
      survey.take(
        try SurveySample.message(1, 2, frame: .max).changed { ($0.stream, $0.length, $0.time, $0.latency) = (stream, .max, .max - 1, .max) })
    }
    survey.take(try SurveySample.message(1, 2, frame: .max).changed { ($0.time, $0.replyTo, $0.latency) = (.min + 1, .max, .min) })
    let facts = survey.facts()
    #expect(facts.packets == 4 && facts.conversations.count == 1)
  }
}
