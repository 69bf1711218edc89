import S2WMPWire

/// Something that went wrong, not looked into yet.
struct Suspect {
  var given: Case
  var mismatch: Mismatch
  /// The cases before it, the newest last.
  var history: [Case]
  /// What went over the wire then; empty when it shows only in what the target said.
  var exchange = Exchange()
}

/// A run that enters what it finds into its book, and tells of it.
protocol FindingKeeping: FuzzCampaign {
  var book: FindingBook { get set }
  var settings: FuzzSettings { get }
}

extension FindingKeeping {
  /// What came of an investigation. Whether it is a finding, a known one or not.
  func enter(_ result: Investigation.Result, seenAs mismatch: Mismatch) -> Bool {
    switch result {
    case .finding(let finding):
      enter(finding, seenAs: mismatch)
      return true
    case .flaky(let mismatch):
      book.addFlaky(mismatch)
      onFlaky?(mismatch)
      return false
    }
  }

  func enter(_ finding: Finding, seenAs mismatch: Mismatch) {
    if book.add(finding, seenAs: mismatch), let numbered = book.findings.last { onFinding?(numbered) }
  }

  /// The target cannot be used any more, so that it cannot be tried again: it stays as it was seen.
  func keepUnseen(_ found: Suspect) {
    enter(Finding(seenOnce: found.mismatch, found.given, found.exchange, afterCases: casesDone, seed: settings.seed), seenAs: found.mismatch)
  }
}

extension Campaign: FindingKeeping {}
