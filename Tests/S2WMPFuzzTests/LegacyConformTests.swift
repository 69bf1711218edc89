import S2WMPCrypto
import S2WMPFuzz
import S2WMPPeer
import S2WMPWire
import Testing

@Suite("The requirements of appendix L, in process")
struct LegacyConformTests {
  private func makeTrial() throws -> (CoreLegacyTarget, LegacyTrial) {
    let identity = LegacyIdentity(userID: LegacyIdentity.userID(from: [1, 2, 3]), key: try LegacyKey.generate())
    let target = try CoreLegacyTarget(identity)
    return (target, try LegacyTrial(target: target, session: try LegacySession(targetID: identity.userID, start: 1_800_000_000_000, seed: 1)))
  }

  @Test func ourLegacyPeerKeepsAll() throws {
    let (target, trial) = try makeTrial()
    #expect(trial.answer == .friend)
    var setting = ConformanceSetting(role: .peer, dialect: .legacy)
    setting.learn(from: target)
    let conformance = Conformance(setting) { given throws(TargetFault) in
      do {
        let tried = try trial.run([given])
        return tried.mismatch.map { .mismatch($0, tried.exchange) } ?? .pass
      } catch let fault as CaseFault {
        return .skip(fault.description)
      } catch {
        throw TargetFault("\(error)")
      }
    } recover: { () throws(TargetFault) in
      do { try trial.recover() } catch { throw TargetFault("\(error)") }
    }
    try conformance.run()
    for result in conformance.results { #expect(result.status == .pass, "\(result.requirement.id): \(result.reason ?? "")") }
    for finding in conformance.findings { Issue.record("\(finding.mismatch)") }
  }

  @Test func nothingIsFoundInOurLegacyPeer() throws {
    let (_, trial) = try makeTrial()
    var settings = FuzzSettings(seed: 3)
    settings.cases = 3_000
    let campaign = LegacyCampaign(settings, trial)
    try campaign.run()
    #expect(campaign.casesDone == 3_000)
    for finding in campaign.book.findings { Issue.record("\(finding.mismatch) \(finding.minimized)") }
    #expect(campaign.book.flaky.isEmpty)
  }
}
