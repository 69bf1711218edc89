import S2WMPReport
import S2WMPWire

/// The conversations with most packets.
struct PageConversations {
  let context: PageContext
  let facts: SurveyFacts

  private static let most = 100

  var html: String {
    if facts.conversations.isEmpty { return "" }
    let all = facts.conversations.sorted { a, b in
      let (first, second) = (a.forward.packets &+ a.backward.packets, b.forward.packets &+ b.backward.packets)
      return first != second ? first > second : a.stream < b.stream
    }
    let table = FoldedTable(headings: ["number", "between", "packets", "bytes", "from, s", "lasts", "trouble"], noun: "conversation")
    let shown = all.prefix(Self.most)
    let hidden = UInt64(all.count - shown.count) &+ facts.conversationsLeftOut
    let more = hidden > 0 ? "<p class=\"quiet\">… \(Digits.counted(hidden, "smaller one")); <code>s2wmp stats FILE</code> lists them</p>\n" : ""
    return """
      <section>
      <h2 id="conversations">Conversations</h2>
      \(table.html(shown.map(row)))\(more)</section>

      """
  }

  private func row(_ conversation: ConversationFacts) -> String {
    let between = "\(side(conversation.first.description, conversation.firstUsers)) ⇄ \(side(conversation.second.description, conversation.secondUsers))"
    let lasts = span(conversation)
    return """
      <tr><td class="number inline">\(conversation.stream) <span class="quiet">\(conversation.transport == .tcp ? "TCP" : "UDP")\
      \(conversation.dialect == .legacy ? " legacy" : "")</span></td><td>\(between)</td>\
      <td class="number inline">\(Digits.grouped(conversation.forward.packets)) ⇄ \(Digits.grouped(conversation.backward.packets))<span class="unit"> packets</span></td>\
      <td class="number inline">\(Digits.bytes(conversation.forward.bytes &+ conversation.backward.bytes))</td>\
      <td class="number inline"><span class="unit">from </span>\(context.seconds(conversation.firstTime))<span class="unit"> s</span></td>\
      <td class="number inline"><span class="unit">lasts </span>\(lasts)</td><td class="inline">\(trouble(conversation))</td></tr>

      """
  }

  /// Of one packet there is none.
  private func span(_ conversation: ConversationFacts) -> String {
    guard let first = conversation.firstTime, let last = conversation.lastTime, last.nanoseconds > first.nanoseconds else { return "–" }
    return Digits.span(last.nanoseconds &- first.nanoseconds)
  }

  private func side(_ endpoint: String, _ users: [Identifier]) -> String {
    if users.isEmpty { return endpoint }
    let more = users.count > 2 ? ", …" : ""
    return "<b>\(users.prefix(2).map { context.user($0) }.joined(separator: ", "))\(more)</b> <span class=\"quiet\">\(endpoint)</span>"
  }

  private func trouble(_ conversation: ConversationFacts) -> String {
    var parts: [String] = []
    if conversation.retransmissions > 0 { parts.append(Digits.counted(conversation.retransmissions, "retransmission")) }
    if conversation.outOfOrder > 0 { parts.append("\(Digits.grouped(conversation.outOfOrder)) out of order") }
    if conversation.gaps > 0 { parts.append("<span class=\"warning\">\(Digits.counted(conversation.gaps, "gap"))</span>") }
    if let worst = conversation.findings.worst, worst > .note {
      let codes = conversation.findings.codes.filter { $0.severity > .note }
      parts += codes.prefix(3).map { "<span class=\"\(PageSeverity.style($0.severity))\">\($0.name)</span>" }
    }
    return parts.joined(separator: ", ")
  }
}
