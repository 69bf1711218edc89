import S2WMPFuzz
import S2WMPPeer
import S2WMPWire
import Testing

@Suite("The requirements of appendix L for servers, in process")
struct LegacyServerTests {
  @Test func ourServerKeepsAll() throws {
    let target = CoreBootstrapTarget(dialect: .legacy)
    let trial = ServerTrial(target: target, session: try BootstrapSession(sources: target.sources, start: 1_800_000_000_000, seed: 3), dialect: .legacy)
    var count = 0
    for check in Requirements.checks(for: .bootstrap, .legacy) {
      for row in check.cases {
        for given in [row.test] + (row.control.map { [$0] } ?? []) {
          let tried = try trial.run([given])
          #expect(tried.mismatch == nil, "\(check.id): \(tried.mismatch.map { "\($0)" } ?? "")")
          count += 1
        }
      }
    }
    #expect(count > 10)
  }

  @Test func aDefectIsNamed() throws {
    let target = CoreBootstrapTarget(defect: ServerDefect(name: "reg-takeover"), dialect: .legacy)
    let trial = ServerTrial(target: target, session: try BootstrapSession(sources: target.sources, start: 1_800_000_000_000, seed: 3), dialect: .legacy)
    let check = try #require(Requirements.checks(for: .bootstrap, .legacy).first { $0.id == "L/server.collision" })
    let mismatch = try #require(try trial.run([check.cases[0].test]).mismatch)
    #expect(mismatch.requirement == "L/server.collision")
    #expect(mismatch.kind == .acceptedMalformed)
  }
}
