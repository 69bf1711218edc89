import S2WMPReport
import S2WMPWire

/// The findings, each with everything that one needs to believe it.
enum PageFindings {
  /// Entries of a timeline, packets of a finding: what goes beyond is counted.
  private static let shownEntries = 60
  private static let shownPackets = 24

  static func html(_ report: RunReport) -> String {
    let named = report.namedFindings
    if named.isEmpty { return "<section id=\"findings\"></section>\n" }
    let links = named.map { "<li><a href=\"#\(MarkupText.attribute($0.name))\">\(heading($0))</a></li>\n" }
    return """
      <section>
      <h2 id="findings">Findings</h2>
      \(named.count > 1 ? "<nav aria-label=\"Findings\"><ol>\n\(links.joined())</ol></nav>\n" : "")\(named.map { article($0, report) }.joined())</section>

      """
  }

  private static func heading(_ named: NamedFinding) -> String {
    "\(MarkupText.escaped(named.finding.mismatch.requirement)): \(named.finding.mismatch.kind.rawValue)"
  }

  private static func article(_ named: NamedFinding, _ report: RunReport) -> String {
    let finding = named.finding
    let requirement = report.requirement(finding.mismatch.requirement)
    return """
      <article id="\(MarkupText.attribute(named.name))">
      <h3>\(heading(named))</h3>
      \(requirement.map { "<p>\(MarkupText.escaped($0.sentence.isEmpty ? $0.title : $0.sentence))</p>\n" } ?? "")\(verdicts(finding, report.dialect))\
      <p class="quiet">\(finding.effort); seed \(finding.seed)</p>
      <h4>Again</h4>
      <pre><code>\(MarkupText.escaped(report.replayCommand(named)))</code></pre>
      <h4>Case, in <a href="\(MarkupText.attribute(named.name)).s2case">\(MarkupText.escaped(named.name)).s2case</a></h4>
      <pre><code>\(MarkupText.escaped(report.shownCaseText(named)))</code></pre>
      \(timeline(named, report.dialect))\(packets(finding, report.dialect))</article>

      """
  }

  private static func verdicts(_ finding: Finding, _ dialect: Dialect) -> String {
    var rows = [
      ("owed", MarkupText.escaped(finding.mismatch.expected.text(dialect)), "good"),
      ("came", MarkupText.escaped(finding.mismatch.observed.text(dialect)), "bad"),
    ]
    if let control = finding.control {
      let note = control == .accepted ? " (the same packet without the defect)" : ""
      rows.append(("control", MarkupText.escaped(control.text(dialect) + note), control == .accepted ? "good" : "warning"))
    }
    let lines = rows.map { "<tr><th scope=\"row\">\($0.0)</th><td class=\"\($0.2)\">\($0.1)</td></tr>\n" }
    return "<table class=\"verdicts\"><tbody>\n\(lines.joined())</tbody></table>\n"
  }

  private static func timeline(_ named: NamedFinding, _ dialect: Dialect) -> String {
    let exchange = named.finding.exchange
    if exchange.entries.isEmpty { return "" }
    let rows = ExchangeTimeline(exchange, dialect, limit: shownEntries).rows
    let hidden = exchange.entries.count - rows.count
    return """
      <h4>Exchange, in <a href="\(MarkupText.attribute(named.name)).pcap">\(MarkupText.escaped(named.name)).pcap</a>\(keys(named))</h4>
      <table class="stacked">
      <thead><tr><th scope="col">ms</th><th scope="col">where</th><th scope="col">who</th><th scope="col">what</th></tr></thead>
      <tbody>
      \(rows.map(timelineRow).joined())</tbody>
      </table>
      \(hidden > 0 ? "<p class=\"quiet\">… \(hidden) more</p>\n" : "")
      """
  }

  /// The key log that opens it.
  private static func keys(_ named: NamedFinding) -> String {
    if named.finding.exchange.keyLog.isEmpty { return "" }
    return "; keys in <a href=\"\(MarkupText.attribute(named.name)).keys\">\(MarkupText.escaped(named.name)).keys</a>"
  }

  private static func timelineRow(_ row: ExchangeTimeline.Row) -> String {
    let place = row.connection < 0 ? "UDP" : "TCP \(row.connection)"
    let who = row.isFromTarget ? "◀ target" : "▶ us"
    let size = row.bytes > 0 ? " <span class=\"quiet\">\(row.bytes) \(row.bytes == 1 ? "byte" : "bytes")</span>" : ""
    let sentence = row.sentence.isEmpty ? "" : " \(MarkupText.escaped(row.sentence))"
    return """
      <tr\(row.isFromTarget ? " class=\"theirs\"" : "")><td class="number inline">\(Digits.seconds(Double(row.at) / 1e6))</td>\
      <td class="number inline">\(place)</td><td class="number inline">\(who)</td>\
      <td><b>\(MarkupText.escaped(row.names.joined(separator: ", ")))</b>\(sentence)\(size)</td></tr>

      """
  }

  private static func packets(_ finding: Finding, _ dialect: Dialect) -> String {
    let exchange = finding.exchange
    let all = exchange.packets.enumerated().filter { $0.element.step >= 0 || $0.offset == finding.mismatch.packet }
    if all.isEmpty { return "" }
    let shown = all.prefix(shownPackets).map { index, packet in
      PagePacket.html(packet, exchange, dialect, isOpen: finding.mismatch.packet == index || all.count == 1)
    }
    let hidden = all.count - shown.count
    return "<h4>Packets</h4>\n\(shown.joined())\(hidden > 0 ? "<p class=\"quiet\">… \(hidden) more</p>\n" : "")"
  }
}
