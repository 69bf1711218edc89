import S2WMPCrypto
import S2WMPPeer
import S2WMPWire
import Testing

@testable import S2WMPFuzz

/// A session with a peer in this process, and the account of it.
private final class Account {
  let target: CoreTarget
  let session: PeerSession
  let ledger: Ledger
  private var forge: CaseForge
  private let judge: Judge
  /// Events kept back, to be told with a later run.
  var held: [HeardEvent] = []
  var holdsBack = false
  /// The ledger's clock.
  let time = Time()
  final class Time { var now: UInt64 = 0 }

  /// Which events are told at all.
  var hears: (HeardEvent) -> Bool = { _ in true }

  init(_ defect: String? = nil, eventsLag: Bool = false) throws {
    let identity = try Identity.generate(suite: .dh, group: .x25519)
    target = CoreTarget(identity: identity, defect: defect.flatMap { PlantedDefect(name: $0) })
    let opening = SessionOpening(targetID: identity.userID, identity: nil, kinds: [(.dh, .x25519)], start: 1_800_000_000_000, seed: 1)
    session = try opening.open(target).0
    let time = self.time
    ledger = Ledger(session, eventsLag: eventsLag, patience: 1000, clock: { time.now })
    forge = CaseForge(session)
    judge = Judge(session)
  }

  func run(_ plans: PacketPlan..., then steps: Step...) throws { try run(Case([.send(plans, .whole)] + steps)) }

  func run(_ given: Case) throws {
    var (instance, seen) = (Instance(), Observation())
    try forge.make(given, checksAlive: false, into: &instance)
    target.run(instance, into: &seen)
    #expect(judge.isAsOwed(instance, seen))
    seen.heard = seen.heard.filter(hears)
    if holdsBack {
      held += seen.heard
      seen.heard = []
    } else {
      seen.heard = held + seen.heard
      held = []
    }
    ledger.note(given, instance, seen)
  }

  func names(isFinal: Bool = false) -> [String] { ledger.check(upTo: isFinal ? .max : 0).map { "\($0.mismatch.requirement) \($0.mismatch.kind.rawValue)" } }
}

@Suite("Ledger")
struct LedgerTests {
  private static let m = PacketPlan(.message)
  private static let sc = PacketPlan(.statusChange)

  @Test func aSoundPeerIsRight() throws {
    let account = try Account()
    try account.run(Self.m, Self.m, PacketPlan(.message, [.time(.again)]), PacketPlan(.message, [.time(.late)]))
    try account.run(PacketPlan(.statusChange, [.set("status", .number(2))]), PacketPlan(.statusChange, [.set("status", .number(1)), .time(.late)]), Self.m)
    try account.run(PacketPlan(.message, [.time(.exact(0))]), PacketPlan(.message, [.time(.exact(0))]), PacketPlan(.message, [.time(.exact(.max))]))
    try account.run(PacketPlan(.message, [.hash(.zero)]), PacketPlan(.message, from: .stranger))
    try account.run(Self.m, then: .reset)
    #expect(account.names(isFinal: true) == [])
    #expect(account.ledger.isSettled())
  }

  @Test func aRepeatedMessageIsDeliveredOnce() throws {
    let account = try Account("replay-delivered")
    try account.run(Self.m, PacketPlan(.message, [.time(.again)]))
    let names = account.names()
    #expect(names == ["6.1/duplicate.deliver accepted-malformed"])
  }

  @Test func aLateMessageIsDelivered() throws {
    let account = try Account("late-swallowed")
    try account.run(Self.m, PacketPlan(.message, [.time(.late)]))
    let entries = account.ledger.check()
    #expect(entries.map(\.mismatch.requirement) == ["6.1/duplicate.late"])
    #expect(entries.map(\.mismatch.packet) == [1])
  }

  @Test func aStaleStatusChangesNothing() throws {
    let account = try Account("stale-status")
    try account.run(Self.sc, PacketPlan(.statusChange, [.set("status", .number(2)), .time(.late)]))
    #expect(account.names() == ["6.1/sc.stale accepted-malformed"])
  }

  private static func status(_ value: UInt64, _ changes: Change...) -> PacketPlan { PacketPlan(.statusChange, [.set("status", .number(value))] + changes) }

  @Test func anAcceptedStatusIsApplied() throws {
    let account = try Account()
    try account.run(Self.sc)
    #expect(account.names() == [])
    account.hears = { _ in false }
    try account.run(Self.status(1))
    let entries = account.ledger.check()
    #expect(entries.map(\.mismatch.requirement) == ["6.1/sc.applied"])
    #expect(entries.map(\.mismatch.packet) == [0])
    // What it is now is not known: nothing is said about the next.
    try account.run(Self.status(2))
    #expect(account.names() == [])
  }

  @Test func aStatusMayBeToldLaterOrEarlierAndSeveralAsOne() throws {
    let account = try Account(eventsLag: true)
    try account.run(Self.sc)
    account.holdsBack = true
    try account.run(Self.status(1), Self.status(2))
    #expect(!account.ledger.isSettled())
    account.held.removeFirst()
    account.holdsBack = false
    try account.run(Self.m)
    #expect(account.ledger.isSettled())
    account.holdsBack = true
    try account.run(Self.status(3))
    account.ledger.hear(account.held)
    #expect(account.ledger.isSettled())
    #expect(account.names(isFinal: true) == [])
  }

  @Test func aStatusThatIsNotHeardInTheEndWasNotApplied() throws {
    let account = try Account(eventsLag: true)
    try account.run(Self.sc)
    account.holdsBack = true
    try account.run(Self.status(1))
    #expect(account.names() == [])
    #expect(account.names(isFinal: true) == ["6.1/sc.applied rejected-valid"])
    #expect(account.ledger.isSettled())
  }

  @Test func aLateStatusAndThatOfAMessageNeedNotBeHeard() throws {
    let account = try Account()
    try account.run(Self.sc)
    try account.run(Self.m)
    account.hears = { if case .status = $0 { false } else { true } }
    try account.run(Self.status(1, .time(.late)))
    try account.run(Self.m, PacketPlan(.message, [.set("status", .number(2))]), Self.status(1))
    #expect(account.names(isFinal: true) == [])
  }

  @Test func whatARejectedMessageSaysIsNotDelivered() throws {
    let account = try Account()
    let given = Case([.send([PacketPlan(.message, [.hash(.zero)])], .whole)])
    var (instance, seen) = (Instance(), Observation())
    var forge = CaseForge(account.session)
    try account.run(Self.m)
    try forge.make(given, checksAlive: false, into: &instance)
    account.target.run(instance, into: &seen)
    let owed = try #require(instance.expected.first)
    seen.heard = [.message(from: owed.id, datetime: owed.datetime)]
    account.ledger.note(given, instance, seen)
    #expect(account.names() == ["6.1/5.hash accepted-malformed"])
  }

  /// Each sender has a clock of their own: under somebody else's ID a rejected message can have the name of one that is accepted a little later.
  @Test(arguments: [(Change.id("sender_id", .other), []), (.hash(.zero), ["6.1/5.hash accepted-malformed"])])
  func anEventMayBelongToALaterMessageOfThatName(_ change: Change, _ names: [String]) throws {
    let account = try Account(eventsLag: true)
    let given = Case([.send([PacketPlan(.message, [change])], .whole)])
    var (instance, seen, forge) = (Instance(), Observation(), CaseForge(account.session))
    try forge.make(given, checksAlive: false, into: &instance)
    account.target.run(instance, into: &seen)
    let owed = try #require(instance.expected.first)
    #expect(owed.status != 0)
    account.ledger.note(given, instance, seen)
    account.ledger.hear([.message(from: owed.id, datetime: owed.datetime)])
    #expect(account.names(isFinal: true) == names)
  }

  @Test func eventsMayComeLater() throws {
    let account = try Account(eventsLag: true)
    account.holdsBack = true
    try account.run(Self.m)
    try account.run(Self.m)
    #expect(account.names() == [])
    #expect(!account.ledger.isSettled())
    account.holdsBack = false
    try account.run(Self.m)
    #expect(account.names(isFinal: true) == [])
    #expect(account.ledger.isSettled())
  }

  @Test func whatSomethingMuchLaterOvertookIsLost() throws {
    let account = try Account(eventsLag: true)
    account.holdsBack = true
    try account.run(Self.m)
    account.held = []
    account.holdsBack = false
    for _ in 0..<63 { try account.run(Self.m) }
    account.time.now = 2000
    #expect(account.names() == [])
    try account.run(PacketPlan(.message, from: .other))
    account.time.now = 1000
    #expect(account.names() == [], "the target may just be slow")
    account.time.now = 1001
    #expect(account.names() == ["6.1/deliver rejected-valid"])
    #expect(account.ledger.isSettled())
  }

  /// A busy machine: the reply comes at once, and what the target says about it many runs later.
  @Test func aStatusHeardMuchLaterIsNoStaleOne() throws {
    let account = try Account(eventsLag: true)
    try account.run(Self.sc)
    account.holdsBack = true
    try account.run(Self.status(1))
    try account.run(Self.sc)
    for _ in 0..<40 { try account.run(Self.m) }
    try account.run(Self.status(1, .time(.late)))
    account.holdsBack = false
    try account.run(Self.m)
    #expect(account.names(isFinal: true) == [])
  }

  @Test func aStaleStatusHeardMuchLaterIsOne() throws {
    let account = try Account("stale-status", eventsLag: true)
    for value: UInt64 in [0, 1, 2, 0] { try account.run(Self.status(value)) }
    account.holdsBack = true
    for _ in 0..<40 { try account.run(Self.m) }
    try account.run(Self.sc, Self.status(1, .time(.late)))
    account.holdsBack = false
    try account.run(Self.m)
    #expect(account.names() == ["6.1/sc.stale accepted-malformed"])
  }

  @Test func whatIsNotHeardInTheEndIsLost() throws {
    let account = try Account(eventsLag: true)
    account.holdsBack = true
    try account.run(Self.m)
    #expect(account.names() == [])
    #expect(account.names(isFinal: true) == ["6.1/deliver rejected-valid"])
  }

  @Test func whatWasDeliveredOnceIsKnownAfterAFinding() throws {
    let account = try Account()
    let first = PacketPlan(.message, [.time(.exact(0))])
    try account.run(first)
    account.ledger.reset()
    try account.run(first)
    #expect(account.names(isFinal: true) == [])
  }

  @Test func itForgetsWithoutFalseFindings() throws {
    let account = try Account()
    let burst = Case([.send((0..<40).map { _ in Self.m } + [PacketPlan(.message, [.time(.late)]), PacketPlan(.message, [.time(.again)])], .whole)])
    for _ in 0..<300 { try account.run(burst) }
    #expect(account.names(isFinal: true) == [])
  }
}

@Suite("Cases that cannot be made")
struct CaseForgeTests {
  /// A case that breaks off leaves nothing behind: what it would have sent is never taken for sent.
  @Test func leaveTheSessionAsItWas() throws {
    let account = try Account()
    let bad = PacketPlan(.message, [.set("key_length", .number(1))])
    try account.run(PacketPlan(.message), PacketPlan(.statusChange))
    for plan in [PacketPlan(.message), PacketPlan(.statusChange), PacketPlan(.idChange, from: .mover), PacketPlan(.chatRequest, from: .stranger)] {
      #expect(throws: CaseFault.self) { try account.run(plan, bad) }
    }
    #expect(throws: CaseFault.self) { try account.run(Case([.status(.invisible), .send([bad], .whole)])) }
    try account.run(PacketPlan(.message, [.time(.again)]), PacketPlan(.statusChange, [.time(.again)]), PacketPlan(.message, from: .stranger))
    try account.run(PacketPlan(.idChange, from: .mover), PacketPlan(.idChange, from: .mover, [.time(.again)]))
    try account.run(Case([.datagram(PacketPlan(.broadcastPeer, from: .stranger))]))
    #expect(account.names(isFinal: true) == [])
  }

  @Test func anIDChangeAgainIsANewOneWhereThereIsNoneYet() throws {
    let account = try Account()
    let (new, again) = (PacketPlan(.idChange, from: .mover), PacketPlan(.idChange, from: .mover, [.time(.again)]))
    try account.run(again, new, again)
  }
}
