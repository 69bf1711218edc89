import S2WMPAnalysis
import S2WMPReport
import S2WMPWire

/// A packet of the ladder: an arrow and a sentence; opened, everything that is known of it.
struct PagePacketRow {
  let context: PageContext
  let index: Int
  let busy: [(lane: Int, part: BusyLanes.Part)]

  private var packet: KeptPacket { context.packets[index] }

  var html: String {
    let packet = self.packet
    let look = packet.findings.isEmpty ? nil : packet.findings.worst
    let style = look == .error ? " has-bad" : look == .warning ? " has-warning" : ""
    return """
      <details class="packet\(style)"><summary class="row"><span class="frame">\(packet.frame)</span>\
      <span class="time">\(context.seconds(packet.time))</span>\(lanes)<b class="type">\(packet.type?.shortName ?? "?")</b>\
      <span class="what">\(MarkupText.escaped(packet.sentence(context.names)))\(tail)\(flags)</span></summary>
      <div class="packet-body" id="\(context.anchor(index))">
      \(facts)\(findings)\(fields)</div></details>

      """
  }

  private var lanes: String {
    let (from, to) = (context.columns.column(of: packet.lanes.from), context.columns.column(of: packet.lanes.to))
    let bars = busy.map { bar in
      let (top, bottom) = bar.part == .begins ? ("50%", "100%") : bar.part == .ends ? ("0", "50%") : ("0", "100%")
      let x = context.columns.middle(bar.lane)
      return "<line class=\"busy\" x1=\"\(x)\" x2=\"\(x)\" y1=\"\(top)\" y2=\"\(bottom)\"/>"
    }
    let arrow = PageArrow.line(from, to, context.columns, y: "50%", PageArrow.style(packet.findings.isEmpty ? nil : packet.findings.worst))
    let letters = "\(context.columns.all[from].letter) to \(context.columns.all[to].letter)"
    return "<span class=\"lanes\"><svg aria-hidden=\"true\" focusable=\"false\">\(bars.joined())\(arrow)</svg><span class=\"spoken\">\(letters)</span></span>"
  }

  private var tail: String {
    if packet.replyTo == 0 { return "" }
    return " <span class=\"quiet answer\">← \(packet.replyTo)\(packet.latency.map { "  \(Digits.duration($0))" } ?? "")</span>"
  }

  /// Findings in a word; what an ACK says stands in the sentence already.
  private var flags: String {
    packet.experts.filter { $0.code != .ackRejected }.map { expert in
      " <span class=\"flag \(PageSeverity.style(expert.severity))\">\(PageSeverity.mark(expert.severity)) \(expert.code.name)</span>"
    }.joined()
  }

  private var facts: String {
    var parts = [
      "<b>\(packet.name)</b> \(packet.type?.longName ?? "")", Digits.counted(packet.length, "byte"), packet.dialect.name,
      "\(packet.source) → \(packet.destination)", "\(packet.transport == .tcp ? "TCP" : "UDP") conversation \(packet.stream)",
      PacketNotes.date(packet.time),
    ]
    if packet.replyTo != 0 {
      parts.append("answers frame \(context.link(packet.replyTo))\(packet.latency.map { " after \(Digits.duration($0))" } ?? "")")
    }
    if let opened = packet.opened?.isHashRight { parts.append(opened ? "hash matches" : "<span class=\"warning\">hash does not match</span>") }
    return "<p class=\"quiet\">\(parts.joined(separator: " · "))</p>\n\(plaintext)"
  }

  private var plaintext: String {
    guard let text = packet.opened?.plaintext else { return "" }
    return "<p class=\"message\">“\(MarkupText.escaped(String(decoding: text, as: UTF8.self)))”</p>\n"
  }

  private var findings: String {
    if packet.experts.isEmpty { return "" }
    let rows = packet.experts.map { expert in
      """
      <li class="\(PageSeverity.style(expert.severity))">\(PageSeverity.mark(expert.severity)) <b>\(expert.code.name)</b> \
      \(MarkupText.escaped(String(expert.message.prefix(400))))</li>

      """
    }
    return "<ul class=\"findings\">\n\(rows.joined())</ul>\n"
  }

  private var fields: String {
    let faults = Dictionary(packet.experts.compactMap { expert in expert.field.map { ($0, PageSeverity.mark(expert.severity)) } }) { first, _ in first }
    let annotated = AnnotatedPacket(packet.bytes, packet.type ?? PacketType(rawValue: 0), packet.dialect, names: context.names, opened: packet.opened)
    let cut =
      packet.length > UInt64(packet.bytes.count) ? "<p class=\"quiet\">… \(Digits.counted(packet.length - UInt64(packet.bytes.count), "more byte"))</p>\n" : ""
    return FieldTable(faults: faults).html(annotated.fields, packet.bytes) + cut
  }
}

/// How severities look and are called.
enum PageSeverity {
  static func style(_ severity: Severity) -> String {
    switch severity {
    case .error: "bad"
    case .warning: "warning"
    case .note: "quiet"
    }
  }

  /// Never by colour alone.
  static func mark(_ severity: Severity) -> String {
    switch severity {
    case .error: "✗"
    case .warning: "!"
    case .note: "·"
    }
  }
}
