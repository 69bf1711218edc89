import S2WMPAnalysis
import S2WMPWire

/// The bytes of a packet, right or wrong, divided by the rows of its layout: each byte belongs to one field.
package struct AnnotatedPacket {
  package struct Field {
    package var name: String
    /// In the packet.
    package var range: Range<Int>
    /// What it says; empty where it is cut off or no field.
    package var meaning: String
  }

  package private(set) var fields: [Field] = []

  /// - type: what the packet was meant to be; its first bytes may say otherwise.
  /// - names, opened: what is known beyond the packet.
  package init(
    _ bytes: [UInt8], _ type: PacketType, _ dialect: Dialect, names: NameBook = NameBook(capacity: 0), opened: OpenedPacket? = nil
  ) {
    var end = 0
    for row in LayoutID(type, dialect)?.rows ?? [] {
      guard let due = Self.range(of: row, bytes, type, dialect) else { break }
      let range = due.clamped(to: 0..<bytes.count)
      if due.lowerBound >= bytes.count, !due.isEmpty || due.lowerBound > bytes.count { break }
      let isWhole = range == due
      let meaning = isWhole ? PacketNotes.meaning(of: row, Array(bytes[range]), dialect, names, opened) : "\(range.count) of \(due.count) bytes"
      fields.append(Field(name: row.name, range: range, meaning: meaning))
      end = max(end, range.upperBound)
    }
    if end < bytes.count { fields.append(Field(name: end == 0 ? "no packet" : "behind the packet", range: end..<bytes.count, meaning: "")) }
  }

  /// Where a row stands by what the packet says of its lengths; nil when it does not say.
  private static func range(of row: FieldRow, _ bytes: [UInt8], _ type: PacketType, _ dialect: Dialect) -> Range<Int>? {
    if let fromEnd = row.fromEnd { return bytes.count < fromEnd ? nil : bytes.count - fromEnd..<bytes.count - fromEnd + 1 }
    var start = row.offset
    if let shift = row.shiftedBy {
      guard let count = number(bytes, shift..<shift + 4) else { return nil }
      start += count
    }
    switch row.extent {
    case .fixed(let size): return start..<start + size
    case .rest(let trailing): return start..<max(start, bytes.count - trailing)
    case .counted(let name):
      guard let counter = LayoutID(type, dialect)?.row(named: name), let place = range(of: counter, bytes, type, dialect),
        let count = number(bytes, place)
      else { return nil }
      return start..<start + count
    }
  }

  /// A length field, at most four bytes.
  private static func number(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
    guard range.upperBound <= bytes.count, range.count <= 4 else { return nil }
    return bytes[range].reduce(0) { $0 << 8 | Int($1) }
  }
}
