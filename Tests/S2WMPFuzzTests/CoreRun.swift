import S2WMPCrypto
import S2WMPPeer
import S2WMPWire

@testable import S2WMPFuzz

/// The suite against our own peer core, in process.
final class CoreRun {
  /// Changes what comes of each test, but not of its control.
  typealias Change = (Instance, inout Observation) -> Void

  /// The requirement whose tests are changed; nil: all.
  var changed: String?
  private let target: Changed
  private let trial: SessionTrial

  init(_ suite: Suite, _ group: KeyGroup, defect: PlantedDefect? = nil, change: Change? = nil) throws {
    let core = CoreTarget(identity: try Identity.generate(suite: suite, group: group), defect: defect)
    target = Changed(core, change)
    let opening = SessionOpening(targetID: core.identity.userID, identity: nil, kinds: [(suite, group)], start: 1_700_000_000_000, seed: 1)
    trial = SessionTrial(target: target, session: try opening.open(target).0, opening: opening)
    trial.checksAlive = true
  }

  func run(only: [String] = [], lacking: [Need: String] = [:]) throws -> Conformance {
    var setting = ConformanceSetting(selection: Selection(only: only))
    setting.learn(from: target)
    setting.lacking.merge(lacking) { $1 }
    let run = Conformance(setting) { test throws(TargetFault) in
      try self.carryOut(test)
    } recover: { () throws(TargetFault) in
      try self.recover()
    }
    try run.run()
    return run
  }

  private func carryOut(_ test: Case) throws(TargetFault) -> ConformanceOutcome {
    target.isChanging = test.requirement != nil && (changed == nil || changed == test.requirement)
    defer { target.isChanging = false }
    do {
      let tried = try trial.run([test])
      return tried.mismatch.map { .mismatch($0, tried.exchange) } ?? .pass
    } catch {
      return .skip("\(error)")
    }
  }

  private func recover() throws(TargetFault) {
    do { try trial.recover() } catch { throw TargetFault("\(error)") }
  }
}

/// A core of which what comes is changed now and then.
private final class Changed: CaseTarget {
  private let core: CoreTarget
  private let change: CoreRun.Change?
  var isChanging = false

  init(_ core: CoreTarget, _ change: CoreRun.Change?) { (self.core, self.change) = (core, change) }

  var name: String { core.name }
  var isHeard: Bool { core.isHeard }
  var sources: Int { core.sources }
  var restartsCheaply: Bool { core.restartsCheaply }

  func run(_ instance: Instance, into observation: inout Observation) throws(TargetFault) {
    core.run(instance, into: &observation)
    if isChanging { change?(instance, &observation) }
  }

  func disconnect() { core.disconnect() }
  func restart() throws(TargetFault) -> Bool { core.restart() }
}
