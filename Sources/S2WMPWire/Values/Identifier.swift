/// A 128-bit user, client or request ID (S2WMP §3.2: "128 bit hashes").
///
/// Sixteen raw bytes on the wire; for people, 32 lower-case hex digits.
public struct Identifier: Hashable, Sendable {
  /// Bytes 0…7 as a big-endian integer.
  public var high: UInt64
  /// Bytes 8…15 as a big-endian integer.
  public var low: UInt64

  @inlinable public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The ID of sixteen zero bytes, which several packets use for "nobody" or "anybody".
  @inlinable public static var zero: Identifier { Identifier(high: 0, low: 0) }

  @inlinable public var isZero: Bool { high | low == 0 }

  /// Reads 32 hex digits, either case; anything else is nil.
  public init?(hex: some StringProtocol) {
    guard let bytes = Hex.bytes(hex), bytes.count == 16 else { return nil }
    self = bytes.withUnsafeBytes { Identifier.load($0.baseAddress.unsafelyUnwrapped, 0) }
  }

  /// 32 lower-case hex digits.
  public var hex: String { Hex.string(bytes) }

  /// The sixteen bytes in wire order.
  public var bytes: [UInt8] {
    withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Array($0) }
  }
}

extension Identifier: Comparable {
  /// Bytewise order.
  @inlinable public static func < (a: Identifier, b: Identifier) -> Bool {
    a.high != b.high ? a.high < b.high : a.low < b.low
  }
}

extension Identifier: CustomStringConvertible {
  public var description: String { hex }
}
