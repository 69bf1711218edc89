import S2WMPReport
import S2WMPWire

/// `junit.xml`: a test suite for each section, a test case for each requirement, as CI servers read it.
public enum JUnitReport {
  public static func text(_ report: RunReport) -> String {
    let findings = Dictionary(grouping: report.namedFindings, by: \.finding.mismatch.requirement)
    let sections = report.sections
    var out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    out += "<testsuites name=\"\(MarkupText.attribute("s2wmp \(report.command) \(report.target)"))\"\(counts(sections.flatMap(\.results)))"
    out += " time=\"\(Digits.seconds(report.durationSeconds))\">\n"
    for section in sections { out += suite(section, findings, report) }
    return out + "</testsuites>\n"
  }

  private static func counts(_ results: [RequirementResult]) -> String {
    let count = { (status: RequirementResult.Status) in results.filter { $0.status == status }.count }
    return " tests=\"\(results.count)\" failures=\"\(count(.fail))\" errors=\"\(count(.error))\" skipped=\"\(count(.skip))\""
  }

  private static func suite(_ section: ReportSection, _ findings: [String: [NamedFinding]], _ report: RunReport) -> String {
    var out = "  <testsuite name=\"\(MarkupText.attribute(section.section))\"\(counts(section.results)) time=\"0.000\""
    out += " timestamp=\"\(report.startedText.prefix(19))\">\n"
    if section.section == report.sections.first?.section { out += properties(report) }
    for result in section.results { out += testCase(result, findings[result.requirement.id] ?? [], report) }
    return out + "  </testsuite>\n"
  }

  private static func properties(_ report: RunReport) -> String {
    let pairs = [
      ("target", report.target), ("role", report.role.rawValue), ("dialect", report.dialect.name), ("suite", report.suite), ("group", report.group),
      ("seed", "\(report.seed)"), ("cases", "\(report.cases)"),
    ]
    let lines = pairs.map { "      <property name=\"\($0.0)\" value=\"\(MarkupText.attribute($0.1))\"/>\n" }
    return "    <properties>\n\(lines.joined())    </properties>\n"
  }

  private static func testCase(_ result: RequirementResult, _ findings: [NamedFinding], _ report: RunReport) -> String {
    let requirement = result.requirement
    // Readers take what stands before the last point of a class name for its package.
    let section = String(requirement.section.map { $0 == "." ? "-" : $0 })
    let name = requirement.title.isEmpty ? requirement.id : "\(requirement.id) \(requirement.title)"
    let head = "    <testcase classname=\"s2wmp.section-\(MarkupText.attribute(section))\" name=\"\(MarkupText.attribute(name))\" time=\"0.000\""
    let content = inside(result, findings, report)
    return content.isEmpty ? "\(head)/>\n" : "\(head)>\n\(content)    </testcase>\n"
  }

  private static func inside(_ result: RequirementResult, _ findings: [NamedFinding], _ report: RunReport) -> String {
    let reason = MarkupText.attribute(result.reason ?? "")
    switch result.status {
    case .pass: return ""
    case .skip: return "      <skipped message=\"\(reason)\"/>\n"
    case .error: return "      <error message=\"\(reason)\" type=\"undecided\"/>\n"
    case .fail where findings.isEmpty: return "      <failure message=\"\(reason)\" type=\"failed\"/>\n"
    case .fail: return failure(findings, report)
    }
  }

  /// One element, however many findings there are: some readers take no more.
  private static func failure(_ findings: [NamedFinding], _ report: RunReport) -> String {
    let kinds = findings.map(\.finding.mismatch.kind.rawValue).joined(separator: ", ")
    let details = findings.map { words($0, report) }.joined(separator: "\n\n")
    let message = findings.map { summary($0.finding.mismatch, report.dialect) }.joined(separator: "; ")
    return "      <failure message=\"\(MarkupText.attribute(message))\" type=\"\(kinds)\">\(MarkupText.escaped(details))\n</failure>\n"
  }

  static func summary(_ mismatch: Mismatch, _ dialect: Dialect) -> String {
    "\(mismatch.kind.rawValue): owed \(mismatch.expected.text(dialect)), came \(mismatch.observed.text(dialect))"
  }

  private static func words(_ named: NamedFinding, _ report: RunReport) -> String {
    let finding = named.finding
    var lines = ["kind     \(finding.mismatch.kind.rawValue)"]
    let packets = finding.exchange.packets
    if let index = finding.mismatch.packet, packets.indices.contains(index) {
      let range = packets[index].range.clamped(to: finding.exchange.sent.indices)
      lines.append("sent     \(packets[index].title), \(range.count) bytes: \(Hex.string(finding.exchange.sent[range].prefix(256)))")
    }
    if let control = finding.control { lines.append("control  \(control.text(report.dialect))") }
    lines.append("owed     \(finding.mismatch.expected.text(report.dialect))")
    lines.append("came     \(finding.mismatch.observed.text(report.dialect))")
    lines.append("again    \(report.replayCommand(named))")
    return lines.joined(separator: "\n") + "\n\n" + report.shownCaseText(named)
  }
}
