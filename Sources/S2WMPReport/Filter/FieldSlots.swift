import S2WMPAnalysis
import S2WMPWire

/// The rows that one filter name stands for, by layout: where to read in a packet of each.
struct FieldSlots: Sendable {
  /// Ordered by layout.
  let rows: [(layout: LayoutID, row: FieldRow)]
  private let slots: [FieldSlot]
  /// Where the slots of each layout begin; one more at the end.
  private let starts: [Int]

  init(_ wanted: [(layout: LayoutID, row: FieldRow)]) {
    var rows: [(layout: LayoutID, row: FieldRow)] = []
    var starts = [0]
    for layout in LayoutID.allCases {
      rows += wanted.filter { $0.layout == layout }
      starts.append(rows.count)
    }
    self.rows = rows
    self.starts = starts
    slots = rows.map { FieldSlot($0.row, of: $0.layout) }
  }

  func isPresent(_ packet: Dissection) -> Bool {
    guard let layout = packet.layout else { return false }
    return starts[Int(layout.rawValue)] < starts[Int(layout.rawValue) + 1]
  }

  /// Calls `visit` with the bytes of each slot until it returns true; returns whether it did.
  @inline(__always) func walk(_ packet: Dissection, _ visit: (FieldSlot, UnsafeRawBufferPointer) -> Bool) -> Bool {
    guard let layout = packet.layout else { return false }
    for index in starts[Int(layout.rawValue)]..<starts[Int(layout.rawValue) + 1] {
      let slot = slots[index]
      if let bytes = slot.bytes(packet.bytes), visit(slot, bytes) { return true }
    }
    return false
  }
}

/// One row, reduced to what reading it takes.
struct FieldSlot: Sendable {
  private enum Extent: Sendable {
    case fixed(Int)
    /// Offset (unshifted) and bytes of the count.
    case counted(Int, Int)
    case rest(Int)
    /// Distance from the packet's end, and size.
    case fromEnd(Int, Int)
  }

  let kind: FieldKind
  private let offset: Int
  /// Offset of the four-byte length that shifts it, or −1.
  private let shift: Int
  private let extent: Extent

  init(_ row: FieldRow, of layout: LayoutID) {
    kind = row.kind
    offset = row.offset
    shift = row.shiftedBy ?? -1
    switch row.extent {
    case .rest(let trailing): extent = .rest(trailing)
    case .fixed(let size): extent = row.fromEnd.map { .fromEnd($0, size) } ?? .fixed(size)
    case .counted(let name):
      guard let count = layout.row(named: name), case .fixed(let width) = count.extent else {
        extent = .fixed(0)
        return
      }
      extent = .counted(count.offset, width)
    }
  }

  /// Its bytes in a packet. Nil when they are not there, which a framed packet does not let happen.
  @inline(__always) func bytes(_ packet: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    var shifted = 0
    if shift >= 0 {
      guard shift + 4 <= packet.count else { return nil }
      shifted = Int(UInt32(bigEndian: packet.loadUnaligned(fromByteOffset: shift, as: UInt32.self)))
    }
    let start: Int
    let count: Int
    switch extent {
    case .fixed(let size): (start, count) = (offset + shifted, size)
    case .rest(let trailing): (start, count) = (offset + shifted, packet.count - trailing - offset - shifted)
    case .fromEnd(let distance, let size): (start, count) = (packet.count - distance, size)
    case .counted(let at, let width):
      guard let value = Self.number(packet, at + shifted, width) else { return nil }
      (start, count) = (offset + shifted, Int(truncatingIfNeeded: value))
    }
    guard start >= 0, count >= 0, count <= packet.count - start else { return nil }
    return UnsafeRawBufferPointer(rebasing: packet[start..<(start + count)])
  }

  /// A big-endian number of 1 to 8 bytes; nil when they are not there.
  @inline(__always) static func number(_ bytes: UnsafeRawBufferPointer, _ offset: Int, _ size: Int) -> UInt64? {
    guard offset >= 0, size >= 0, size <= bytes.count - offset else { return nil }
    switch size {
    case 1: return UInt64(bytes[offset])
    case 2: return UInt64(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
    case 4: return UInt64(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    case 8: return UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    default: return Notation.unsigned(UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + size)]))
    }
  }
}
