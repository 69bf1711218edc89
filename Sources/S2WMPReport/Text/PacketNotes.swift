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
      var sentence = PacketSentence(TextOptions())
      sentence.describe(dissection, NameBook(capacity: 0))
      let parts = [sentence.what, sentence.detail].map { String(decoding: $0.bytes, as: UTF8.self) }.filter { !$0.isEmpty }
      return parts.joined(separator: "  ")
    }
  }

  /// What a field's bytes mean: `2 away`, `2026-11-24T13:42:01.123Z`. The bytes are those of the whole field.
  package static func meaning(of row: FieldRow, _ field: [UInt8], _ dialect: Dialect) -> String {
    field.withUnsafeBytes { bytes in
      var text = StyledText(colour: false)
      FieldText(row: row, bytes: bytes, dialect: dialect, names: NameBook(capacity: 0), options: TextOptions(), opened: nil).append(to: &text)
      return String(decoding: text.bytes, as: UTF8.self)
    }
  }
}
