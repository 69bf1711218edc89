import S2WMPCrypto
import S2WMPWire
import Testing

@testable import S2WMPFuzz

/// Fails where it is told to, and counts.
private final class Scripted: CaseTrying {
  private let fails: ([Case]) -> (Int, Mismatch)?
  private(set) var runs = 0
  private(set) var recoveries = 0

  init(_ fails: @escaping ([Case]) -> (Int, Mismatch)?) { self.fails = fails }

  func run(_ cases: [Case]) throws -> Tried {
    runs += 1
    let failure = fails(cases)
    return Tried(mismatch: failure?.1, index: failure?.0 ?? cases.count - 1, exchange: Exchange())
  }

  func recover() throws { recoveries += 1 }
}

@Suite("Shrinker")
struct ShrinkerTests {
  private static let wrong = Mismatch("6.1/5.hash", .acceptedMalformed, expected: .silence, observed: .silence, packet: nil)
  private static let other = Mismatch("6.1/6.utf8", .acceptedMalformed, expected: .silence, observed: .silence, packet: nil)

  private func shown(_ cases: [Case], _ mismatch: Mismatch = wrong) -> Shown { Shown(cases: cases, mismatch: mismatch, exchange: Exchange()) }

  private static func has(_ given: Case, _ isIt: (Change) -> Bool) -> Bool { given.packets.contains { $0.changes.contains(where: isIt) } }

  @Test func onePacketAndOneChangeAreLeft() throws {
    let trying = Scripted { cases in
      cases.firstIndex { Self.has($0) { if case .hash = $0 { true } else { false } } }.map { ($0, Self.wrong) }
    }
    let big = Case(
      isFresh: true,
      [
        .connection(3), .send([PacketPlan(.message), PacketPlan(.message, from: .other, [.text(.letters(900)), .hash(.otherText), .time(.late)])], .every(7)),
        .await, .send([PacketPlan(.statusChange)], .whole), .end,
      ])
    let trials = CountedTrials(trying, limit: 300)
    let small = try Shrinker(trials, limit: 300).shrink(shown([big]))
    #expect(small.cases == [Case([.send([PacketPlan(.statusChange, [.hash(.zero)])], .whole)])])
    #expect(trials.count < 60)
    #expect(trials.count == trying.runs)
  }

  @Test func twoOfAHundredCasesAreLeft() throws {
    let (first, second) = (Case([.send([PacketPlan(.message, [.time(.late)])], .whole)]), Case([.noise([7, 7, 7])]))
    let trying = Scripted { cases in
      guard let a = cases.firstIndex(where: { Self.has($0) { $0 == .time(.late) } }) else { return nil }
      return cases[a...].firstIndex { $0.steps.contains { if case .noise = $0 { true } else { false } } }.map { ($0, Self.wrong) }
    }
    let fill = Case([.send([PacketPlan(.statusChange)], .whole)])
    let list = Array(repeating: fill, count: 40) + [first] + Array(repeating: fill, count: 55) + [second]
    let small = try Shrinker(CountedTrials(trying, limit: 300), limit: 300).shrink(shown(list))
    #expect(small.cases == [Case([.send([PacketPlan(.statusChange, [.time(.late)])], .whole), .noise([0xff])])])
    #expect(trying.runs < 150)
  }

  @Test func anotherFaultDoesNotTakeItsPlace() throws {
    let trying = Scripted { cases in
      let plans = cases.flatMap(\.packets)
      let count = plans.reduce(0) { $0 + $1.changes.count }
      return count >= 2 ? (0, Self.wrong) : count == 1 ? (0, Self.other) : nil
    }
    let given = Case([.send([PacketPlan(.message, [.hash(.zero), .text(.bytes([0xff]))])], .whole)])
    let small = try Shrinker(CountedTrials(trying, limit: 300), limit: 300).shrink(shown([given]))
    #expect(small.cases == [given] || small.cases.changeCount == 2)
    #expect(small.mismatch.requirement == Self.wrong.requirement)
  }

  @Test func itStopsAtTheLimitAndIsTheSameEveryTime() throws {
    func run() throws -> ([Case], Int) {
      let trying = Scripted { _ in nil }
      let plans = (0..<200).map { PacketPlan(.message, [.text(.letters($0 + 2)), .hash(.zero)]) }
      let trials = CountedTrials(trying, limit: 50)
      return (try Shrinker(trials, limit: 50).shrink(shown([Case([.send(plans, .whole)])])).cases, trying.runs)
    }
    let (first, second) = (try run(), try run())
    #expect(first.0 == second.0)
    #expect(first.1 == 50 && second.1 == 50)
  }

  @Test func recoveryComesOnlyAfterAFailure() throws {
    let trying = Scripted { $0[0].steps.isEmpty ? (0, Self.wrong) : nil }
    let trials = CountedTrials(trying, limit: 10)
    let (good, bad) = (Case([.await]), Case([]))
    for given in [good, good, bad, good, good] { _ = try trials.show([given]) }
    #expect(trying.recoveries == 2)
  }

  @Test func sizesAreHalvedToTheSmallest() throws {
    let trying = Scripted { cases in
      for change in cases.flatMap(\.packets).filter({ $0.type == .message }).flatMap(\.changes) {
        if case .text(.letters(let count)) = change, count >= 3989 { return (0, Self.wrong) }
      }
      return nil
    }
    let given = Case([.send([PacketPlan(.message, [.text(.letters(60_000))])], .whole)])
    let small = try Shrinker(CountedTrials(trying, limit: 300), limit: 300).shrink(shown([given]))
    #expect(small.cases == [Case([.send([PacketPlan(.message, [.text(.letters(3989))])], .whole)])])
    #expect(trying.runs < 40)
  }
}

@Suite("Reproducer")
struct ReproducerTests {
  private static let wrong = Mismatch("6.1/sc.stale", .acceptedMalformed, expected: .silence, observed: .silence, packet: nil)
  private let given = Case([.send([PacketPlan(.statusChange)], .whole)])
  private func numbered(_ number: UInt64) -> Case { Case([.send([PacketPlan(.message, [.time(.exact(number))])], .whole)]) }

  @Test func aloneWhenItTakesNothingElse() throws {
    let trying = Scripted { $0 == [self.given] ? (0, Self.wrong) : nil }
    let shown = try Reproducer(CountedTrials(trying, limit: 300)).reproduce(given, Self.wrong, history: (0..<500).map { numbered($0) })
    #expect(shown?.cases == [given])
    #expect(trying.runs == 1)
  }

  @Test func withAsManyBeforeItAsItTakes() throws {
    let needed = numbered(450)
    let trying = Scripted { $0.contains(needed) && $0.last == self.given ? ($0.count - 1, Self.wrong) : nil }
    let shown = try #require(try Reproducer(CountedTrials(trying, limit: 300)).reproduce(given, Self.wrong, history: (0..<500).map { numbered($0) }))
    #expect(shown.cases.count == 101)
    #expect(trying.recoveries == trying.runs)
  }

  @Test func notSeenAgain() throws {
    let trying = Scripted { _ in nil }
    #expect(try Reproducer(CountedTrials(trying, limit: 300)).reproduce(given, Self.wrong, history: [numbered(1)]) == nil)
  }

  @Test func whatIsThereEveryTimeIsTakenForIt() throws {
    let other = Mismatch("6.1/accept.sc", .rejectedValid, expected: .silence, observed: .silence, packet: nil)
    let trying = Scripted { ($0.count - 1, other) }
    #expect(try Reproducer(CountedTrials(trying, limit: 300)).reproduce(given, Self.wrong, history: [])?.mismatch == other)
  }
}

@Suite("Finding book")
struct FindingBookTests {
  private func finding(_ requirement: String, _ kind: FindingKind = .noReply) -> Finding {
    Finding(
      number: 0, mismatch: mismatch(requirement, kind), original: [], minimized: [], afterCases: 1, shrinkRuns: 1, seed: 1, exchange: Exchange(), sent: [],
      control: nil)
  }

  private func mismatch(_ requirement: String, _ kind: FindingKind = .noReply) -> Mismatch {
    Mismatch(requirement, kind, expected: .silence, observed: .silence, packet: nil)
  }

  @Test func oneForEachRequirementAndKind() {
    var book = FindingBook()
    let areNew = [
      book.add(finding("6.1/5.hash"), seenAs: mismatch("6.1/5.hash")), book.add(finding("6.1/5.hash"), seenAs: mismatch("4/answer")),
      book.add(finding("6.1/5.hash", .crash), seenAs: mismatch("6.1/5.hash", .crash)),
    ]
    #expect(areNew == [true, false, true])
    #expect(book.findings.map(\.number) == [1, 2])
    #expect(book.count(book.findings[0]) == 2)
  }

  @Test func whatIsKnownIsCountedAndNotLookedIntoAgain() {
    var book = FindingBook()
    let before = book.isNew(mismatch("6.1/5.hash"))
    book.add(finding("6.1/5.hash"), seenAs: mismatch("6.1/5.hash"))
    let (after, otherKind) = (book.isNew(mismatch("6.1/5.hash")), book.isNew(mismatch("6.1/5.hash", .wrongError)))
    #expect(before && !after && otherKind)
    #expect(book.count(book.findings[0]) == 2)
  }

  @Test func whatMayMeanSeveralThingsIsLookedIntoAFewTimes() {
    var book = FindingBook()
    var looks = 0
    for _ in 0..<20 where book.isNew(mismatch("4/framed.at-once")) {
      looks += 1
      book.add(finding("6.1/1.type", .acceptedMalformed), seenAs: mismatch("4/framed.at-once"))
    }
    #expect(looks == 4)
    #expect(book.findings.count == 1)
    #expect(book.count(book.findings[0]) == 20)
  }

  @Test func whatIsNeverSeenAgainIsLookedIntoAFewTimes() {
    var book = FindingBook()
    var looks = 0
    for _ in 0..<20 where book.isNew(mismatch("4/answer")) {
      looks += 1
      book.addFlaky(mismatch("4/answer"))
    }
    #expect(looks == 4)
    #expect(book.flaky.count == 4)
    #expect(book.findings.isEmpty)
  }
}
