import S2WMPFuzz
import S2WMPPeer
import S2WMPWire
import Testing

@Suite("A bootstrap server fuzzed in process")
struct BootstrapFuzzTests {
  @Test func nothingIsFoundInTheSoundServer() throws {
    let bench = try ServerBench()
    var faults = 0
    for index in 0..<60_000 {
      switch try bench.run(bench.generator.make(index)) {
      case .mismatch(let found):
        Issue.record("case \(index): \(found)\n\(bench.generator.make(index))")
        return
      case .fault(let fault):
        faults += 1
        if faults < 5 { Issue.record("case \(index) cannot be judged: \(fault)\n\(bench.generator.make(index))") }
      case .asOwed: break
      }
    }
    #expect(faults == 0)
  }

  @Test func theSameSeedGivesTheSameCases() throws {
    let (a, b) = (BootstrapGenerator(seed: 5, scope: .init(sources: 100)), BootstrapGenerator(seed: 5, scope: .init(sources: 100)))
    for index in 0..<500 { #expect(a.make(index) == b.make(index)) }
    #expect((0..<100).contains { a.make($0) != BootstrapGenerator(seed: 6, scope: .init(sources: 100)).make($0) })
  }

  @Test(arguments: ServerDefect.all.map(\.name))
  func everyPlantedDefectIsFoundNamedAndMadeSmall(_ name: String) throws {
    let defect = try #require(ServerDefect(name: name))
    var settings = FuzzSettings(seed: 1)
    settings.cases = 10_000
    let campaign = try ServerCampaign(settings, venue: CoreVenue(CoreBootstrapTarget(defect: defect)), start: 1_800_000_000_000)
    var found: Finding?
    campaign.onFinding = { if $0.mismatch.requirement == defect.requirement { found = $0 } }
    campaign.isCancelled = { found != nil }
    try campaign.run()
    let names = campaign.book.findings.map { "\($0.mismatch.requirement) \($0.mismatch.kind.rawValue) after \($0.afterCases)" }
    let finding = try #require(found, "\(names)")
    #expect(finding.mismatch.kind.rawValue == defect.kind.rawValue, "\(finding.mismatch)")
    #expect(finding.minimized.count == 1)
    #expect(finding.shrinkRuns < 300)
    #expect(campaign.book.flaky.isEmpty)
  }
}

/// A server core, and what it takes to try cases on it.
final class ServerBench {
  enum Outcome {
    case asOwed
    case mismatch(Mismatch)
    case fault(CaseFault)
  }

  let target: CoreBootstrapTarget
  let examiner: BootstrapExaminer
  let generator: BootstrapGenerator
  var instance = Instance()
  var seen = Observation()

  init(defect: ServerDefect? = nil, sources: Int = 1 << 20, seed: UInt64 = 1) throws {
    target = CoreBootstrapTarget(sources: sources, defect: defect)
    examiner = BootstrapExaminer(
      try BootstrapSession(sources: sources, start: 1_800_000_000_000, seed: seed, limits: ServerLimits().patient))
    var scope = BootstrapGenerator.Scope(sources: sources)
    scope.waits = Set(ServerSpan.allCases)
    generator = BootstrapGenerator(seed: seed, scope: scope)
  }

  func run(_ given: Case, checksAlive: Bool = false) throws -> Outcome {
    do {
      try examiner.make(given, checksAlive: checksAlive, into: &instance)
    } catch let fault as CaseFault {
      return .fault(fault)
    }
    target.run(instance, into: &seen)
    if examiner.isAsOwed(instance, seen) { return .asOwed }
    guard let found = examiner.mismatch(given, instance, seen) else {
      Issue.record("not as owed, but no mismatch: \(given)")
      return .asOwed
    }
    return .mismatch(found)
  }
}
