import S2WMPCrypto
import S2WMPPeer
import S2WMPWire
import Testing

@testable import S2WMPFuzz

@Suite("Conformance: our own peer core", .serialized)
struct ConformanceCoreTests {
  @Test(arguments: [(.dh, .x25519), (.dh, .ffdhe2048), (.rsa, .x25519)] as [(Suite, KeyGroup)])
  func theSoundPeerConforms(_ suite: Suite, _ group: KeyGroup) throws {
    let run = try CoreRun(suite, group).run()
    let wrong = run.results.filter { $0.status == .fail || $0.status == .error }
    #expect(wrong.map { "\($0.requirement.id) \($0.reason ?? "")" } == [])
    for finding in run.findings { Issue.record("\(CaseWords.steps(finding.original[0])): \(finding.mismatch)") }
    let skipped = run.results.filter { $0.status == .skip }
    let isElsewhere = skipped.allSatisfy { result in
      let isOfKeys = result.requirement.section == "5.1" || result.requirement.id.hasPrefix("5.5/rsa")
      return isOfKeys || Requirements.checks.contains { $0.id == result.requirement.id && $0.unchecked != nil }
    }
    #expect(isElsewhere, "only what another suite or group is about is skipped: \(skipped.map(\.requirement.id))")
    #expect(run.summary.passed > 140)
  }

  @Test func withoutFriendshipTheRestIsChecked() throws {
    let run = try CoreRun(.dh, .x25519).run(lacking: [.friendship: "denied", .acceptance: "denied"])
    #expect(run.findings.isEmpty && run.summary.failed == 0)
    #expect(run.results.filter { $0.reason == "denied" }.count > 60 && run.summary.passed > 40)
  }

  /// What only many packets show is for the fuzzer.
  static let defects = PlantedDefect.all.filter { !["6.1/leak", "6.1/slow"].contains($0.requirement) }

  @Test(arguments: defects.map(\.name))
  func everyPlantedDefectIsNamed(_ name: String) throws {
    let defect = try #require(PlantedDefect(name: name))
    let run = try CoreRun(.dh, .x25519, defect: defect).run(only: [defect.requirement])
    let result = try #require(run.results.first { $0.requirement.id == defect.requirement })
    #expect(result.status == .fail, "\(result.reason ?? "")")
    #expect(run.findings.contains { $0.mismatch.requirement == defect.requirement })
    let allowed = Self.otherKinds[name] ?? [defect.kind.rawValue]
    let kinds = run.findings.filter { $0.mismatch.requirement == defect.requirement }.map(\.mismatch.kind.rawValue)
    #expect(kinds.allSatisfy { allowed.contains($0) }, "\(kinds)")
  }

  /// A defect may show in several ways; this one is not met first as what it is called.
  private static let otherKinds = ["type-7": ["no-reply"]]
}
