import S2WMPReport
import S2WMPWire

/// Users: what they call themselves, where they are, which keys they use.
struct PageUsers {
  let context: PageContext
  let users: [UserFacts]
  let leftOut: UInt64

  private static let most = 200
  private static let mostOfEach = 4

  var html: String {
    if users.isEmpty { return "" }
    let table = FoldedTable(headings: ["user", "addresses", "status", "keys", "messages", "frames"], noun: "user")
    let shown = users.prefix(Self.most)
    let hidden = UInt64(users.count - shown.count) &+ leftOut
    let more = hidden > 0 ? "<p class=\"quiet\">… \(Digits.counted(hidden, "more user")); <code>s2wmp stats FILE</code> lists them</p>\n" : ""
    return """
      <section>
      <h2 id="users">Users and keys</h2>
      \(table.html(shown.map(row)))\(more)</section>

      """
  }

  private func row(_ user: UserFacts) -> String {
    """
    <tr><td>\(who(user))</td><td>\(list(user.addresses.map { MarkupText.escaped($0.knownText) }))</td><td class="inline">\(status(user))</td>\
    <td>\(list(user.keys.map(key)))</td><td class="inline"><span class="number">\(messages(user))</span></td>\
    <td class="inline quiet">\(user.firstFrame == user.lastFrame ? "" : "\(context.link(user.firstFrame)) – ")\(context.link(user.lastFrame))</td></tr>

    """
  }

  private func who(_ user: UserFacts) -> String {
    let names = user.names.map { "<b>\(MarkupText.escaped(PacketNotes.name($0)))</b>" }
    let changes = user.formerIDs.map { "was \(context.user($0))" } + user.laterIDs.map { "is now \(context.user($0))" }
    let several = user.names.count > 1 ? " <span class=\"warning\">! \(user.names.count) names</span>" : ""
    let more = changes.isEmpty ? "" : "<br/><span class=\"quiet\">\(changes.prefix(Self.mostOfEach).joined(separator: ", "))</span>"
    return "\(names.isEmpty ? "" : "\(list(names))\(several)<br/>")<code>\(user.id.hex)</code>\(more)"
  }

  private func list(_ items: [String]) -> String {
    if items.isEmpty { return "<span class=\"quiet\">–</span>" }
    let more = items.count > Self.mostOfEach ? ", … \(items.count - Self.mostOfEach) more" : ""
    return items.prefix(Self.mostOfEach).joined(separator: ", ") + more
  }

  private func key(_ key: KeyFacts) -> String {
    let digest = Hex.string(key.digest.prefix(4))
    let weak = (key.isWeak ? " <span class=\"warning\">! weak</span>" : "") + (key.isForeign ? " <span class=\"warning\">! not this ID's key</span>" : "")
    return "\(MarkupText.escaped(key.kind))\(weak) <span class=\"quiet\">\(digest)… frame \(context.link(key.frame))</span>"
  }

  /// The last one, and how often it changed.
  private func status(_ user: UserFacts) -> String {
    guard let last = user.statuses.last else { return "<span class=\"quiet\">–</span>" }
    return
      "\(MarkupText.escaped(last.text))\(user.statuses.count > 1 ? " <span class=\"quiet\">\(Digits.counted(user.statuses.count - 1, "change"))</span>" : "")"
  }

  private func messages(_ user: UserFacts) -> String {
    "\(Digits.grouped(user.messagesSent)) sent, \(Digits.grouped(user.messagesReceived)) received"
  }
}
