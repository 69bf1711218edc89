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

  @inline(__always) mutating func pair(_ value: UInt32) {
    at[0] = UInt8(truncatingIfNeeded: value / 10) | 0x30
    at[1] = UInt8(truncatingIfNeeded: value % 10) | 0x30
    at += 2
  }

  /// Decimal digits of any number.
  @inline(__always) mutating func decimal(_ value: UInt64) {
    if value < 10 { return put(UInt8(truncatingIfNeeded: value) | 0x30) }
    longDecimal(value)
  }

  private mutating func longDecimal(_ value: UInt64) {
    var digits = 1
    var bound: UInt64 = 10
    while value >= bound {
      digits += 1
      let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
      if overflow { break }
      bound = next
    }
    var rest = value
    var place = at + digits
    at = place
    while rest >= 10 {
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
      place -= 1
      place.pointee = UInt8(truncatingIfNeeded: remainder) | 0x30
      rest = quotient
    }
    (place - 1).pointee = UInt8(truncatingIfNeeded: rest) | 0x30
  }

  /// Exactly nine digits.
  mutating func nine(_ value: UInt32) {
    var rest = value
    var index = 8
    while index >= 0 {
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
      at[index] = UInt8(truncatingIfNeeded: remainder) | 0x30
      rest = quotient
      index -= 1
    }
    at += 9
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
