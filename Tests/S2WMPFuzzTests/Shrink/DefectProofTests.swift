import S2WMPCrypto
import S2WMPFuzz
import S2WMPPeer
import S2WMPWire
import Testing

/// The proof that the fuzzer finds bugs: every planted defect, in process.
@Suite("Planted defects are found")
struct DefectProofTests {
  static let defects = PlantedDefect.all.filter { !["leak", "slow-growth"].contains($0.name) }.map(\.name)

  /// Two packets where it takes two to show it; two changes where one thing alone is right.
  static let twoPackets: Set<String> = [
    "type-7", "one-packet-a-segment", "answers-reversed", "client-replayed", "replay-delivered", "replay-rejected", "late-swallowed", "stale-status",
    "ic-again-rejected", "closes-after-name",
  ]
  static let twoChanges: Set<String> = ["sender-before-fields", "text-before-hash", "cr-key-first", "sc-body-ignored", "stale-status", "late-fault"]

  @Test("named rightly, and made small", arguments: defects) func isFound(_ name: String) throws {
    let defect = try #require(PlantedDefect(name: name))
    let row = try DefectProof(suite: .dh, group: .x25519, seed: 1, limit: 20_000).run(defect)
    let finding = try #require(row.finding, "\(name) is not found, or not seen again, in \(row.cases) cases")
    #expect(finding.mismatch.requirement == defect.requirement)
    #expect(finding.mismatch.kind.rawValue == defect.kind.rawValue)
    #expect(finding.shrinkRuns < 300)
    expectSmall(finding, name)
    #expect(!finding.exchange.sent.isEmpty)
    #expect(!finding.sent.isEmpty)
  }

  private func expectSmall(_ finding: Finding, _ name: String) {
    let plans = finding.minimized.flatMap(\.packets)
    #expect(finding.minimized.count == 1)
    #expect(plans.count <= (Self.twoPackets.contains(name) ? 2 : 1), "\(finding.minimized)")
    #expect(plans.reduce(0) { $0 + $1.changes.count } <= (Self.twoChanges.contains(name) ? 2 : 1), "\(finding.minimized)")
  }

  @Test func aCrashIsCutDownToTheShortestTextThatDoesIt() throws {
    let finding = try #require(try DefectProof(suite: .dh, group: .x25519, seed: 1, limit: 20_000).run(PlantedDefect(name: "crash-long-text")).finding)
    // 80 bytes of header and 28 around the text: one more than 4096.
    #expect(finding.minimized == [Case([.send([PacketPlan(.message, [.text(.letters(3989))])], .whole)])])
    #expect(finding.control == .accepted)
  }

  @Test("the sound peer", arguments: [Suite.dh, .rsa]) func nothingIsFoundInSoundPeers(_ suite: Suite) throws {
    let row = try DefectProof(suite: suite, group: .x25519, seed: 3, limit: suite == .dh ? 25_000 : 5_000).run(nil)
    #expect(row.seen == nil)
    #expect(row.cases == (suite == .dh ? 25_000 : 5_000))
  }
}

extension Case {
  var packets: [PacketPlan] {
    steps.flatMap { step -> [PacketPlan] in
      switch step {
      case .send(let plans, _): plans
      case .datagram(let plan): [plan]
      default: []
      }
    }
  }
}
