import S2WMPAnalysis
import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// The top of the page: what it is about, what was found, and where everything is.
struct PageHead {
  let page: ReportPage

  var html: String {
    """
    <header>
    <h1>\(MarkupText.escaped(page.file))</h1>
    \(verdict)\(problem)<dl class="facts">
    \(facts.map { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>\n" }.joined())</dl>
    \(kinds)\(navigation)</header>

    """
  }

  private var verdict: String {
    let counts = Severity.allCases.reversed().map { severity in
      (severity, page.material.findingCounts.filter { $0.code.severity == severity }.reduce(0 as UInt64) { $0 + $1.count })
    }
    let words = counts.filter { $0.1 > 0 }.map { severity, count in
      "<span class=\"\(PageSeverity.style(severity))\">\(PageSeverity.mark(severity)) \(Digits.counted(count, severity.name))</span>"
    }
    if page.material.packets == 0 { return "<p class=\"verdict\">No packets of S2WMP\(page.filter == nil ? "" : " that match")</p>\n" }
    return "<p class=\"verdict\">\(words.isEmpty ? "<span class=\"good\">✓ nothing found</span>" : words.joined(separator: " "))</p>\n"
  }

  private var problem: String {
    guard let problem = page.problem else { return "" }
    return "<p class=\"problem\"><b class=\"bad\">✗ Not the whole capture.</b> \(MarkupText.escaped(problem))</p>\n"
  }

  private var facts: [(String, String)] {
    let facts = page.facts
    var rows = [("packets", Digits.grouped(page.material.packets))]
    if facts.malformed > 0 { rows.append(("malformed runs", "<span class=\"bad\">\(Digits.grouped(facts.malformed))</span>")) }
    if facts.bytes > 0 { rows.append(("bytes", Digits.bytes(facts.bytes))) }
    let conversations = UInt64(facts.conversations.count) &+ facts.conversationsLeftOut
    if conversations > 0 { rows.append(("conversations", Digits.grouped(conversations))) }
    let users = UInt64(facts.users.count) &+ facts.usersLeftOut
    if users > 0 { rows.append(("users", Digits.grouped(users))) }
    if let first = facts.firstTime, let last = facts.lastTime {
      rows.append(("first packet", Self.date(first)))
      rows.append(("lasts", Digits.span(max(0, last.nanoseconds &- first.nanoseconds))))
    }
    if let rejected = rejections { rows.append(("rejected", rejected)) }
    if page.material.opened > 0 { rows.append(("decrypted", Digits.counted(page.material.opened, "message"))) }
    if let filter = page.filter {
      rows.append(("filter", "<code>\(MarkupText.escaped(filter))</code>"))
      rows.append(("filtered out", Digits.counted(page.material.filtered, "packet")))
    }
    return rows
  }

  /// To the second.
  private static func date(_ time: CaptureTime) -> String { "\(PacketNotes.date(time).prefix(19)) UTC" }

  /// ACKs with an error.
  private var rejections: String? {
    let errors = page.facts.acknowledgements.filter { $0.error != 0 }
    if errors.isEmpty { return nil }
    let count = errors.reduce(0 as UInt64) { $0 &+ $1.count }
    return "<span class=\"warning\">\(Digits.counted(count, "ACK"))</span>: "
      + errors.map { row in
        let codes = LayoutID(.acknowledgement, row.dialect)?.row(named: "error")?.codes
        return "\(codes?.code(row.error)?.text ?? "error \(row.error)")\(errors.count > 1 ? " \(Digits.grouped(row.count))" : "")"
      }.joined(separator: ", ")
  }

  /// Packets by type, in one line each dialect.
  private var kinds: String {
    Dialect.allCases.map { dialect in
      let kinds = page.facts.kinds.filter { $0.dialect == dialect && $0.packets > 0 }
      if kinds.isEmpty { return "" }
      let words = kinds.map { kind in
        let title = kind.type?.longName.map { " title=\"\(MarkupText.attribute($0))\"" } ?? ""
        return "<span class=\"kind\"\(title)><b>\(kind.name)</b> \(Digits.grouped(kind.packets))</span>"
      }
      return "<p class=\"kinds\"><span class=\"quiet\">\(dialect.name)</span> \(words.joined(separator: " "))</p>\n"
    }.joined()
  }

  private var navigation: String {
    var places: [(String, String)] = []
    if !page.material.findingCounts.isEmpty { places.append(("findings", "Findings")) }
    if !page.security.isEmpty { places.append(("security", "Security")) }
    if !page.material.windows.all.isEmpty { places.append(("ladder", "Ladder")) }
    if !page.facts.rate.spans.isEmpty { places.append(("rate", "Rate")) }
    if !page.facts.latencies.isEmpty { places.append(("latency", "Latency")) }
    if !page.facts.users.isEmpty { places.append(("users", "Users")) }
    if !page.material.contacts.contacts.isEmpty { places.append(("friends", "Who knows whom")) }
    if !page.facts.conversations.isEmpty { places.append(("conversations", "Conversations")) }
    if places.isEmpty { return "" }
    let links = places.map { "<li><a href=\"#\($0.0)\">\($0.1)</a></li>" }
    return "<nav class=\"places\" aria-label=\"Sections\"><ul>\(links.joined())</ul></nav>\n"
  }
}
