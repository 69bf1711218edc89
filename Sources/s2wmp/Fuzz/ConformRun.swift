import ArgumentParser
import S2WMPFuzz
import S2WMPWire

/// One run of `s2wmp conform`: the table on standard output, the sum on standard error.
final class ConformRun {
  private let command: ConformCommand
  private let opened: any OpenedTarget
  private let folder: ReportFolder?
  private var setting: ConformanceSetting
  private let started = WallClock.milliseconds

  init(_ command: ConformCommand, _ opened: any OpenedTarget, _ known: KnownFailures, _ folder: ReportFolder?) {
    self.command = command
    self.opened = opened
    self.folder = folder
    setting = ConformanceSetting(
      role: command.targeted.role, dialect: command.targeted.dialect, selection: command.selection, isLenient: command.lenient, known: known)
    setting.learn(from: opened.target)
    if let limits = opened.limits { setting.learn(from: limits) }
    if let reason = opened.lacksDatagrams { setting.lacking[.datagrams] = reason }
    switch opened.answer {
    case .friend, nil: break
    case .denied: lack("the target denied the chat request")
    case .unanswered: lack("the target did not answer the chat request; perhaps it asks its user")
    }
  }

  private func lack(_ reason: String) {
    setting.lacking[.friendship] = reason
    setting.lacking[.acceptance] = reason
  }

  func run() throws {
    let bench = try opened.bench(checksAlive: true)
    let conformance = Conformance(setting) { given throws(TargetFault) in
      try Self.outcome(given, bench)
    } recover: { () throws(TargetFault) in
      try Self.recover(bench)
    }
    var table = ConformanceTable(conformance.checks, tableOptions)
    let watch = ContinuousClock.now
    do {
      try conformance.run(isStopped: { Interruption.isWanted }) { result, finding in
        var out: [UInt8] = []
        table.append(result, finding, to: &out)
        out.withUnsafeBytes { StandardOutput.write($0) }
      }
    } catch {
      try report(conformance, ContinuousClock.now - watch)
      throw CommandError(description: Printable.text(error.description))
    }
    try report(conformance, ContinuousClock.now - watch)
    StandardError.line(conformance.summary.description)
    if conformance.summary.failed > 0 { throw ExitCode(1) }
  }

  private static func outcome(_ given: Case, _ bench: any CaseTrying) throws(TargetFault) -> ConformanceOutcome {
    do {
      let tried = try bench.run([given])
      return tried.mismatch.map { .mismatch($0, tried.exchange) } ?? .pass
    } catch let fault as TargetFault {
      throw fault
    } catch let fault as CaseFault {
      return .skip(fault.description)
    } catch {
      throw TargetFault("the case could not be tried: \(error)")
    }
  }

  private static func recover(_ bench: any CaseTrying) throws(TargetFault) {
    do { try bench.recover() } catch let fault as TargetFault { throw fault } catch {
      throw TargetFault("the target could not be befriended again: \(error)")
    }
  }

  private var tableOptions: ConformanceTable.Options {
    let (folder, place) = (command.targeted.out, opened.endpoint?.description ?? command.place ?? "")
    let options = command.targeted.replayOptions
    return ConformanceTable.Options(hasColour: command.hasColour, width: StandardOutput.columns) { finding in
      folder.map {
        let file = "\($0)/\(FindingName.of(finding.mismatch.requirement, finding.mismatch.kind)).s2case"
        return ReplayLine.of(file, target: place, options: options)
      }
    }
  }

  private func report(_ conformance: Conformance, _ duration: Duration) throws {
    guard let folder else { return }
    let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    var report = RunReport(
      command: "conform", target: opened.target.name, role: setting.role, dialect: setting.dialect, suite: opened.suite,
      group: opened.group, seed: setting.seed, started: started, durationSeconds: seconds, cases: conformance.cases,
      requirements: conformance.results, findings: conformance.findings)
    report.replayOptions = command.targeted.replayOptions
    try folder.write(report, endpoint: opened.endpoint)
  }
}
