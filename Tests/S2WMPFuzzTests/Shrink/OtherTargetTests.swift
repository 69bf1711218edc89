import S2WMPCrypto
import S2WMPFuzz
import S2WMPPeer
import Testing

/// A peer that somebody else started: it cannot be started anew, and what it tells its user comes late.
private final class Lasting: CaseTarget {
  private let core: CoreTarget
  private var held: [HeardEvent] = []

  init(_ core: CoreTarget) { self.core = core }

  var name: String { "elsewhere" }
  var isHeard: Bool { true }
  var sources: Int { 1 }

  func run(_ instance: Instance, into observation: inout Observation) {
    core.run(instance, into: &observation)
    swap(&held, &observation.heard)
  }

  func disconnect() { core.disconnect() }
  func restart() -> Bool { false }
}

@Suite("Planted defects in a peer that goes on")
struct OtherTargetTests {
  /// All but those that end it.
  private static let defects = DefectProofTests.defects.filter { !$0.hasPrefix("crash") }

  @Test("are found and named rightly", arguments: defects) func areFound(_ name: String) throws {
    let defect = try #require(PlantedDefect(name: name))
    var proof = DefectProof(suite: .dh, group: .x25519, seed: 2, limit: 20_000)
    proof.eventsLag = true
    proof.wrap = { Lasting($0) }
    let finding = try #require(try proof.run(defect).finding, "\(name) is not found, or not seen again")
    #expect(finding.mismatch.requirement == defect.requirement)
    #expect(finding.mismatch.kind.rawValue == defect.kind.rawValue)
    #expect(finding.shrinkRuns < 300)
  }

  @Test func nothingIsFoundInASoundOne() throws {
    var proof = DefectProof(suite: .dh, group: .x25519, seed: 4, limit: 5_000)
    proof.eventsLag = true
    proof.wrap = { Lasting($0) }
    #expect(try proof.run(nil).seen == nil)
  }
}
