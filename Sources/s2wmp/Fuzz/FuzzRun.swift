import ArgumentParser
import S2WMPFuzz
import S2WMPWire

/// One run of `s2wmp fuzz`, from the first case to the reports.
final class FuzzRun {
  private let command: FuzzCommand
  private let opened: any OpenedTarget
  private let seed: UInt64
  private let folder: ReportFolder?
  private let corpus: CorpusFolder?
  private let started = WallClock.milliseconds
  private var screen: FuzzScreen

  init(_ command: FuzzCommand, _ opened: any OpenedTarget, _ folder: ReportFolder?, _ corpus: CorpusFolder?, seed: UInt64) {
    self.command = command
    self.opened = opened
    self.folder = folder
    self.corpus = corpus
    self.seed = seed
    screen = FuzzScreen(seed: seed)
  }

  func run() throws {
    let campaign = try opened.campaign(command.settings(seed: seed), corpus: corpus?.cases ?? [])
    campaign.isCancelled = { Interruption.isWanted }
    if screen.isShown { campaign.onProgress = { [self] in screen.show($0) } }
    campaign.onFinding = { [self] in tell($0) }
    campaign.onFlaky = { [self] in tell(flaky: $0) }
    explainAnswer()
    let failure = Result { try campaign.run() }.failure
    screen.clear()
    try finish(campaign)
    if let failure {
      guard let fault = failure as? TargetFault else { throw failure }
      let sentence = Printable.text(fault.description)
      if campaign.book.findings.isEmpty { throw CommandError(description: sentence) }
      // It was found out, and cannot be used any more.
      StandardError.complain(sentence)
    }
    if command.inProcess { StandardError.line(Self.steering(opened.venue.coverage)) }
    StandardError.line("\(campaign.casesDone) cases, \(campaign.book.findings.count) findings, seed \(seed)")
    if !campaign.book.findings.isEmpty { throw ExitCode(1) }
  }

  private static func steering(_ coverage: EdgeCoverage?) -> String {
    guard let coverage else { return "steered by the answers: this build counts no coverage (Documentation/Fuzzing.md tells how to make one that does)" }
    return "steered by coverage: \(coverage.edgesMet) of \(coverage.edgeCount) edges of this program reached"
  }

  private func explainAnswer() {
    switch opened.answer {
    case .friend, nil: break
    case .denied: StandardError.line("s2wmp: the target denied the chat request: only what needs no friendship is tried")
    case .unanswered: StandardError.line("s2wmp: the target did not answer the chat request: only what needs no friendship is tried")
    }
  }

  /// A finding as soon as it is known: a line on standard output, for people and scripts alike.
  private func tell(_ finding: Finding) {
    screen.clear()
    let packets = finding.exchange.packets.count { $0.step >= 0 }
    let changes = finding.minimized.reduce(0) { $0 + $1.changeCount }
    var line =
      "finding \(finding.number)  \(finding.mismatch.requirement)  \(finding.mismatch.kind.rawValue)  after \(FuzzScreen.grouped(finding.afterCases)) cases"
    if finding.shrinkRuns > 0 { line += ", shrunk to \(Self.count(packets, "packet")), \(Self.count(changes, "change")) in \(finding.shrinkRuns) runs" }
    StandardOutput.write(line + "\n")
    for given in finding.minimized { StandardOutput.write("  sent  \(CaseWords.steps(given))\n") }
    let dialect = command.targeted.dialect
    StandardOutput.write("  owed  \(CaseWords.outcome(finding.mismatch.expected, dialect))\n  came  \(CaseWords.outcome(finding.mismatch.observed, dialect))\n")
  }

  private static func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }

  private func tell(flaky mismatch: Mismatch) {
    screen.clear()
    let came = CaseWords.outcome(mismatch.observed, command.targeted.dialect)
    StandardError.line("s2wmp: seen once and not again: \(mismatch.requirement), \(mismatch.kind.rawValue): \(came)")
  }

  private func finish(_ campaign: any FuzzCampaign) throws {
    if let corpus { try corpus.add(campaign.additions) }
    guard let folder else { return }
    let findings = campaign.book.findings
    var report = RunReport(
      command: "fuzz", target: opened.target.name, role: command.targeted.role, dialect: command.targeted.dialect, suite: opened.suite,
      group: opened.group, seed: seed, started: started, durationSeconds: campaign.seconds, cases: campaign.casesDone,
      requirements: Self.results(campaign, command.targeted), findings: findings)
    report.replayOptions = command.targeted.replayOptions + (command.inProcess ? ["--in-process"] : [])
    try folder.write(report, endpoint: opened.endpoint)
  }

  /// What generated cases say about each requirement.
  private static func results(_ campaign: any FuzzCampaign, _ targeted: TargetArguments) -> [RequirementResult] {
    let failed = Set(campaign.book.findings.map(\.mismatch.requirement))
    return Requirements.checks(for: targeted.role, targeted.dialect).map { check in
      let count = campaign.requirementCounts[check.id] ?? 0
      if failed.contains(check.id) { return RequirementResult(check.requirement, .fail, cases: max(1, count)) }
      return count > 0
        ? RequirementResult(check.requirement, .pass, cases: count)
        : RequirementResult(check.requirement, .skip, cases: 0, reason: "no generated case was about it; s2wmp conform checks it")
    }
  }
}

extension Case {
  /// Things changed in all packets of it.
  var changeCount: Int {
    steps.reduce(0) { count, step in
      switch step {
      case .send(let plans, _): count + plans.reduce(0) { $0 + $1.changes.count }
      case .datagram(let plan): count + plan.changes.count
      default: count
      }
    }
  }
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let failure) = self { failure } else { nil }
  }
}
