import S2WMPWire

/// What is done to a finished packet of the legacy dialect.
struct LegacyFields {
  let type: PacketType
  /// Bytes of the key that it was built with; 0 where it has none.
  let keySize: Int
  let id: (Party) -> Identifier

  /// All changes that are about the finished packet, in their order; then its size.
  func apply(_ changes: [Change], to packet: inout [UInt8]) throws(CaseFault) {
    for change in changes { try apply(change, &packet) }
    for case .append(let bytes) in changes { packet += bytes }
    for case .cut(let count) in changes { packet = Array(packet.prefix(max(0, count))) }
  }

  private func apply(_ change: Change, _ packet: inout [UInt8]) throws(CaseFault) {
    switch change {
    case .set(let field, let value), .tamper(let field, let value): try store(value, try place(field, packet), &packet)
    case .flip(let field, let bit):
      let range = try place(field, packet)
      let number = ((bit % (range.count * 8)) + range.count * 8) % (range.count * 8)
      packet[range.lowerBound + number / 8] ^= 0x80 >> UInt8(number % 8)
    default: break
    }
  }

  private func place(_ field: String, _ packet: [UInt8]) throws(CaseFault) -> Range<Int> {
    guard let row = LayoutID(type, .legacy)?.row(named: field), case .fixed(let size) = row.extent, size > 0 else {
      throw CaseFault("\(type.shortName ?? "the packet") has no field \"\(field)\" of a fixed size in the legacy dialect")
    }
    // Only name_length stands behind something of no fixed size: the key, as it was built.
    let shift = row.shiftedBy == nil ? 0 : keySize
    let range = (row.offset + shift)..<(row.offset + shift + size)
    guard range.upperBound <= packet.count else { throw CaseFault("field \"\(field)\" is not there") }
    return range
  }

  private func store(_ value: Value, _ range: Range<Int>, _ packet: inout [UInt8]) throws(CaseFault) {
    switch value {
    case .number(let number):
      for (index, place) in range.enumerated() { packet[place] = UInt8(truncatingIfNeeded: number >> UInt64(8 * min(7, range.count - 1 - index))) }
    case .bytes(let bytes) where bytes.count == range.count: packet.replaceSubrange(range, with: bytes)
    case .party(let party) where range.count == 16: packet.replaceSubrange(range, with: Self.bytes(id(party)))
    default: throw CaseFault("that value does not fit a field of \(range.count) bytes")
    }
  }

  private static func bytes(_ id: Identifier) -> [UInt8] {
    [id.high, id.low].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * $0)) } }
  }
}
