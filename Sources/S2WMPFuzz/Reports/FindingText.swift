import S2WMPReport
import S2WMPCrypto
import S2WMPWire

extension CaseFile {
  /// What is saved of a finding: as small as it got, and how to run it again.
  public init(_ finding: Finding, of report: RunReport) {
    self.init(
      cases: finding.minimized, requirement: finding.mismatch.requirement, kind: finding.mismatch.kind, suite: Suite(rawValue: report.suite),
      group: KeyGroup(rawValue: report.group), seed: finding.seed)
    repetition = finding.repetition
  }
}

extension RunReport {
  /// The finding as a `.s2case` file.
  func caseText(_ named: NamedFinding) -> String {
    let mismatch = named.finding.mismatch
    var heading: [String] = []
    if let requirement = requirement(mismatch.requirement) { heading.append("\(requirement.id): \(requirement.title)") }
    heading.append("owed: \(mismatch.expected.text(dialect))")
    heading.append("came: \(mismatch.observed.text(dialect))")
    heading.append("again: \(replayCommand(named))")
    return CaseFile(named.finding, of: self).text(heading: heading)
  }

  /// The same for a page: a finding that takes many cases before it is cut, its file has them all.
  func shownCaseText(_ named: NamedFinding, lines limit: Int = 200) -> String {
    let lines = caseText(named).split(separator: "\n", omittingEmptySubsequences: false).map { $0.utf8.count > 400 ? $0.prefix(400) + "…" : $0 }
    if lines.count <= limit { return lines.joined(separator: "\n") }
    return lines.prefix(limit).joined(separator: "\n") + "\n… \(Digits.grouped(lines.count - limit)) more lines\n"
  }

  /// What to type to see it again, in the folder of the report.
  func replayCommand(_ named: NamedFinding) -> String {
    ReplayLine.of("\(named.name).s2case", target: target, options: replayOptions)
  }
}

extension Finding {
  /// The packets that the minimized cases sent, and the bytes between them that are none; without the valid packet at the end that only shows that the
  /// target still answers.
  var minimizedPackets: [[UInt8]] {
    var out: [[UInt8]] = []
    var end = 0
    for packet in exchange.packets.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      let range = packet.range.clamped(to: exchange.sent.indices)
      if range.lowerBound > end { out.append(Array(exchange.sent[end..<range.lowerBound])) }
      if packet.step >= 0 { out.append(Array(exchange.sent[range])) }
      end = max(end, range.upperBound)
    }
    if end < exchange.sent.count { out.append(Array(exchange.sent[end...])) }
    return out
  }

  /// `found after 1,204 cases; made small in 87 runs`.
  var effort: String {
    let found = "found after \(Digits.grouped(afterCases)) \(afterCases == 1 ? "case" : "cases")"
    return shrinkRuns == 0 ? found : "\(found); made small in \(Digits.grouped(shrinkRuns)) \(shrinkRuns == 1 ? "run" : "runs")"
  }
}

extension SentPacket {
  /// `M`; noise has no type.
  var title: String { type.shortName ?? "noise" }
}

extension ControlResult {
  func text(_ dialect: Dialect) -> String {
    switch self {
    case .accepted: "accepted"
    case .failed(let outcome): "failed as well: \(outcome.text(dialect))"
    }
  }
}
