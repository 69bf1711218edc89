/// The rest of a frame from some layer on: what was captured, and how much of it was on the wire.
///
/// SAFETY: `start` points to at least `captured` readable bytes; the loads below are unchecked, and every caller compares `captured` first.
struct LayerBytes {
  var start: UnsafeRawPointer
  var captured: Int
  /// Never less than `captured`.
  var wire: Int

  /// The bytes behind a header of `count` bytes, which must have been on the wire, captured or not.
  @inline(__always)
  func dropping(_ count: Int) -> LayerBytes {
    let skipped = min(count, captured)
    return LayerBytes(start: start + skipped, captured: captured &- skipped, wire: wire &- count)
  }

  @inline(__always)
  func byte(_ at: Int) -> UInt8 { start.load(fromByteOffset: at, as: UInt8.self) }

  @inline(__always)
  func half(_ at: Int) -> UInt16 { UInt16(bigEndian: start.loadUnaligned(fromByteOffset: at, as: UInt16.self)) }

  @inline(__always)
  func word(_ at: Int) -> UInt32 { UInt32(bigEndian: start.loadUnaligned(fromByteOffset: at, as: UInt32.self)) }

  @inline(__always)
  func long(_ at: Int) -> UInt64 { UInt64(bigEndian: start.loadUnaligned(fromByteOffset: at, as: UInt64.self)) }
}

/// Source and destination address of a packet, in the notation of `Endpoint`.
struct AddressPair {
  var sourceHigh: UInt64
  var sourceLow: UInt64
  var destinationHigh: UInt64
  var destinationLow: UInt64
  var isIPv4: Bool
}
