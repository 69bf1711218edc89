import S2WMPWire

/// Goes through the requirements once, each by its own cases next to their controls, and tells what came of each.
///
/// What is owed is not known here: `judge` carries out a case and compares. A target that cannot be used at all ends the run with its fault; what was found
/// until then stays readable.
public final class Conformance {
  public typealias Judge = (Case) throws(TargetFault) -> ConformanceOutcome

  public let setting: ConformanceSetting
  /// In order of sections.
  public let checks: [Check]
  public private(set) var results: [RequirementResult] = []
  public private(set) var findings: [Finding] = []
  /// Cases carried out, controls included.
  public private(set) var cases = 0

  private let judge: Judge
  private let recover: () throws(TargetFault) -> Void
  /// What was met while something else was checked.
  private var strays: [String: (mismatch: Mismatch, exchange: Exchange, test: Case)] = [:]
  /// What takes the target's read timeout is carried out once, also when two requirements look at it.
  private var waited: [[Step]: ConformanceOutcome] = [:]
  private var failedControls: Set<[Step]> = []

  /// - recover: brings the target back into a good state, after a failure: closes connections, starts it anew when it died.
  public init(_ setting: ConformanceSetting, judge: @escaping Judge, recover: @escaping () throws(TargetFault) -> Void) {
    self.setting = setting
    self.judge = judge
    self.recover = recover
    checks = Requirements.checks(for: setting.role, setting.dialect).filter { setting.selection.contains($0.id) }
  }

  /// The table so far, in numbers. What could not be decided since its control failed counts as failed.
  public var summary: ConformanceSummary { ConformanceSummary(results) }

  /// - emit: called for each requirement as soon as it is decided; with the finding when there is one.
  /// - isStopped: looked at before each requirement.
  public func run(isStopped: () -> Bool = { false }, _ emit: (RequirementResult, Finding?) -> Void = { _, _ in }) throws(TargetFault) {
    for check in checks where !isStopped() {
      let verdict = expected(try decide(check))
      let result = RequirementResult(check.requirement, verdict.status, cases: verdict.cases, reason: verdict.reason)
      results.append(result)
      if let finding = verdict.finding { findings.append(finding) }
      emit(result, verdict.finding)
    }
  }

  // MARK: One requirement

  private struct Verdict {
    var id: String
    var status = RequirementResult.Status.pass
    var cases = 0
    var reason: String?
    var finding: Finding?
  }

  private func decide(_ check: Check) throws(TargetFault) -> Verdict {
    var verdict = Verdict(id: check.id)
    var skipped = check.unchecked.map { [$0] } ?? []
    for row in check.cases {
      if let reason = try decide(row, &verdict) { skipped.append(reason) }
      if verdict.status != .pass { return verdict }
    }
    if verdict.cases == 0 { (verdict.status, verdict.reason) = (.skip, skipped.first) }
    if let stray = strays[check.id] { fail(&verdict, stray.mismatch, stray.exchange, stray.test, control: nil) }
    return verdict
  }

  /// One case and its control. Gives why it was skipped, when it was.
  private func decide(_ row: ConformanceCase, _ verdict: inout Verdict) throws(TargetFault) -> String? {
    if let reason = setting.reason(against: row.needs) { return reason }
    let control = try tryControl(row)
    let outcome = try carryOut(row.test)
    if case .skip(let reason) = outcome { return reason }
    verdict.cases += 1
    if case .failed(let mismatch, let exchange, let test)? = control, !outcome.isCrash {
      failControl(&verdict, mismatch, exchange, test)
      return nil
    }
    guard case .mismatch(let mismatch, let exchange) = outcome else { return nil }
    try recover()
    // An answer that has to come before another reason for it may have been slow by chance: what is never at once is not so the second time either.
    if mismatch.requirement == "4/framed.at-once", case .pass = try carryOut(row.test) { return nil }
    return settle(&verdict, mismatch, exchange, row.test, control: control == nil ? nil : .accepted)
  }

  /// What a mismatch means for the requirement. Gives a reason when it means that nothing can be said.
  private func settle(_ verdict: inout Verdict, _ mismatch: Mismatch, _ exchange: Exchange, _ test: Case, control: ControlResult?) -> String? {
    if setting.isLenient, Attribution.isRejectionAnyway(mismatch, exchange) { return nil }
    if Attribution.isUndecided(mismatch, for: verdict.id) {
      verdict.cases -= 1
      return "the packet was not rejected: see \(mismatch.requirement)"
    }
    if Attribution.isCutShort(mismatch, for: verdict.id), isForOthers(mismatch, of: verdict.id) {
      if strays[mismatch.requirement] == nil { strays[mismatch.requirement] = (mismatch, exchange, test) }
      verdict.cases -= 1
      return "the target closed the connection: see \(mismatch.requirement)"
    }
    if Attribution.isElsewhere(mismatch, than: verdict.id), isForOthers(mismatch, of: verdict.id) {
      if strays[mismatch.requirement] == nil { strays[mismatch.requirement] = (mismatch, exchange, test) }
      return nil
    }
    fail(&verdict, mismatch, exchange, test, control: control)
    return nil
  }

  /// Whether the requirement that a mismatch is about still comes, or failed already: nothing found is lost. What is about the error alone never speaks
  /// against the requirement that there is one.
  private func isForOthers(_ mismatch: Mismatch, of id: String) -> Bool {
    if mismatch.requirement == Attribution.errorRequirement(of: id) { return true }
    guard checks.contains(where: { $0.id == mismatch.requirement }) else { return false }
    return results.first { $0.requirement.id == mismatch.requirement }.map { $0.status == .fail } ?? true
  }

  private func fail(_ verdict: inout Verdict, _ mismatch: Mismatch, _ exchange: Exchange, _ test: Case, control: ControlResult?) {
    var own = mismatch
    own.requirement = verdict.id
    (verdict.status, verdict.reason) = (.fail, nil)
    verdict.finding = finding(own, exchange, test, control)
  }

  // MARK: Controls

  private enum Control {
    case accepted
    case failed(Mismatch, Exchange, Case)
  }

  /// Nil: there is none, or it cannot be tried here.
  private func tryControl(_ row: ConformanceCase) throws(TargetFault) -> Control? {
    guard let control = row.control, setting.reason(against: row.controlNeeds) == nil else { return nil }
    switch try carryOut(control) {
    case .pass: return .accepted
    case .skip: return nil
    case .mismatch(let mismatch, let exchange):
      try recover()
      if Attribution.isAccepted(mismatch), isForOthers(mismatch, of: row.test.requirement ?? "") {
        if strays[mismatch.requirement] == nil { strays[mismatch.requirement] = (mismatch, exchange, control) }
        return .accepted
      }
      return .failed(mismatch, exchange, control)
    }
  }

  /// The defect is not what failed: reported as that, and as a finding the first time.
  private func failControl(_ verdict: inout Verdict, _ mismatch: Mismatch, _ exchange: Exchange, _ control: Case) {
    verdict.status = .error
    let (owed, came) = (CaseWords.outcome(mismatch.expected, setting.dialect), CaseWords.outcome(mismatch.observed, setting.dialect))
    verdict.reason = "the control failed: \(CaseWords.steps(control)): owed \(owed), came \(came)"
    guard failedControls.insert(control.steps).inserted else { return }
    verdict.finding = finding(mismatch, exchange, control, .failed(mismatch.observed))
  }

  // MARK: Carrying out

  private func carryOut(_ test: Case) throws(TargetFault) -> ConformanceOutcome {
    guard test.steps.contains(.stall) else {
      cases += 1
      return try judge(test)
    }
    if let known = waited[test.steps] { return known }
    cases += 1
    let outcome = try judge(test)
    waited[test.steps] = outcome
    return outcome
  }

  private func finding(_ mismatch: Mismatch, _ exchange: Exchange, _ test: Case, _ control: ControlResult?) -> Finding {
    let sent = exchange.packets.map { Array(exchange.sent[$0.range.clamped(to: 0..<exchange.sent.count)]) }
    return Finding(
      number: findings.count + 1, mismatch: mismatch, original: [test], minimized: [test], afterCases: cases, shrinkRuns: 0, seed: setting.seed,
      exchange: exchange, sent: sent, control: control)
  }

  // MARK: Known failures

  /// A failure that is known is no news; what is said to fail and does not is.
  private func expected(_ verdict: Verdict) -> Verdict {
    guard let reason = setting.known.reasons[verdict.id] else { return verdict }
    var changed = verdict
    switch verdict.status {
    case .fail, .error: (changed.status, changed.reason, changed.finding) = (.skip, "known to fail: \(reason)", nil)
    case .pass: (changed.status, changed.reason) = (.fail, "it passes, though it is known to fail: \(reason)")
    case .skip: break
    }
    return changed
  }
}

extension ConformanceOutcome {
  fileprivate var isCrash: Bool {
    if case .mismatch(let mismatch, _) = self { return mismatch.kind == .crash }
    return false
  }
}

/// `41 passed, 1 failed, 1 skipped`.
public struct ConformanceSummary: Hashable, Sendable, CustomStringConvertible {
  public var passed = 0
  public var failed = 0
  public var skipped = 0

  public init(_ results: [RequirementResult]) {
    for result in results {
      switch result.status {
      case .pass: passed += 1
      case .fail, .error: failed += 1
      case .skip: skipped += 1
      }
    }
  }

  public var description: String { "\(passed) passed, \(failed) failed, \(skipped) skipped" }
}
