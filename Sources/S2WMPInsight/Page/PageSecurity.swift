import S2WMPAnalysis
import S2WMPReport

/// What the traffic shows of weaknesses, by kind, each with its evidence and what to do.
struct PageSecurity {
  let context: PageContext
  /// The most severe first, those of a kind together.
  let findings: [SecurityFinding]

  private static let mostOfKind = 20
  private static let frames = 8
  private static let users = 6

  var html: String {
    if findings.isEmpty { return "" }
    let kinds = findings.reduce(into: [[SecurityFinding]]()) { kinds, finding in
      if let place = kinds.firstIndex(where: { $0.first?.code == finding.code }) { kinds[place].append(finding) } else { kinds.append([finding]) }
    }
    let sorted = kinds.enumerated().sorted { a, b in
      let (first, second) = (a.element.map(\.severity).max() ?? .note, b.element.map(\.severity).max() ?? .note)
      return first != second ? first > second : a.offset < b.offset
    }
    return "<section>\n<h2 id=\"security\">Security</h2>\n\(sorted.map { kind($0.element) }.joined())</section>\n\n"
  }

  private func kind(_ findings: [SecurityFinding]) -> String {
    guard let first = findings.first else { return "" }
    let severity = findings.map(\.severity).max() ?? .note
    let style = PageSeverity.style(severity)
    let more = findings.count > Self.mostOfKind ? "<p class=\"quiet\">… \(Digits.grouped(findings.count - Self.mostOfKind)) more</p>\n" : ""
    return """
      <details class="finding is-\(style)"\(severity > .note ? " open=\"open\"" : "")>
      <summary><span class="\(style)">\(PageSeverity.mark(severity)) <b>\(MarkupText.escaped(first.code.rawValue))</b></span> \
      <span class="count">\(Digits.grouped(findings.count))</span> <span class="quiet">\(MarkupText.escaped(first.code.meaning))</span></summary>
      \(EvidenceList.html(findings.prefix(Self.mostOfKind).map(row)))\(more)<p class="advice"><b>What to do:</b> \(MarkupText.escaped(first.advice))</p>
      </details>

      """
  }

  private func row(_ finding: SecurityFinding) -> String {
    let users = finding.users.prefix(Self.users).map { context.user($0) }.joined(separator: ", ")
    let more = finding.users.count > Self.users ? ", … \(Digits.grouped(finding.users.count)) in all" : ""
    let frames = finding.frames.isEmpty ? "" : "frames \(context.links(finding.frames.prefix(Self.frames), of: finding.frameCount))"
    let evidence = [users.isEmpty ? "" : users + more, frames].filter { !$0.isEmpty }.joined(separator: " · ")
    return "<li>\(MarkupText.escaped(finding.message)) <span class=\"quiet\">\(evidence)</span></li>\n"
  }
}
