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
  func everyPlantedDefectIsFoundAndNamed(_ name: String) throws {
    let defect = try #require(ServerDefect(name: name))
    let bench = try ServerBench(defect: defect)
    var names: [String: Int] = [:]
    for index in 0..<20_000 {
      guard case .mismatch(let found) = try bench.run(bench.generator.make(index)) else { continue }
      bench.recover()
      names[found.requirement, default: 0] += 1
      if found.requirement == defect.requirement {
        #expect(found.kind.rawValue == defect.kind.rawValue, "case \(index): \(found)")
        print("DEFECT \(name) at \(index): \(names)")
        return
      }
    }
    Issue.record("not found: \(names)")
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
    examiner = BootstrapExaminer(try BootstrapSession(sources: sources, start: 1_800_000_000_000, seed: seed))
    generator = BootstrapGenerator(seed: seed, scope: .init(sources: sources))
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

  /// After a finding nobody knows what the server holds.
  func recover() {
    _ = target.restart()
    examiner.session.forget()
  }
}
