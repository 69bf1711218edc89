import S2WMPReport
import S2WMPWire

/// One packet as a table of its fields, the bytes that were changed on purpose marked.
enum PagePacket {
  static func html(_ packet: SentPacket, _ exchange: Exchange, _ dialect: Dialect, isOpen: Bool) -> String {
    let range = packet.range.clamped(to: exchange.sent.indices)
    let bytes = Array(exchange.sent[range])
    let marks = exchange.marks.map { $0.clamped(to: range) }.filter { !$0.isEmpty }.map { $0.lowerBound - range.lowerBound..<$0.upperBound - range.lowerBound }
    let sentence = PacketNotes.sentence(bytes, dialect).map { " \(MarkupText.escaped($0))" } ?? " <span class=\"warning\">not framed as one packet</span>"
    return """
      <details\(isOpen ? " open=\"open\"" : "")>
      <summary><b>\(packet.title)</b>\(sentence) <span class="quiet">· \(bytes.count) \(bytes.count == 1 ? "byte" : "bytes") in all</span>\
      \(marks.isEmpty ? "" : " <span class=\"warning\">changed</span>")</summary>
      \(FieldTable(marks: marks, mark: "changed").html(AnnotatedPacket(bytes, packet.type, dialect).fields, bytes))</details>

      """
  }
}
