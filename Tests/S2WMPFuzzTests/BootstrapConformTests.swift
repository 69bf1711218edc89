import S2WMPFuzz
import S2WMPPeer
import S2WMPWire
import Testing

@Suite("The requirements for servers, in process")
struct BootstrapConformTests {
  private func run(_ target: CoreBootstrapTarget, only ids: [String] = []) throws -> Conformance {
    let trial = ServerTrial(target: target, session: try BootstrapSession(sources: target.sources, start: 1_800_000_000_000, seed: 3))
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
      #expect(result.status == .pass || Self.unchecked.contains(result.requirement.id), "\(result.requirement.id): \(result.status) \(result.reason ?? "")")
    }
    for finding in conformance.findings { Issue.record("\(finding.mismatch)") }
  }

  /// What no case decides.
  private static let unchecked: Set<String> = ["6.2/reg.expiry"]

  @Test(arguments: ServerDefect.all.map(\.name))
  func aPlantedDefectFailsItsRequirement(_ name: String) throws {
    let defect = try #require(ServerDefect(name: name))
    guard !Self.unchecked.contains(defect.requirement) else { return }
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
}
