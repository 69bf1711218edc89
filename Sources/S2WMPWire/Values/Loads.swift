// SAFETY: every load in this file reads `wireSize` bytes at `base + offset` without a check of its own. Callers hold a view whose
// length was checked against its layout when the view was made (`PacketView`, `Framer`); nothing else may call them.

/// One unaligned load of a fixed-width integer in network order.
@inlinable @inline(__always)
func networkOrder<T: FixedWidthInteger>(_ base: UnsafeRawPointer, _ offset: Int, as type: T.Type) -> T {
  T(bigEndian: base.loadUnaligned(fromByteOffset: offset, as: type))
}

func bigEndianBytes(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.bigEndian) { Array($0) }
}

extension UInt8: WireValue {
  @inlinable public static var wireSize: Int { 1 }
  @inlinable public static var wireKind: FieldKind { .unsigned }
  @inlinable @inline(__always) public static func load(_ base: UnsafeRawPointer, _ offset: Int) -> UInt8 {
    base.load(fromByteOffset: offset, as: UInt8.self)
  }
  public var wireBytes: [UInt8] { [self] }
}

extension UInt16: WireValue {
  @inlinable public static var wireSize: Int { 2 }
  @inlinable public static var wireKind: FieldKind { .unsigned }
  @inlinable @inline(__always) public static func load(_ base: UnsafeRawPointer, _ offset: Int) -> UInt16 {
    networkOrder(base, offset, as: UInt16.self)
  }
  public var wireBytes: [UInt8] { bigEndianBytes(self) }
}

extension UInt24: WireValue {
  @inlinable public static var wireSize: Int { 3 }
  @inlinable public static var wireKind: FieldKind { .unsigned }
  @inlinable @inline(__always) public static func load(_ base: UnsafeRawPointer, _ offset: Int) -> UInt24 {
    UInt24(UInt32(UInt16.load(base, offset)) << 8 | UInt32(UInt8.load(base, offset + 2)))
  }
  public var wireBytes: [UInt8] { Array(bigEndianBytes(value).dropFirst()) }
}

extension UInt32: WireValue {
  @inlinable public static var wireSize: Int { 4 }
  @inlinable public static var wireKind: FieldKind { .unsigned }
  @inlinable @inline(__always) public static func load(_ base: UnsafeRawPointer, _ offset: Int) -> UInt32 {
    networkOrder(base, offset, as: UInt32.self)
  }
  public var wireBytes: [UInt8] { bigEndianBytes(self) }
}

extension UInt64: WireValue {
  @inlinable public static var wireSize: Int { 8 }
  @inlinable public static var wireKind: FieldKind { .unsigned }
  @inlinable @inline(__always) public static func load(_ base: UnsafeRawPointer, _ offset: Int) -> UInt64 {
    networkOrder(base, offset, as: UInt64.self)
  }
  public var wireBytes: [UInt8] { bigEndianBytes(self) }
}

extension Opaque64: WireValue {
  @inlinable public static var wireSize: Int { 8 }
  @inlinable public static var wireKind: FieldKind { .opaque }
  @inlinable @inline(__always) public static func load(_ base: UnsafeRawPointer, _ offset: Int) -> Opaque64 {
    Opaque64(UInt64.load(base, offset))
  }
  public var wireBytes: [UInt8] { bigEndianBytes(value) }
}

extension Identifier: WireValue {
  @inlinable public static var wireSize: Int { 16 }
  @inlinable public static var wireKind: FieldKind { .opaque }
  @inlinable @inline(__always) public static func load(_ base: UnsafeRawPointer, _ offset: Int) -> Identifier {
    Identifier(high: UInt64.load(base, offset), low: UInt64.load(base, offset + 8))
  }
  public var wireBytes: [UInt8] { bytes }
}

extension Address128: WireValue {
  @inlinable public static var wireSize: Int { 16 }
  @inlinable public static var wireKind: FieldKind { .address }
  @inlinable @inline(__always) public static func load(_ base: UnsafeRawPointer, _ offset: Int) -> Address128 {
    Address128(high: UInt64.load(base, offset), low: UInt64.load(base, offset + 8))
  }
  public var wireBytes: [UInt8] { bigEndianBytes(high) + bigEndianBytes(low) }
}

extension Address32: WireValue {
  @inlinable public static var wireSize: Int { 4 }
  @inlinable public static var wireKind: FieldKind { .address }
  @inlinable @inline(__always) public static func load(_ base: UnsafeRawPointer, _ offset: Int) -> Address32 {
    Address32(UInt32.load(base, offset))
  }
  public var wireBytes: [UInt8] { bigEndianBytes(value) }
}
