import S2WMPReport
import S2WMPWire

/// `report.sarif`: SARIF 2.1.0, as code hosts and editors read it. Requirements are rules, findings are results in their `.s2case` files.
public enum SARIFReport {
  private static let schema = "https://json.schemastore.org/sarif-2.1.0.json"

  public static func text(_ report: RunReport) -> String {
    let results = report.settledResults
    let driver = OrderedJSON.object([("name", .string("s2wmp")), ("rules", .array(results.map(rule)))])
    let run = OrderedJSON.object([
      ("tool", .object([("driver", driver)])),
      (
        "invocations",
        .array([
          .object([
            ("commandLine", .string("s2wmp \(report.command) \(report.target)")), ("startTimeUtc", .string(report.startedText)),
            ("executionSuccessful", .bool(true)),
          ])
        ])
      ),
      ("results", .array(report.namedFindings.map { result($0, results, report) })),
      (
        "properties",
        .object([
          ("target", .string(report.target)), ("role", .string(report.role.rawValue)), ("dialect", .string(report.dialect.name)),
          ("suite", .optional(report.suite.isEmpty ? nil : report.suite)), ("seed", .string("\(report.seed)")),
          ("cases", .number(UInt64(clamping: report.cases))),
        ])
      ),
    ])
    return OrderedJSON.object([("version", .string("2.1.0")), ("$schema", .string(schema)), ("runs", .array([run]))]).text() + "\n"
  }

  private static func rule(_ result: RequirementResult) -> OrderedJSON {
    let requirement = result.requirement
    let sentence = requirement.sentence.isEmpty ? requirement.title : requirement.sentence
    return .object([
      ("id", .string(requirement.id)), ("shortDescription", message(requirement.title)), ("fullDescription", message(sentence)),
      ("help", message("S2WMP wire format, section \(requirement.section): \(sentence)")),
      ("properties", .object([("section", .string(requirement.section)), ("status", .string(result.status.rawValue))])),
    ])
  }

  private static func message(_ text: String) -> OrderedJSON { .object([("text", .string(text))]) }

  private static func result(_ named: NamedFinding, _ rules: [RequirementResult], _ report: RunReport) -> OrderedJSON {
    let mismatch = named.finding.mismatch
    var members: [(String, OrderedJSON)] = [("ruleId", .string(mismatch.requirement))]
    if let index = rules.firstIndex(where: { $0.requirement.id == mismatch.requirement }) { members.append(("ruleIndex", .number(UInt64(index)))) }
    members += [
      ("level", .string("error")), ("message", message(sentence(named, report))),
      ("locations", .array([location("\(named.name).s2case", report.caseText(named))])),
      ("partialFingerprints", .object([("requirementAndKind/v1", .string("\(mismatch.requirement):\(mismatch.kind.rawValue)"))])),
      (
        "properties",
        .object([
          ("kind", .string(mismatch.kind.rawValue)), ("expected", JSONReport.outcome(mismatch.expected)),
          ("observed", JSONReport.outcome(mismatch.observed)), ("seed", .string("\(named.finding.seed)")),
        ])
      ),
    ]
    return .object(members)
  }

  private static func sentence(_ named: NamedFinding, _ report: RunReport) -> String {
    let mismatch = named.finding.mismatch
    let title = report.requirement(mismatch.requirement).map { " (\($0.title))" } ?? ""
    return """
      The target \(mismatch.kind.title): \(mismatch.requirement)\(title) owes \(mismatch.expected.text(report.dialect)), but \
      \(mismatch.observed.text(report.dialect)) came. Again: \(report.replayCommand(named))
      """
  }

  /// The line where the case that it is about begins.
  private static func location(_ file: String, _ text: String) -> OrderedJSON {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let line = (lines.lastIndex { $0 == "case" || $0 == "case fresh" } ?? 0) + 1
    return .object([
      (
        "physicalLocation",
        .object([
          ("artifactLocation", .object([("uri", .string(file))])), ("region", .object([("startLine", .number(UInt64(line)))])),
        ])
      )
    ])
  }
}
