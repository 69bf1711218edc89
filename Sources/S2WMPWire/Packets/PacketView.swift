/// A framed packet, borrowed: a layout and the bytes that the framer measured for it.
///
/// Making one is the length check that the unchecked loads of the rows rely on.
public struct PacketView {
  public let bytes: UnsafeRawBufferPointer
  public let layout: LayoutID

  /// Nil unless `bytes` is exactly one packet of the dialect.
  @inlinable public init?(_ bytes: UnsafeRawBufferPointer, _ dialect: Dialect) {
    guard Framer.datagram(bytes, dialect) == .packet else { return nil }
    self.init(framed: bytes, dialect)
  }

  /// For callers that have just framed these very bytes; nil when the type is undefined.
  @inlinable public init?(framed bytes: UnsafeRawBufferPointer, _ dialect: Dialect) {
    guard bytes.count >= 2, let layout = LayoutID(PacketType(rawValue: bytes[1]), dialect) else { return nil }
    self.bytes = bytes
    self.layout = layout
  }

  // SAFETY: a view is only made of framed bytes, which are never empty and hold every field of their layout.
  @inlinable public var base: UnsafeRawPointer { bytes.baseAddress.unsafelyUnwrapped }

  @inlinable public var type: PacketType { PacketType(rawValue: UInt8.load(base, 1)) }

  /// The value of a fixed field of this packet's layout.
  @inlinable public subscript<Value>(_ field: Field<Value>) -> Value { field.load(base) }

  /// The bytes of a counted field of this packet's layout.
  @inlinable public subscript(_ field: CountedField) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[field.range(base)])
  }

  /// The bytes that a row covers, for consumers that walk rows. Always inside the packet.
  public func range(of row: FieldRow) -> Range<Int> {
    if let fromEnd = row.fromEnd { return (bytes.count - fromEnd)..<bytes.count }
    let start = row.offset + (row.shiftedBy.map { Int(UInt32.load(base, $0)) } ?? 0)
    switch row.extent {
    case .fixed(let size): return start..<(start + size)
    case .rest(let trailing): return start..<(bytes.count - trailing)
    case .counted(let name):
      guard let count = layout.row(named: name) else { return start..<start }
      return start..<(start + Int(unsigned(at: range(of: count))))
    }
  }

  /// The value of a row, for consumers that walk rows.
  public func value(of row: FieldRow) -> FieldValue {
    let range = range(of: row)
    switch row.kind {
    case .unsigned: return .unsigned(unsigned(at: range))
    case .opaque: return .bytes(Array(bytes[range]))
    case .address: return .address(Array(bytes[range]))
    case .text: return .text(Array(bytes[range]))
    case .text16: return .text(UTF16Name.utf8(bytes[range]))
    }
  }

  private func unsigned(at range: Range<Int>) -> UInt64 {
    bytes[range].reduce(0) { $0 << 8 | UInt64($1) }
  }
}

/// A field's value without its type, as the cold consumers and the encoder see it.
public enum FieldValue: Hashable, Sendable {
  case unsigned(UInt64)
  case bytes([UInt8])
  /// 4 or 16 bytes.
  case address([UInt8])
  /// The bytes of a name; for the User Broadcast its UTF-16 text as UTF-8, unpaired code units as three bytes each (WTF-8), so that nothing is lost.
  case text([UInt8])
}
