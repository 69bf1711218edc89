/// A value with a fixed size on the wire, big-endian and packed (wire format conventions, S2WMP §3.2).
public protocol WireValue: Sendable {
  /// Bytes on the wire.
  static var wireSize: Int { get }
  /// How consumers that only see rows treat the bytes.
  static var wireKind: FieldKind { get }
  /// Loads `wireSize` bytes at `base + offset`; the caller has checked that they exist.
  static func load(_ base: UnsafeRawPointer, _ offset: Int) -> Self
  /// The wire bytes, for the encoder.
  var wireBytes: [UInt8] { get }
}

/// Three bytes, the document's "25 bit space" (S2WMP §3.2.1).
public struct UInt24: Hashable, Sendable {
  public var value: UInt32
  /// The low 24 bits of `value`.
  @inlinable public init(_ value: UInt32) { self.value = value & 0xff_ffff }
}

/// Eight bytes that are only ever compared, never counted with: the v1 request ID (S2WMP §3.2.3).
public struct Opaque64: Hashable, Sendable {
  public var value: UInt64
  @inlinable public init(_ value: UInt64) { self.value = value }
}

/// A 16-byte address: IPv6, or IPv4 as `::ffff:a.b.c.d` (lookup responses).
public struct Address128: Hashable, Sendable {
  public var high: UInt64
  public var low: UInt64
  @inlinable public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }
}

/// A 4-byte IPv4 address (legacy lookup response).
public struct Address32: Hashable, Sendable {
  public var value: UInt32
  @inlinable public init(_ value: UInt32) { self.value = value }
}
