/// One frame in the ring: this header, then its bytes.
///
/// The last fields belong to reassembly: they chain the frames of one TCP direction, so that bytes already delivered can still be compared
/// for as long as the ring has them.
struct FrameRecord {
  var number: UInt64 = 0
  var time = CaptureTime.none
  var captured: UInt32 = 0
  var wire: UInt32 = 0
  var linkType: Int32 = 0
  /// Bytes from this record to the next.
  var stride: UInt32 = 0
  /// Position of the record before this one in its TCP direction; 0 for none.
  var previous: UInt64 = 0
  /// Unwrapped sequence number of the first byte that this frame contributed.
  var sequence: UInt64 = 0
  /// Where those bytes are in the frame, and how many.
  var dataOffset: UInt32 = 0
  var dataLength: UInt32 = 0
  /// Set on the filler before the ring's end.
  var isFiller = false
}

/// Frames one after the other in a ring of fixed memory, filled by one side and read by another.
///
/// A position grows for ever; a record lies at `position` modulo the capacity and never straddles the end. The bytes of the last
/// `history` positions before the frame being read are not yet overwritten: that is a property of positions alone, so results do not depend
/// on which thread was faster.
/// SAFETY: the writer never passes `reading - history + capacity`; the two sides hand positions over through a lock, or are one thread.
struct FrameRing {
  static let alignment = 64
  let base: UnsafeMutableRawPointer
  let capacity: Int
  /// Position 0 means "none" in a chain, so that records begin behind it.
  private(set) var writing: UInt64 = UInt64(FrameRing.alignment)

  /// Bytes behind the frame being read that are still valid.
  var history: UInt64 { UInt64(capacity / 2) }

  /// `capacity` must be a power of two and at least four times the longest frame.
  init(capacity: Int) {
    self.capacity = capacity
    base = .allocate(byteCount: capacity, alignment: Self.alignment)
  }

  func deallocate() { base.deallocate() }

  @inline(__always)
  static func record(_ base: UnsafeMutableRawPointer, _ capacity: Int, at position: UInt64) -> UnsafeMutablePointer<FrameRecord> {
    (base + Int(truncatingIfNeeded: position & UInt64(capacity &- 1))).assumingMemoryBound(to: FrameRecord.self)
  }

  /// Copies the frame in, unless that would overwrite what a reader at `reading` may still use.
  mutating func append(_ frame: Frame, reading: UInt64) -> Bool {
    let size = (Self.alignment + frame.bytes.count + Self.alignment - 1) & ~(Self.alignment - 1)
    let toEnd = capacity - Int(writing & UInt64(capacity - 1))
    let filler = toEnd < size ? toEnd : 0
    if writing &+ UInt64(filler + size) > reading &- min(reading, history) &+ UInt64(capacity) { return false }
    if filler > 0 {
      var record = FrameRecord()
      (record.isFiller, record.stride) = (true, UInt32(filler))
      Self.record(base, capacity, at: writing).initialize(to: record)
      writing &+= UInt64(filler)
    }
    let place = Self.record(base, capacity, at: writing)
    place.initialize(
      to: FrameRecord(
        number: frame.number, time: frame.time, captured: UInt32(frame.bytes.count), wire: UInt32(clamping: frame.wireLength),
        linkType: frame.linkType, stride: UInt32(size)))
    if let bytes = frame.bytes.baseAddress {
      UnsafeMutableRawPointer(place).advanced(by: Self.alignment).copyMemory(from: bytes, byteCount: frame.bytes.count)
    }
    writing &+= UInt64(size)
    return true
  }
}

/// Frames to decode together: they, and some that were handed out before, stay in memory until the next batch is asked for.
public struct FrameBatch {
  let base: UnsafeMutableRawPointer
  let capacity: Int
  let start: UInt64
  let end: UInt64

  /// Calls `body` with each frame.
  public func forEach(_ body: (Frame) -> Void) {
    var position = start
    while position < end {
      let record = FrameRing.record(base, capacity, at: position)
      position &+= UInt64(record.pointee.stride)
      if record.pointee.isFiller { continue }
      body(
        Frame(
          number: record.pointee.number, time: record.pointee.time, linkType: record.pointee.linkType,
          bytes: .init(start: UnsafeRawPointer(record) + FrameRing.alignment, count: Int(record.pointee.captured)),
          wireLength: Int(record.pointee.wire)))
    }
  }
}
