import S2WMPReport
import S2WMPWire

/// One packet as a table of its fields, the bytes that were changed on purpose marked.
enum PagePacket {
  /// Bytes of a field that are shown from its start, and around a marked one.
  private static let shownBytes = 48
  private static let around = 8
  private static let mostBytes = 256

  static func html(_ packet: SentPacket, _ exchange: Exchange, _ dialect: Dialect, isOpen: Bool) -> String {
    let range = packet.range.clamped(to: exchange.sent.indices)
    let bytes = Array(exchange.sent[range])
    let marks = exchange.marks.map { $0.clamped(to: range) }.filter { !$0.isEmpty }.map { $0.lowerBound - range.lowerBound..<$0.upperBound - range.lowerBound }
    let sentence = PacketNotes.sentence(bytes, dialect).map { " \(MarkupText.escaped($0))" } ?? " <span class=\"warning\">not framed as one packet</span>"
    let rows = AnnotatedPacket(bytes, packet.type, dialect).fields.map { row($0, bytes, marks) }
    return """
      <details\(isOpen ? " open=\"open\"" : "")>
      <summary><b>\(packet.title)</b>\(sentence) <span class="quiet">· \(bytes.count) \(bytes.count == 1 ? "byte" : "bytes") in all</span>\
      \(marks.isEmpty ? "" : " <span class=\"warning\">changed</span>")</summary>
      <table class="stacked">
      <thead><tr><th scope="col">at</th><th scope="col">field</th><th scope="col">bytes</th><th scope="col">says</th></tr></thead>
      <tbody>
      \(rows.joined())</tbody>
      </table>
      </details>

      """
  }

  private static func row(_ field: AnnotatedPacket.Field, _ bytes: [UInt8], _ marks: [Range<Int>]) -> String {
    let marked = marks.map { $0.clamped(to: field.range) }.filter { !$0.isEmpty }
    return """
      <tr\(marked.isEmpty ? "" : " class=\"changed\"")><td class="number inline">\(field.range.lowerBound)</td>\
      <td class="field inline"><code>\(field.name)</code></td><td class="hex">\(hex(field.range, bytes, marked))</td>\
      <td class="says">\(meaning(field, marked))</td></tr>

      """
  }

  /// Hex that only repeats the bytes says nothing more.
  private static func meaning(_ field: AnnotatedPacket.Field, _ marked: [Range<Int>]) -> String {
    let isHex = field.meaning.utf8.count == field.range.count * 2 && field.range.count > 1 && Hex.bytes(field.meaning) != nil
    let changed = marked.isEmpty ? "" : "<span class=\"warning\">changed</span> "
    return changed + (isHex ? "" : MarkupText.escaped(shortened(field.meaning)))
  }

  private static func shortened(_ text: String) -> String { text.count > 400 ? "\(text.prefix(400))…" : text }

  /// The field's first bytes and those around the marked ones.
  private static func hex(_ range: Range<Int>, _ bytes: [UInt8], _ marked: [Range<Int>]) -> String {
    if range.isEmpty { return "<span class=\"quiet\">empty</span>" }
    var wanted = [range.lowerBound..<min(range.upperBound, range.lowerBound + shownBytes)]
    for mark in marked { wanted.append((mark.lowerBound - around..<min(mark.upperBound, mark.lowerBound + shownBytes) + around).clamped(to: range)) }
    var out = ""
    var end = range.lowerBound
    var left = mostBytes
    for part in wanted.sorted(by: { $0.lowerBound < $1.lowerBound }) where part.upperBound > end && left > 0 {
      if part.lowerBound > end { out += "<span class=\"quiet\">… \(part.lowerBound - end) more …</span> " }
      let shown = (max(end, part.lowerBound)..<part.upperBound).prefix(left)
      out += shown.map { index in byte(bytes[index], isMarked: marked.contains { $0.contains(index) }) }.joined(separator: " ") + " "
      left -= shown.count
      end = shown.upperBound
    }
    if end < range.upperBound { out += "<span class=\"quiet\">… \(range.upperBound - end) more</span>" }
    return out
  }

  private static func byte(_ byte: UInt8, isMarked: Bool) -> String {
    isMarked ? "<mark>\(Hex.string([byte]))</mark>" : Hex.string([byte])
  }
}
