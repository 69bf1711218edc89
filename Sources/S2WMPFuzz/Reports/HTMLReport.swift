import S2WMPReport
import S2WMPWire

/// `report.html`: one page that needs nothing else, neither a script nor a network. Everything from outside goes through `MarkupText`.
public enum HTMLReport {
  public static func text(_ report: RunReport) -> String {
    let title = "s2wmp \(report.command) \(report.target)"
    let frame = PageFrame(title: "\(title): \(verdict(report))", style: PageStyle.base + FindingStyle.text, skip: ("findings", "To the findings"))
    return "\(frame.head)\(PageSummary.html(report, title))\(PageFindings.html(report))\(PageRequirements.html(report))\(frame.foot)"
  }

  /// `2 findings`, `nothing found`.
  static func verdict(_ report: RunReport) -> String {
    if !report.findings.isEmpty { return "\(report.findings.count) \(report.findings.count == 1 ? "finding" : "findings")" }
    let failed = report.settledResults.filter { $0.status == .fail || $0.status == .error }.count
    return failed > 0 ? "\(failed) not passed" : "nothing found"
  }
}

/// The head of the page.
enum PageSummary {
  static func html(_ report: RunReport, _ title: String) -> String {
    let isGood = report.settledResults.allSatisfy { $0.status == .pass || $0.status == .skip }
    let facts = facts(report).map { "<div><dt>\($0.0)</dt><dd>\(MarkupText.escaped($0.1))</dd></div>\n" }
    return """
      <header>
      <h1>\(MarkupText.escaped(title))</h1>
      <p class="verdict \(isGood ? "good" : "bad")">\(isGood ? "✓" : "✗") \(HTMLReport.verdict(report))</p>
      <dl class="facts">
      \(facts.joined())</dl>
      </header>

      """
  }

  private static func facts(_ report: RunReport) -> [(String, String)] {
    let results = report.settledResults
    let count = { (status: RequirementResult.Status) in results.filter { $0.status == status }.count }
    var facts = [("target", report.target), ("role", report.role.rawValue), ("dialect", report.dialect.name)]
    if !report.suite.isEmpty { facts.append(("suite", [report.suite, report.group].filter { !$0.isEmpty }.joined(separator: ", "))) }
    facts += [
      ("requirements", "\(count(.pass)) passed, \(count(.fail)) failed, \(count(.skip)) skipped\(count(.error) > 0 ? ", \(count(.error)) undecided" : "")"),
      ("cases", Digits.grouped(report.cases)), ("rate", "\(Digits.grouped(Int(min(report.casesPerSecond, 1e12).rounded()))) a second"),
      ("duration", "\(Digits.seconds(report.durationSeconds)) s"), ("seed", "\(report.seed)"),
      ("started", report.startedText.prefix(19).split(separator: "T").joined(separator: " ") + " UTC"),
    ]
    return facts
  }
}

/// The table of requirements, by section; three radio buttons choose which rows are shown.
enum PageRequirements {
  static func html(_ report: RunReport) -> String {
    let sections = report.sections
    if sections.isEmpty { return "" }
    return """
      <main>
      <h2 id="requirements">Requirements</h2>
      <div>
      <input class="filter" type="radio" name="show" id="show-all" checked="checked"/><label for="show-all">all</label>
      <input class="filter" type="radio" name="show" id="show-failed"/><label for="show-failed">failed</label>
      <input class="filter" type="radio" name="show" id="show-skipped"/><label for="show-skipped">skipped</label>
      <div class="sections">
      \(sections.map { section($0, report) }.joined())</div>
      </div>
      </main>

      """
  }

  private static func section(_ section: ReportSection, _ report: RunReport) -> String {
    let failed = section.count(.fail) + section.count(.error)
    let classes = "section\(failed > 0 ? " has-failed" : "")\(section.count(.skip) > 0 ? " has-skipped" : "")"
    let counts = [
      ("passed", section.count(.pass), "good"), ("failed", section.count(.fail), "bad"), ("undecided", section.count(.error), "warning"),
      ("skipped", section.count(.skip), "quiet"),
    ]
    let words = counts.filter { $0.1 > 0 }.map { "<span class=\"\($0.2)\">\($0.1) \($0.0)</span>" }.joined(separator: ", ")
    return """
      <details class="\(classes)" open="open">
      <summary>\(MarkupText.escaped(section.section)) <span class="quiet">—</span> \(words)</summary>
      <table class="stacked">
      <thead><tr><th scope="col">result</th><th scope="col">requirement</th><th scope="col">what it says</th><th scope="col">cases</th></tr></thead>
      <tbody>
      \(section.results.map { row($0, report) }.joined())</tbody>
      </table>
      </details>

      """
  }

  private static func row(_ result: RequirementResult, _ report: RunReport) -> String {
    let links = report.namedFindings.filter { $0.finding.mismatch.requirement == result.requirement.id }.map {
      "<a href=\"#\(MarkupText.attribute($0.name))\">\($0.finding.mismatch.kind.rawValue)</a>"
    }
    var says = "\(MarkupText.escaped(result.requirement.title))"
    if result.requirement.sentence != result.requirement.title, !result.requirement.sentence.isEmpty {
      says += "<br/><span class=\"quiet\">\(MarkupText.escaped(result.requirement.sentence))</span>"
    }
    if let reason = result.reason { says += "<br/><span class=\"warning\">\(MarkupText.escaped(reason))</span>" }
    if !links.isEmpty { says += "<br/>\(links.joined(separator: ", "))" }
    let (symbol, word, style) = look(result.status)
    return """
      <tr class="\(result.status.rawValue)"><td class="status inline \(style)">\(symbol) \(word)</td>\
      <td class="id inline"><code>\(MarkupText.escaped(result.requirement.id))</code></td><td>\(says)</td>\
      <td class="number">\(Digits.grouped(result.cases))<span class="unit"> \(result.cases == 1 ? "case" : "cases")</span></td></tr>

      """
  }

  private static func look(_ status: RequirementResult.Status) -> (String, String, String) {
    switch status {
    case .pass: ("✓", "passed", "good")
    case .fail: ("✗", "failed", "bad")
    case .skip: ("–", "skipped", "quiet")
    case .error: ("!", "undecided", "warning")
    }
  }
}
