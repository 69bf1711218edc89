import S2WMPReport
import S2WMPWire

/// Who knows whom, as anybody can draw it who only listens: users around a circle, lines between those who had to do with each other.
struct PageGraph {
  let context: PageContext
  let table: ContactTable

  private static let mostUsers = 40
  private static let mostLines = 400
  private static let mostRows = 200

  /// Both directions of two users together.
  struct Tie {
    var a: Int
    var b: Int
    /// By `ContactKind`.
    var counts: [UInt64]

    var total: UInt64 { counts.reduce(0, &+) }
    /// A message tells more than a request, and a request more than a lookup.
    var kind: ContactKind { ContactKind.allCases.first { counts[$0.rawValue] > 0 } ?? .lookup }
  }

  var html: String {
    if table.contacts.isEmpty { return "" }
    let circle = GraphCircle(table, most: Self.mostUsers)
    let hidden = circle.hiddenUsers > 0 ? " The \(Self.mostUsers) with most traffic of \(Digits.grouped(circle.hiddenUsers + circle.users.count)) users." : ""
    return """
      <section>
      <h2 id="friends">Who knows whom</h2>
      <p class="quiet">What anybody on the path can draw without a key: lines join users who wrote to each other (solid), asked to be friends (dashed) or looked \
      each other up (dotted); thicker is more.\(hidden)</p>
      <svg class="graph" role="img" aria-labelledby="graph-title graph-description" viewBox="0 0 440 \(Self.number(circle.height))">
      <title id="graph-title">Friend graph</title>
      <desc id="graph-description">\(Digits.counted(circle.users.count, "user")), \(Digits.counted(circle.ties.count, "pair")). The table below lists them.</desc>
      \(circle.ties.prefix(Self.mostLines).reversed().map { line($0, circle) }.joined())\(circle.users.indices.map { node($0, circle) }.joined())</svg>
      \(list)</section>

      """
  }

  private func line(_ tie: Tie, _ circle: GraphCircle) -> String {
    let (a, b) = (circle.place(tie.a), circle.place(tie.b))
    let most = circle.ties.first?.total ?? 1
    let thickest = circle.users.count > 12 ? 2.6 : 4.5
    let width = 0.8 + thickest * (Double(tie.total) / Double(max(1, most))).squareRoot()
    let words = "\(name(circle.users[tie.a])) and \(name(circle.users[tie.b])): \(Self.words(tie.counts))"
    return """
      <path class="tie \(tie.kind == .message ? "by-message" : tie.kind == .request ? "by-request" : "by-lookup")" \
      d="M\(Self.number(a.x)) \(Self.number(a.y))Q\(Self.curve(a.x, b.x, circle.centre.x)) \(Self.curve(a.y, b.y, circle.centre.y)) \(Self.number(b.x)) \(Self.number(b.y))" \
      stroke-width="\(Self.number(width))"><title>\(MarkupText.escaped(words))</title></path>

      """
  }

  /// The control point: lines bend towards the middle.
  private static func curve(_ a: Double, _ b: Double, _ centre: Double) -> String { number((a + b) / 2 * 0.45 + centre * 0.55) }

  static func number(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

  private func name(_ id: Identifier) -> String { PacketNotes.user(id, context.names) }

  private func node(_ index: Int, _ circle: GraphCircle) -> String {
    let (place, label) = (circle.place(index), circle.labelPlace(index))
    let full = name(circle.users[index])
    let short = full.count > 14 ? "\(full.prefix(13))…" : full
    return """
      <circle class="user" cx="\(Self.number(place.x))" cy="\(Self.number(place.y))" r="5"><title>\(MarkupText.escaped("\(full) \(circle.users[index].hex)"))</title></circle>\
      <text class="\(label.anchor)" x="\(Self.number(label.x))" y="\(Self.number(label.y))"\(label.turn)>\(MarkupText.escaped(short))</text>

      """
  }

  static func words(_ counts: [UInt64]) -> String {
    ContactKind.allCases.filter { counts[$0.rawValue] > 0 }.map { Digits.counted(counts[$0.rawValue], $0.name) }.joined(separator: ", ")
  }

  private var list: String {
    let all = table.contacts.sorted { a, b in
      a.value.total != b.value.total ? a.value.total > b.value.total : (a.value.firstFrame, a.key.from, a.key.to) < (b.value.firstFrame, b.key.from, b.key.to)
    }
    let rows = all.prefix(Self.mostRows).map { pair, contact in
      """
      <tr><td class="inline">\(context.user(pair.from))</td><td class="inline">→ \(context.user(pair.to))</td><td>\(Self.words(contact.counts))</td>\
      <td class="inline quiet">from frame \(context.link(contact.firstFrame))</td></tr>

      """
    }
    var more = all.count > rows.count ? "<p class=\"quiet\">… \(Digits.grouped(all.count - rows.count)) more pairs</p>\n" : ""
    if table.leftOut > 0 { more += "<p class=\"quiet\">\(Digits.counted(table.leftOut, "packet")) of further pairs were not kept</p>\n" }
    return """
      <details><summary>As a table</summary>
      <table class="stacked"><thead><tr><th scope="col">from</th><th scope="col">to</th><th scope="col">what</th><th scope="col">first</th></tr></thead>
      <tbody>
      \(rows.joined())</tbody></table>
      \(more)</details>

      """
  }
}
