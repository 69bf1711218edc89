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
    #expect(count > 25)
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

@Suite("A bootstrap server of the legacy dialect fuzzed in process")
struct LegacyServerFuzzTests {
  private func campaign(_ cases: Int, seed: UInt64 = 1, defect: ServerDefect? = nil) throws -> ServerCampaign {
    var settings = FuzzSettings(seed: seed)
    settings.cases = cases
    let target = CoreBootstrapTarget(defect: defect, dialect: .legacy)
    return try ServerCampaign(settings, venue: CoreVenue(target), start: 1_800_000_000_000, dialect: .legacy)
  }

  @Test func nothingIsFoundInTheSoundServer() throws {
    let campaign = try campaign(20_000)
    try campaign.run()
    #expect(campaign.book.findings.isEmpty, "\(campaign.book.findings.map { "\($0.mismatch)" })")
    #expect(campaign.book.flaky.isEmpty)
    #expect(campaign.casesDone == 20_000)
    let missed = Requirements.checks(for: .bootstrap, .legacy).map(\.id).filter { campaign.requirementCounts[$0] == nil }
    #expect(missed == ["L/server.reply-port"])
  }

  @Test func generatedCasesCanBeJudged() throws {
    let generator = LegacyServerGenerator(seed: 4)
    let examiner = LegacyServerExaminer(try BootstrapSession(sources: 1 << 20, start: 1_800_000_000_000, seed: 4))
    var (instance, faults) = (Instance(), 0)
    for index in 0..<5000 {
      do { try examiner.make(generator.make(index), checksAlive: false, into: &instance) } catch { faults += 1 }
    }
    // What random requests deserve in a conversation is not always said.
    #expect(faults < 1000)
    for index in 0..<500 { #expect(generator.make(index) == LegacyServerGenerator(seed: 4).make(index)) }
  }

  @Test(
    arguments: [
      ("reg-zero", "L/server.reg-zero"), ("reg-takeover", "L/server.collision"), ("lp-zero-unknown", "L/server.lookup-zero"),
      ("lp-unregistered", "L/server.requestor"), ("lp-any-source", "L/server.requestor"), ("udp-reflects", "L/server.no-answer"),
    ])
  func aPlantedDefectIsFoundAndMadeSmall(_ name: String, _ requirement: String) throws {
    let campaign = try campaign(5000, defect: try #require(ServerDefect(name: name)))
    var found: Finding?
    campaign.onFinding = { if $0.mismatch.requirement == requirement { found = $0 } }
    campaign.isCancelled = { found != nil }
    try campaign.run()
    let finding = try #require(found, "\(campaign.book.findings.map { "\($0.mismatch)" })")
    #expect(finding.minimized.count == 1)
    #expect(finding.minimized[0].steps.count <= 4, "\(finding.minimized[0])")
    #expect(finding.shrinkRuns < 300)
    // What is saved is the same case.
    #expect(try CaseFile(text: Array(CaseFile(cases: finding.minimized).text().utf8)).cases == finding.minimized)
  }
}
