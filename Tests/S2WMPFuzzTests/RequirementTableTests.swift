import S2WMPFuzz
import S2WMPPeer
import Testing

@Suite("Requirements: the table")
struct RequirementTableTests {
  @Test func idsAreUnique() {
    let ids = Requirements.all.map(\.id)
    #expect(Set(ids).count == ids.count, "\(Dictionary(grouping: ids) { $0 }.filter { $1.count > 1 }.keys.sorted())")
    #expect(Set(Requirements.all.map(\.title)).count > ids.count / 2)
  }

  @Test func sectionsComeInOrder() {
    let order = ["3.1", "3.2", "3.6", "3.7", "4", "5.1", "5.2", "5.3", "5.4", "5.5", "6.1", "6.2", "L"]
    let places = Requirements.all.map { order.firstIndex(of: $0.section) ?? -1 }
    #expect(!places.contains(-1))
    #expect(places == places.sorted())
    #expect(order.allSatisfy { !Requirements.title(ofSection: $0).isEmpty })
  }

  @Test func everyPlantedDefectBreaksOne() {
    let missing = PlantedDefect.all.map(\.requirement).filter { Requirements.requirement($0) == nil }
    #expect(missing == [])
    #expect(PlantedDefect.all.allSatisfy { Requirements.requirement($0.requirement)?.role == .peer })
  }

  @Test func everyRequirementHasACaseOrAReason() {
    for check in Requirements.checks {
      #expect(check.cases.isEmpty == (check.unchecked != nil), "\(check.id)")
      #expect(check.unchecked?.isEmpty != true, "\(check.id)")
      #expect(!check.requirement.title.isEmpty && !check.requirement.sentence.isEmpty, "\(check.id)")
    }
  }

  @Test func casesAreTheirRequirements() {
    for check in Requirements.checks {
      for row in check.cases {
        let requirement = check.requirement
        #expect(row.test.requirement == check.id && row.test.role == requirement.role && row.test.dialect == requirement.dialect, "\(check.id)")
        #expect(!row.test.steps.isEmpty, "\(check.id)")
      }
      #expect(Set(check.cases.map(\.test)).count == check.cases.count, "\(check.id) has a case twice")
    }
  }

  @Test func controlsDiffer() {
    for check in Requirements.checks {
      for row in check.cases {
        #expect((row.control == nil) == (row.uncontrolled != nil), "\(check.id)")
        #expect(row.control?.steps != row.test.steps, "\(check.id)")
        #expect(row.control?.role ?? row.test.role == row.test.role && row.control?.dialect ?? row.test.dialect == row.test.dialect, "\(check.id)")
      }
    }
  }

  /// Each takes the target's read timeout.
  @Test func fewCasesWait() {
    let waiting = Set(Requirements.checks(for: .peer, .v1).flatMap(\.cases).filter { $0.needs.contains(.readTimeout) }.map { $0.test.steps })
    #expect(waiting.count == 2)
  }
}

@Suite("Requirements: controls and needs")
struct ControlTests {
  private func derived(_ steps: Step...) -> [Step]? { Case(steps).plain?.steps }

  @Test func defectsAreTakenAway() {
    let bad = PacketPlan(.message, from: .stranger, [.hash(.zero), .cut(9)])
    #expect(derived(.send([bad], .every(3)), .stall) == [.send([PacketPlan(.message)], .whole)])
    #expect(derived(.noise([2]), .send([bad, bad], .whole)) == [.send([PacketPlan(.message), PacketPlan(.message)], .whole)])
    #expect(derived(.send([PacketPlan(.idChange, from: .stranger)], .whole)) == [.send([PacketPlan(.idChange, from: .mover)], .whole)])
    #expect(derived(.datagramNoise([1]), .datagram(PacketPlan(.broadcastPeer, [.cut(4)]))) == [.datagram(PacketPlan(.broadcastPeer))])
  }

  @Test func nothingIsLeftOfSome() {
    #expect(derived(.noise([2])) == nil)
    #expect(derived(.send([PacketPlan(.message)], .whole), .end) == nil)
  }

  private func needs(_ id: String) -> Set<Need> {
    Requirements.checks.first { $0.id == id }.map { $0.cases.reduce(into: []) { $0.formUnion($1.needs) } } ?? []
  }

  @Test func needsFollowFromTheSteps() {
    #expect(needs("6.1/3.receiver") == [.friendship])
    #expect(needs("6.1/1.version") == [])
    #expect(needs("6.1/deliver") == [.friendship, .heard])
    #expect(needs("6.1/cr.accept") == [.acceptance])
    #expect(needs("6.1/bpm.any") == [.datagrams])
    #expect(needs("6.1/bpm.invisible") == [.datagrams, .heard])
    #expect(needs("4/idle") == [.readTimeout])
    #expect(needs("6.2/reg.collision") == [.datagrams, .sources(2)])
    #expect(needs("6.2/rate.exceeded") == [.sources(3)])
  }
}
