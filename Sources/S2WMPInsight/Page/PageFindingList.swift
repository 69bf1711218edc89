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
    let more =
      count > UInt64(rows.count)
      ? "<p class=\"quiet\">All \(Digits.grouped(count)): <code>s2wmp decode FILE --filter 'expert.code == \(code.name)'</code></p>\n" : ""
    return """
      <details class="finding"\(isOpen ? " open=\"open\"" : "")>
      <summary><b>\(code.name)</b> <span class="count">\(Digits.grouped(count))</span> <span class="quiet">\(MarkupText.escaped(code.meaning))</span></summary>
      \(EvidenceList.html(rows))\(more)</details>

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

/// A list of which the first few stand open.
enum EvidenceList {
  private static let open = 5

  static func html(_ rows: [String]) -> String {
    let first = list(rows.prefix(rows.count <= open + 1 ? rows.count : open))
    guard rows.count > open + 1 else { return first }
    return "\(first)<details class=\"more\"><summary>\(rows.count - open) more</summary>\n\(list(rows.dropFirst(open)))</details>\n"
  }

  private static func list(_ rows: some Sequence<String>) -> String { "<ul class=\"evidence\">\n\(rows.joined())</ul>\n" }
}
