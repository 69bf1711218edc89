import S2WMPWire
import Testing

@testable import S2WMPFuzz

/// When a target counts as growing.
@Suite("Growth") struct GrowthTests {
  // MARK: The rules

  private func verdicts(_ looks: [[Int]]) -> [Bool] {
    var rule = MemoryGrowth()
    return looks.map { rule.note($0, sent: 1000, cases: 10) }
  }

  @Test func memoryGrowsWhenEveryCountedRoundOfTwoLooksDoes() {
    #expect(verdicts([[0, 600, 600, 600], [0, 600, 700, 800]]) == [false, true])
    var rule = MemoryGrowth()
    _ = rule.note([0, 600, 700, 800], sent: 1000, cases: 10)
    #expect(rule.bytesPerCase == 70)
  }

  @Test func memoryThatFillsBuffersOrStopsDoesNotGrow() {
    let looks = [[9000, 0, 0, 0], [600, 600, 600, 600], [9000, 600, 500, 600], [600, 600, 600, 600], []]
    #expect(verdicts(looks + looks).allSatisfy { !$0 })
  }

  private func timed(_ costs: [Double]) -> (verdicts: [Bool], rule: TimeGrowth) {
    var rule = TimeGrowth()
    return (costs.map { rule.note($0) }, rule)
  }

  @Test func timeGrowsWhenTwoLooksInARowCostThreeTimesAsMuch() {
    let (verdicts, rule) = timed([90_000, 30_000, 60_000, 100_000, 80_000, 91_000, 95_000])
    #expect(verdicts == [false, false, false, false, false, false, true])
    #expect(rule.first == 30_000)
    #expect(rule.last == 95_000)
  }

  @Test func aFewMicrosecondsAreNoGrowth() {
    #expect(timed([2_000, 2_000, 16_000, 16_900, 16_900]).verdicts.allSatisfy { !$0 })
  }

  // MARK: Repeating

  /// A target that changes a little with each case.
  private final class Changing: CaseTrying {
    var vitals = Vitals(residentBytes: 1 << 20, processorNanoseconds: 0)
    var runs = 0
    let change: (inout Vitals, Int) -> Mismatch?

    init(_ change: @escaping (inout Vitals, Int) -> Mismatch?) { self.change = change }

    func run(_ cases: [Case]) -> Tried {
      runs += 1
      var exchange = Exchange()
      exchange.sent = [UInt8](repeating: 1, count: 100)
      return Tried(mismatch: change(&vitals, runs), index: 0, exchange: exchange)
    }

    func recover() {}
  }

  private static let cases = [Case([.send([PacketPlan(.statusChange)], .whole)])]

  private func trial(_ target: Changing, _ repetition: Repetition, isCancelled: @escaping () -> Bool = { false }) -> GrowthTrial {
    GrowthTrial(Self.cases, repetition, on: target, isCancelled: isCancelled, vitals: { target.vitals })
  }

  @Test func aLeakIsSeenInTwoLooks() throws {
    let target = Changing { vitals, _ in
      vitals.residentBytes += 60
      return nil
    }
    let found = try #require(try trial(target, Repetition(80, .memory)).run())
    #expect(found.requirement == "6.1/leak" && found.kind == .slow)
    #expect(found.expected == .other("a refused packet of 100 bytes leaves nothing behind"))
    #expect(found.observed == .other("the target's memory grows by 60 bytes with each"))
    #expect(target.runs == 80)
  }

  @Test func whatIsKeptOnceIsNoLeak() throws {
    let target = Changing { vitals, run in
      vitals.residentBytes += run <= 60 ? 60 : 0
      return nil
    }
    #expect(try trial(target, Repetition(80, .memory)).run() == nil)
    #expect(target.runs == 80)
  }

  @Test func aSlowerAndSlowerTargetIsSeenBeforeTheEnd() throws {
    let target = Changing { vitals, run in
      vitals.processorNanoseconds += UInt64(20_000 + 20 * run)
      return nil
    }
    let found = try #require(try trial(target, Repetition(20_000, .time)).run())
    #expect(found.requirement == "6.1/slow" && found.kind == .slow)
    #expect(found.expected == .other("the same costs the target 22 µs, as at first"))
    #expect(target.runs > 400 && target.runs < 4000 && target.runs % 200 == 0)
  }

  @Test func aSteadyTargetIsTriedToTheEnd() throws {
    let target = Changing { vitals, run in
      vitals.processorNanoseconds += run % 1000 < 200 ? 200_000 : 30_000
      return nil
    }
    #expect(try trial(target, Repetition(2000, .time)).run() == nil)
    #expect(target.runs == 2000)
  }

  @Test func aWrongAnswerIsToldAsSuch() throws {
    let wrong = Mismatch("6.1/5.hash", .wrongError, expected: .silence, observed: .silence, packet: 0)
    let target = Changing { _, run in run == 7 ? wrong : nil }
    #expect(try trial(target, Repetition(80, .memory)).run() == wrong)
    #expect(target.runs == 7)
  }

  @Test func withoutAProcessThereIsNothingToWatch() {
    let target = Changing { _, _ in nil }
    for watched in Repetition.Watched.allCases {
      #expect(throws: TargetFault.self) { try GrowthTrial(Self.cases, Repetition(8, watched), on: target, vitals: { nil }).run() }
    }
  }

  @Test func anInterruptionFindsNothing() throws {
    let target = Changing { vitals, _ in
      vitals.residentBytes += 60
      return nil
    }
    #expect(try trial(target, Repetition(1_000_000, .memory), isCancelled: { target.runs >= 300_000 }).run() == nil)
    #expect(target.runs == 300_000)
  }

  @Test func aFindingSaysEnoughRepetitions() {
    #expect(Endurance.repeats(0) == 20_000)
    #expect(Endurance.repeats(10_012) == 40_048)
    #expect(Endurance.repeats(.max) == Repetition.limit)
  }
}
