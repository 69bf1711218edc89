import S2WMPReport
import S2WMPWire

/// The fields of a sent packet that were changed on purpose, dissected.
struct MarkedFields {
  struct Row {
    var offset: Int
    var name: String
    var bytes: [UInt8]
    /// For numbers: the value, and what it means.
    var meaning: String?
  }

  private(set) var rows: [Row] = []

  private static let bytesShown = 8

  /// - packet: where it stands in the bytes that were sent.
  init(_ exchange: Exchange, packet: SentPacket, _ dialect: Dialect) {
    let range = packet.range.clamped(to: 0..<exchange.sent.count)
    guard let layout = LayoutID(packet.type, dialect), !range.isEmpty else { return }
    let bytes = Array(exchange.sent[range])
    var end = 0
    for row in layout.rows {
      guard let place = Self.place(of: row, layout, bytes, after: end) else { break }
      end = place.upperBound
      let absolute = (place.lowerBound + range.lowerBound)..<(place.upperBound + range.lowerBound)
      guard exchange.marks.contains(where: { $0.overlaps(absolute) }) else { continue }
      rows.append(Row(offset: place.lowerBound, name: row.name, bytes: Array(bytes[place]), meaning: Self.meaning(row, bytes[place])))
    }
  }

  /// Where a field lies as far as it is there: its packet may be malformed, its lengths may lie.
  private static func place(of row: FieldRow, _ layout: LayoutID, _ bytes: [UInt8], after end: Int) -> Range<Int>? {
    guard end < bytes.count else { return nil }
    let size: Int
    switch row.extent {
    case .fixed(let fixed): size = fixed
    case .counted(let name): size = layout.row(named: name).flatMap { length(at: $0, after: end, bytes) } ?? 0
    case .rest(let trailing): size = max(0, bytes.count - end - trailing)
    }
    return end..<(end + min(size, bytes.count - end))
  }

  /// A length field stands right before what it counts, or (M, SC) at its fixed place.
  private static func length(at row: FieldRow, after end: Int, _ bytes: [UInt8]) -> Int? {
    guard case .fixed(let size) = row.extent, size <= 4 else { return nil }
    let start = row.shiftedBy == nil ? row.offset : end - size
    guard start >= 0, start + size <= bytes.count else { return nil }
    return Int(bytes[start..<(start + size)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  private static func meaning(_ row: FieldRow, _ bytes: ArraySlice<UInt8>) -> String? {
    guard row.kind == .unsigned, (1...8).contains(bytes.count) else { return nil }
    let number = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard bytes.count == 1 else { return String(number) }
    if row.relation == .type { return "\(number) \(PacketType(rawValue: UInt8(number)).longName ?? "(not defined)")" }
    return row.codes.map { CaseWords.named(UInt8(number), $0) } ?? String(number)
  }

  /// `   64  5d 0e 11 …                hash`
  static func append(_ row: Row, to line: inout StyledText) {
    let offset = String(row.offset)
    line.pad(to: line.columns + 5 - offset.utf8.count)
    line.append("\(offset)  ")
    let column = line.columns
    for byte in row.bytes.prefix(bytesShown) { line.append("\(CaseWords.hex([byte])) ") }
    if row.bytes.count > bytesShown { line.append("…") }
    line.pad(to: column + bytesShown * 3 + 3)
    line.append(row.name)
    guard let meaning = row.meaning else { return }
    line.advance(to: column + bytesShown * 3 + 17)
    line.append(meaning)
  }
}
