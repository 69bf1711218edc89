import S2WMPAnalysis
import S2WMPReport

/// The expert findings by severity, each with its first packets.
struct PageFindingList {
  let context: PageContext
  let counts: [(code: ExpertCode, count: UInt64)]

  private static let most = Int(PageMaterial.evidence)

  var html: String {
    if counts.isEmpty { return "" }
    let parts = Severity.allCases.reversed().map { severity in section(severity, counts.filter { $0.code.severity == severity }) }
    return "<section>\n<h2 id=\"findings\">Findings</h2>\n\(parts.joined())</section>\n\n"
  }

  private func section(_ severity: Severity, _ counts: [(code: ExpertCode, count: UInt64)]) -> String {
    if counts.isEmpty { return "" }
    let heading = "\(PageSeverity.mark(severity)) \(severity.name.prefix(1).uppercased())\(severity.name.dropFirst())s"
    return "<h3 class=\"\(PageSeverity.style(severity))\">\(heading)</h3>\n" + counts.map { finding($0.code, $0.count, isOpen: severity > .note) }.joined()
  }

  private func finding(_ code: ExpertCode, _ count: UInt64, isOpen: Bool) -> String {
    let shown = context.packets.indices.filter { context.packets[$0].findings.contains(code) }.prefix(Self.most)
    let rows = shown.map { row($0, context.packets[$0], code) }
    let more = count > UInt64(rows.count)
      ? "<p class=\"quiet\">All \(Digits.grouped(count)): <code>s2wmp decode FILE --filter 'expert.code == \(code.name)'</code></p>\n" : ""
    return """
      <details class="finding"\(isOpen ? " open=\"open\"" : "")>
      <summary><b>\(code.name)</b> <span class="count">\(Digits.grouped(count))</span> <span class="quiet">\(MarkupText.escaped(code.meaning))</span></summary>
      <ul class="evidence">
      \(rows.joined())</ul>
      \(more)</details>

      """
  }

  private func row(_ index: Int, _ packet: KeptPacket, _ code: ExpertCode) -> String {
    let message = packet.experts.first { $0.code == code }?.message ?? code.meaning
    return """
      <li><a href="#\(context.anchor(index))">frame \(packet.frame)</a> <span class="quiet">\(context.seconds(packet.time)) s</span> \
      <b>\(packet.name)</b> \(MarkupText.escaped(String(message.prefix(300))))</li>

      """
  }
}

/// What the traffic shows of weaknesses, each with its evidence and what to do.
struct PageSecurity {
  let context: PageContext
  let findings: [SecurityFinding]

  private static let most = 100
  private static let frames = 24

  var html: String {
    if findings.isEmpty { return "" }
    let sorted = findings.enumerated().sorted { a, b in
      a.element.severity != b.element.severity ? a.element.severity > b.element.severity : a.offset < b.offset
    }.map(\.element)
    let more = findings.count > Self.most ? "<p class=\"quiet\">… \(Digits.grouped(findings.count - Self.most)) more</p>\n" : ""
    return "<section>\n<h2 id=\"security\">Security</h2>\n\(sorted.prefix(Self.most).map(article).joined())\(more)</section>\n\n"
  }

  private func article(_ finding: SecurityFinding) -> String {
    let users = finding.users.prefix(8).map { context.user($0) }.joined(separator: ", ")
    let more = finding.users.count > 8 ? ", … \(Digits.grouped(finding.users.count)) in all" : ""
    return """
      <article class="security is-\(PageSeverity.style(finding.severity))">
      <h3><span class="\(PageSeverity.style(finding.severity))">\(PageSeverity.mark(finding.severity)) \(finding.severity.name)</span> \
      <code>\(MarkupText.escaped(finding.code.rawValue))</code></h3>
      <p>\(MarkupText.escaped(finding.message)).</p>
      <p class="quiet">\(users.isEmpty ? "" : "Users: \(users)\(more). ")Frames: \(context.links(finding.frames.prefix(Self.frames), of: finding.frameCount))</p>
      <p><b>What to do:</b> \(MarkupText.escaped(finding.advice))</p>
      </article>

      """
  }
}
