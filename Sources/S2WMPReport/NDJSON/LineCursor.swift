import S2WMPFlow

/// Writes ASCII to memory whose size was checked before (`LineBuffer.room`).
///
/// SAFETY: nothing here checks bounds; whoever makes a cursor has reserved room for all that is written through it.
struct LineCursor {
  var at: UnsafeMutablePointer<UInt8>

  init(_ at: UnsafeMutablePointer<UInt8>) { self.at = at }

  @inline(__always) mutating func put(_ byte: UInt8) {
    at.pointee = byte
    at += 1
  }

  @inline(__always) mutating func put(_ text: StaticString) {
    at.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
    at += text.utf8CodeUnitCount
  }

  @inline(__always) mutating func put(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
    at.update(from: bytes, count: count)
    at += count
  }

  mutating func put(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { from in
      if let start = from.baseAddress { put(start, from.count) }
    }
  }

  @inline(__always) mutating func put(_ endpoint: Endpoint) {
    at += endpoint.writeText(to: at)
  }

  /// Decimal digits of any number.
  @inline(__always) mutating func decimal(_ value: UInt64) {
    if value < 10 { return put(UInt8(truncatingIfNeeded: value) | 0x30) }
    longDecimal(value)
  }

  private mutating func longDecimal(_ value: UInt64) {
    if value < 100_000_000 {
      let digits = Self.eightDigits(UInt32(truncatingIfNeeded: value))
      let zeros = min(digits.trailingZeroBitCount >> 3, 7)
      store((digits | Self.zeros) >> UInt64(zeros &* 8))
      at += 8 &- zeros
    } else {
      let (high, low) = value.quotientAndRemainder(dividingBy: 100_000_000)
      decimal(high)
      eight(UInt32(truncatingIfNeeded: low))
    }
  }

  /// Exactly nine digits.
  mutating func nine(_ value: UInt32) {
    let (first, rest) = value.quotientAndRemainder(dividingBy: 100_000_000)
    put(UInt8(truncatingIfNeeded: first) | 0x30)
    eight(rest)
  }

  private mutating func eight(_ value: UInt32) {
    store(Self.eightDigits(value) | Self.zeros)
    at += 8
  }

  private func store(_ digits: UInt64) {
    UnsafeMutableRawPointer(at).storeBytes(of: digits.littleEndian, as: UInt64.self)
  }

  private static var zeros: UInt64 { 0x3030_3030_3030_3030 }

  /// The eight digits of a number below 10⁸, one a byte, the first in the lowest byte. Halves, quarters and digits are split all at once: each
  /// division is a multiplication by a rounded reciprocal that is exact in this range.
  private static func eightDigits(_ value: UInt32) -> UInt64 {
    let (high, low) = value.quotientAndRemainder(dividingBy: 10_000)
    var lanes = UInt64(high) | UInt64(low) << 32
    let hundreds = ((lanes &* 10_486) >> 20) & 0x0000_007f_0000_007f
    lanes = (lanes &- hundreds &* 100) << 16 | hundreds
    let tens = ((lanes &* 103) >> 10) & 0x000f_000f_000f_000f
    return (lanes &- tens &* 10) << 8 | tens
  }

  /// Two lower-case digits a byte. A plain loop without branches, which the compiler turns into vector instructions.
  mutating func hex(_ bytes: UnsafeRawPointer, _ count: Int) {
    let from = bytes.assumingMemoryBound(to: UInt8.self)
    let to = UnsafeMutableRawPointer(at)
    for index in 0..<count {
      let byte = UInt16(truncatingIfNeeded: from[index])
      // The high nibble goes to the lower address; both together become digits, then those above 9 are moved on to `a`.
      let nibbles = (byte >> 4) | ((byte & 15) << 8)
      let letters = ((nibbles &+ 0x0606) >> 4) & 0x0101
      to.storeBytes(of: (nibbles &+ 0x3030 &+ letters &* 0x27).littleEndian, toByteOffset: index &* 2, as: UInt16.self)
    }
    at += count &* 2
  }
}
