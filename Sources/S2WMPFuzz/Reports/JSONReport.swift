import S2WMPReport
import S2WMPWire

/// `report.json`: what scripts read of a run. The same report gives the same bytes.
public enum JSONReport {
  public static func text(_ report: RunReport) -> String {
    OrderedJSON.object([
      ("target", .string(report.target)), ("dialect", .string(report.dialect.name)), ("suite", .optional(report.suite.isEmpty ? nil : report.suite)),
      ("seed", .number(report.seed)), ("started", .string(report.startedText)), ("duration_seconds", .rounded(report.durationSeconds)),
      ("cases", .number(UInt64(clamping: report.cases))), ("cases_per_second", .rounded(report.casesPerSecond)),
      ("requirements", .array(report.settledResults.map(requirement))),
      ("findings", .array(report.namedFindings.map { finding($0, report) })),
    ]).text() + "\n"
  }

  private static func requirement(_ result: RequirementResult) -> OrderedJSON {
    var members: [(String, OrderedJSON)] = [
      ("id", .string(result.requirement.id)), ("section", .string(result.requirement.section)), ("title", .string(result.requirement.title)),
      ("status", .string(result.status.rawValue)), ("cases", .number(UInt64(clamping: result.cases))),
    ]
    if let reason = result.reason { members.append(("reason", .string(reason))) }
    return .object(members)
  }

  private static func finding(_ named: NamedFinding, _ report: RunReport) -> OrderedJSON {
    let finding = named.finding
    return .object([
      ("id", .string(named.name)), ("requirement", .string(finding.mismatch.requirement)), ("case", .string(report.caseText(named))),
      ("kind", .string(finding.mismatch.kind.rawValue)), ("expected", outcome(finding.mismatch.expected)),
      ("observed", outcome(finding.mismatch.observed)), ("sent", .array(finding.sent.map { .string(Hex.string($0)) })),
      ("received", .string(Hex.string(finding.exchange.received))), ("minimized", .array(finding.minimizedPackets.map { .string(Hex.string($0)) })),
      ("seed", .number(finding.seed)),
    ])
  }

  static func outcome(_ outcome: Outcome) -> OrderedJSON {
    switch outcome {
    case .acknowledgement(let ack, let error, let ending):
      .object([("ack", .number(UInt64(ack))), ("error", .number(UInt64(error))), ("connection", .string(ending.text))])
    case .reply(let name, let status):
      .object([("reply", .string(name))] + (status.map { [("status", .number(UInt64($0)))] } ?? []))
    case .silence: .object([("silence", .bool(true))])
    case .other(let words): .object([("other", .string(words))])
    }
  }
}
