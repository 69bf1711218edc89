import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// What a packet and its fields say, in plain words, for pages and tables that are no terminal. Strangers' text in them is harmless
/// (`SafeText`), but not escaped for any markup.
package enum PacketNotes {
  /// `7f3a…c1d0 → 22be…0914  online  412 bytes`; nil when the bytes are not exactly one packet.
  package static func sentence(_ packet: [UInt8], _ dialect: Dialect) -> String? {
    packet.withUnsafeBytes { bytes in
      guard let view = PacketView(bytes, dialect) else { return nil }
      let nowhere = Endpoint(high: 0, low: 0, port: 0, isIPv4: true)
      let dissection = Dissection(
        frame: 0, time: .none, frames: UnsafeBufferPointer(start: nil, count: 0), transport: .tcp, stream: 0, source: nowhere, destination: nowhere,
        dialect: dialect, layout: view.layout, bytes: bytes, length: UInt64(bytes.count), findings: [], details: nil, replyTo: 0)
      return sentence(of: dissection, NameBook(capacity: 0))
    }
  }

  /// `alice → bob  online  412 bytes  "lunch?"`.
  package static func sentence(of packet: Dissection, _ names: NameBook) -> String {
    var sentence = PacketSentence(TextOptions())
    sentence.describe(packet, names)
    let parts = [sentence.what, sentence.detail].map { String(decoding: $0.bytes, as: UTF8.self) }.filter { !$0.isEmpty }
    return parts.joined(separator: "  ")
  }

  /// What a field's bytes mean: `2 away`, `2026-11-24T13:42:01.123Z`. The bytes are those of the whole field.
  package static func meaning(
    of row: FieldRow, _ field: [UInt8], _ dialect: Dialect, _ names: NameBook = NameBook(capacity: 0), _ opened: OpenedPacket? = nil
  ) -> String {
    field.withUnsafeBytes { bytes in
      var text = StyledText(colour: false)
      FieldText(row: row, bytes: bytes, dialect: dialect, names: names, options: TextOptions(), opened: opened).append(to: &text)
      return String(decoding: text.bytes, as: UTF8.self)
    }
  }

  /// A user as sentences call them: `alice`, `"Bob" 22be…0914`, `7f3a…c1d0`.
  package static func user(_ id: Identifier, _ names: NameBook = NameBook(capacity: 0)) -> String {
    var text = StyledText(colour: false)
    text.append(user: id, names, TextOptions())
    return String(decoding: text.bytes, as: UTF8.self)
  }

  /// A stranger's name in quotes, unless it is one plain word.
  package static func name(_ bytes: [UInt8]) -> String {
    var text = StyledText(colour: false)
    text.append(name: bytes, limit: 48)
    return String(decoding: text.bytes, as: UTF8.self)
  }

  /// Seconds with six digits behind the point, as the text format has them: `4.001230`.
  package static func seconds(_ nanoseconds: Int64) -> String {
    let micros = nanoseconds.magnitude / 1000
    let fraction = String(micros % 1_000_000 + 1_000_000).dropFirst()
    return "\(nanoseconds < 0 ? "-" : "")\(micros / 1_000_000).\(fraction)"
  }

  /// `2026-11-24 13:42:01.123456 UTC`; `–` when there is none.
  package static func date(_ time: CaptureTime) -> String {
    if time.isNone { return "–" }
    let text = Notation.text { Notation.appendTime(time, to: &$0) }.dropLast(4)
    return text.split(separator: "T", maxSplits: 1).joined(separator: " ") + " UTC"
  }
}
