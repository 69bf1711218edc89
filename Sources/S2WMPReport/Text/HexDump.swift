import S2WMPAnalysis
import S2WMPWire

/// A packet's bytes, sixteen a row, in which each field can be found: a bar before its first byte (with colour: every other field dimmed), and
/// on the right the names of the fields that begin in the row.
struct HexDump {
  private let bytes: UnsafeRawBufferPointer
  private let fields: [(range: Range<Int>, name: String)]
  private let shown: Int
  /// Bytes that are not shown.
  let hidden: UInt64

  /// 16, or as many as fit beside their letters.
  private let bytesPerRow: Int

  init(_ packet: Dissection, limit: Int, width: Int? = nil) {
    // Offset and gaps take 10 columns; a byte takes three, and one as a letter.
    bytesPerRow = [16, 8].first { $0 * 4 + 10 <= width ?? .max } ?? 4
    bytes = packet.bytes
    shown = min(limit, bytes.count)
    hidden = packet.length - min(packet.length, UInt64(shown))
    guard let view = packet.view else {
      fields = []
      return
    }
    fields = view.layout.rows.map { (view.range(of: $0), $0.name) }.filter { !$0.range.isEmpty }
  }

  /// The offsets of the rows.
  var rows: StrideTo<Int> { stride(from: 0, to: shown, by: bytesPerRow) }

  func append(_ start: Int, to line: inout StyledText) {
    let end = min(start + bytesPerRow, shown)
    let offset = String(start)
    line.pad(to: 5 - offset.utf8.count)
    line.append(offset)
    line.append(" ")
    let first = line.columns
    for segment in segments(start..<end) { append(segment, to: &line) }
    line.append(isBoundary(end) && !line.hasColour ? "|" : " ")
    line.pad(to: first + bytesPerRow * 3 + 3)
    for byte in bytes[start..<end] { line.append { $0.append(byte >= 0x20 && byte < 0x7f ? byte : 0x2e) } }
    let begun = fields.filter { $0.range.lowerBound >= start && $0.range.lowerBound < end }.map(\.name)
    if begun.isEmpty { return }
    line.pad(to: first + bytesPerRow * 4 + 5)
    line.append(begun.joined(separator: ", "))
  }

  /// The parts of a row by field, with the field's number.
  private func segments(_ row: Range<Int>) -> [(range: Range<Int>, field: Int)] {
    if fields.isEmpty { return [(row, 0)] }
    return fields.enumerated().compactMap { index, field in
      let part = field.range.clamped(to: row)
      return part.isEmpty ? nil : (part, index)
    }
  }

  private func append(_ segment: (range: Range<Int>, field: Int), to line: inout StyledText) {
    line.styled(segment.field % 2 == 1 ? .dim : nil) { text in
      for index in segment.range {
        let isStart = !text.hasColour && index == fields.first(where: { $0.range.contains(index) })?.range.lowerBound
        text.append { $0 += [isStart ? 0x7c : 0x20, Hex.digit(bytes[index] >> 4), Hex.digit(bytes[index] & 15)] }
      }
    }
  }

  /// Whether a field ends before that offset.
  private func isBoundary(_ offset: Int) -> Bool { fields.contains { $0.range.upperBound == offset } }
}
