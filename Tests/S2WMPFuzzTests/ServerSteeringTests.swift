import S2WMPPeer
import S2WMPWire
import Testing

@testable import S2WMPFuzz

/// What a server answers decides which cases are extended.
@Suite("Steering: bootstrap servers")
struct ServerSteeringTests {
  private static let generator = BootstrapGenerator(seed: 5, scope: .init(sources: 1 << 20))

  private func campaign(
    _ cases: Int, seed: UInt64 = 5, dialect: Dialect = .v1, defect: ServerDefect? = nil, corpus: [Case] = []
  ) throws -> ServerCampaign {
    var settings = FuzzSettings(seed: seed)
    settings.cases = cases
    let target = CoreBootstrapTarget(defect: defect, dialect: dialect)
    return try ServerCampaign(settings, venue: CoreVenue(target), start: 1_800_000_000_000, dialect: dialect, corpus: corpus)
  }

  @Test("What showed something new is extended two blocks later, and nothing is before that")
  func whatIsNewIsExtended() {
    var steering = Steering(Self.generator)
    let interesting = Case(role: .bootstrap, [.datagram(PacketPlan(.idChange, from: .stranger, [.key(.garbage(77))]))])
    for index in 0..<64 { #expect(steering.make(index) == Self.generator.make(index)) }
    steering.note(3, interesting, features: [0x1234])
    // Each of those is the interesting case, with a little more or less: its odd key may go.
    func isExtension(_ given: Case) -> Bool {
      guard case .datagram(let plan)? = given.steps.first else { return false }
      return plan.type == .idChange && plan.sender == .stranger && given.steps.count <= 3 && plan.changes.first.map { $0 == .key(.garbage(77)) } ?? true
    }
    let extended = (8192..<8392).map { steering.make($0) }.filter(isExtension)
    #expect((20...70).contains(extended.count))
    #expect(Set(extended).count > 5)
    #expect((0..<200).map { Self.generator.make($0) }.count(where: isExtension) < 5)
  }

  @Test("What shows nothing new is not kept")
  func whatIsKnownIsNotKept() {
    var steering = Steering(Self.generator)
    steering.note(1, Self.generator.make(1), features: [7, 8])
    steering.note(2, Self.generator.make(2), features: [8, 7])
    steering.close()
    #expect(steering.additions == [Self.generator.make(1)])
  }

  @Test("Datagrams of a case are changed, repeated and joined as packets of a stream are")
  func datagramsAreExtended() {
    let given = Case(role: .bootstrap, [.datagram(PacketPlan(.lookup))])
    var random = SeededRandom(seed: 1)
    let made = (0..<300).map { _ in CaseExtension.extend(given, [given], Self.generator, &random) }
    #expect(made.contains { $0.steps.count == 1 && $0 != given })
    #expect(made.contains { $0.steps == [.datagram(PacketPlan(.lookup)), .await, .datagram(PacketPlan(.lookup))] })
    #expect(made.contains { if case .send? = $0.steps.last { true } else { false } })
    // A peer's datagrams are not.
    let peers = CaseGenerator(seed: 1, scope: .init(suite: .dh, group: .x25519))
    let search = Case([.datagram(PacketPlan(.broadcastPeer))])
    for _ in 0..<100 { #expect(CaseExtension.extend(search, [search], peers, &random).steps.first == search.steps.first) }
  }

  @Test("What was known of who asks tells runs apart, though they are answered alike")
  func statesAreFeatures() throws {
    func features(_ steps: [Step]) throws -> Set<UInt64> {
      let bench = try ServerBench()
      let given = Case(role: .bootstrap, steps)
      guard case .asOwed = try bench.run(given) else { throw CaseFault("not as owed") }
      var features = Features()
      features.take(given, bench.instance, bench.seen)
      return Set(features.values)
    }
    let (reg, find) = (Step.datagram(PacketPlan(.registration)), Step.datagram(PacketPlan(.lookup)))
    let refreshed = try features([reg, reg, find])
    #expect(try !features([reg, .source(1), reg, .source(0), find]).isSubset(of: refreshed))
    #expect(try features([reg, reg, find]) == refreshed)
  }

  @Test("The same seed gives the same cases, steered as they are")
  func theSameSeedGivesTheSameRun() throws {
    let (a, b, other) = (try campaign(12_000), try campaign(12_000), try campaign(12_000, seed: 6))
    for each in [a, b, other] { try each.run() }
    #expect(!a.additions.isEmpty)
    #expect(a.additions == b.additions)
    #expect(a.requirementCounts == b.requirementCounts)
    #expect(a.additions != other.additions)
    #expect(a.book.findings.isEmpty && other.book.findings.isEmpty)
  }

  @Test("Another server, which answers otherwise, leads to other cases")
  func answersDecide() throws {
    let (sound, broken) = (try campaign(10_000), try campaign(10_000, defect: ServerDefect(name: "reg-zero")))
    try sound.run()
    try broken.run()
    #expect(sound.additions != broken.additions)
  }

  @Test("A corpus comes first, and what cannot be made of it gives way", arguments: [Dialect.v1, .legacy])
  func aCorpusComesFirst(_ dialect: Dialect) throws {
    let odd = Case(role: .bootstrap, dialect: dialect, [.status(.away)])
    let fresh = Case(role: .bootstrap, dialect: dialect, [.datagram(PacketPlan(.registration)), .source(1), .datagram(PacketPlan(.registration))])
    let forPeers = Case([.send([PacketPlan(.message)], .whole)])
    let campaign = try campaign(2, dialect: dialect, corpus: [forPeers, odd, fresh])
    try campaign.run()
    #expect(campaign.casesDone == 2)
    #expect(campaign.requirementCounts[dialect == .v1 ? "6.2/reg.collision" : "L/server.collision"] == 1)
  }

  @Test("The smallest set that shows as much is kept", arguments: [Dialect.v1, .legacy])
  func corpusIsMinimized(_ dialect: Dialect) throws {
    let target = CoreBootstrapTarget(dialect: dialect)
    let trial = ServerTrial(target: target, session: try BootstrapSession(sources: target.sources, start: 1_800_000_000_000, seed: 3), dialect: dialect)
    func one(_ steps: Step...) -> Case { Case(role: .bootstrap, dialect: dialect, steps) }
    let (reg, zero) = (Step.datagram(PacketPlan(.registration)), Step.datagram(PacketPlan(.registration, [.set("user_id", .party(.zero))])))
    let cases = [one(reg), one(reg), one(zero), one(reg, reg), one(reg, reg), one(reg, reg, reg)]
    let kept = try CorpusMinimizer(trial).keep(cases)
    #expect(kept.contains(2) && kept.count < cases.count)
    #expect(!kept.contains(1) && !kept.contains(4))
    // What is for another kind of target is nothing that this one can say anything about.
    let forPeers = Case([.send([PacketPlan(.message)], .whole)])
    #expect(try CorpusMinimizer(trial) { $0.role == .bootstrap }.keep([one(reg), forPeers, forPeers]) == [0, 1, 2])
  }
}
