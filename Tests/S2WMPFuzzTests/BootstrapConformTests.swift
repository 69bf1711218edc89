import S2WMPFuzz
import S2WMPPeer
import S2WMPWire
import Testing

@Suite("The requirements for servers, in process")
struct BootstrapConformTests {
  private func run(_ target: CoreBootstrapTarget, only ids: [String] = []) throws -> Conformance {
    let session = try BootstrapSession(sources: target.sources, start: 1_800_000_000_000, seed: 3, limits: ServerLimits().patient)
    let trial = ServerTrial(target: target, session: session)
    var setting = ConformanceSetting(role: .bootstrap, selection: Selection(only: ids, skip: []))
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
    return conformance
  }

  @Test func theSoundServerKeepsAll() throws {
    let conformance = try run(CoreBootstrapTarget())
    for result in conformance.results {
      #expect(result.status == .pass, "\(result.requirement.id): \(result.status) \(result.reason ?? "")")
    }
    for finding in conformance.findings { Issue.record("\(finding.mismatch)") }
  }

  @Test(arguments: ServerDefect.all.map(\.name))
  func aPlantedDefectFailsItsRequirement(_ name: String) throws {
    let defect = try #require(ServerDefect(name: name))
    let conformance = try run(CoreBootstrapTarget(defect: defect))
    let failed = conformance.results.filter { $0.status == .fail }.map(\.requirement.id)
    #expect(failed.contains(defect.requirement), "\(failed)")
  }

  @Test func aServerWithOneAddressOfOursIsAskedWhatCanBeAskedFromIt() throws {
    let conformance = try run(CoreBootstrapTarget(sources: 1), only: ["6.2/reg", "6.2/lp"])
    #expect(conformance.results.contains { $0.requirement.id == "6.2/reg.collision" && $0.status == .skip })
    #expect(conformance.results.contains { $0.requirement.id == "6.2/lp.found" && $0.status == .pass })
    #expect(!conformance.results.contains { $0.status == .fail || $0.status == .error })
  }

  @Test("What takes minutes is left out, with a reason that says how long it takes and how to ask for it")
  func longWaitsAreAskedFor() throws {
    var setting = ConformanceSetting(role: .bootstrap)
    setting.learn(from: ServerLimits())
    #expect(setting.lacking[.pause(.lifetime)] == "it takes 18 minutes; --slow waits that long")
    #expect(setting.lacking[.pause(.ban)] == "it takes 72 seconds; --slow waits that long")
    var quick = ConformanceSetting(role: .bootstrap)
    quick.learn(from: ServerLimits(lifetime: 3000, ban: 2000))
    #expect(quick.lacking.isEmpty)
    #expect(ServerLimits().patient.waits == Set(ServerSpan.allCases))
  }
}
