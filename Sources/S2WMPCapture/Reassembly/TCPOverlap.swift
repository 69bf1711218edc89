import Glibc

/// Which bytes of a segment are new, and what the others show.
///
/// SAFETY: comparisons stay inside the segment's `captured` bytes, a waiting segment's `length`, and a record's `dataLength`; records are read only while
/// the ring still has them.
extension DecoderCore {
  /// Fills `fresh` with the ranges not captured before, and reports findings before anything of the segment is delivered.
  mutating func examine(_ slot: UInt32, _ sideIndex: Int, _ segment: SegmentBytes, _ receiver: any ConversationReceiver) {
    let side = self.side(slot, sideIndex)
    fresh.removeAll(keepingCapacity: true)
    if segment.captured == 0 { return }
    var (repeats, differs) = delivered(side, segment)
    var at = max(segment.start, side.pointee.next)
    var following = at < segment.end ? pool.last(startingUpTo: at, in: side) : nowhere
    if following == nowhere { following = side.pointee.head }
    while at < segment.end {
      while following != nowhere, pool.nodes[Int(following)].end <= at { following = pool.nodes[Int(following)].next }
      let (start, end) = following == nowhere ? (segment.end, segment.end) : (pool.nodes[Int(following)].start, pool.nodes[Int(following)].end)
      if start > at { fresh.append(at..<min(start, segment.end)) }
      at = max(at, start)
      if at >= segment.end { break }
      let shared = at..<min(end, segment.end)
      repeats = true
      differs = differs || segment.differs(from: pool.nodes[Int(following)].data, at: start, in: shared)
      at = shared.upperBound
    }
    report(slot, sideIndex, segment, repeats: repeats, differs: differs, receiver)
  }

  /// Data after the direction's end: nothing of it can be new.
  mutating func repeated(_ slot: UInt32, _ sideIndex: Int, _ start: UInt64, _ payload: LayerBytes, _ receiver: any ConversationReceiver) {
    let side = self.side(slot, sideIndex)
    let beforeEnd = start < side.pointee.next ? side.pointee.next &- start : 0
    let segment = SegmentBytes(
      start: start, bytes: payload.start, captured: min(payload.captured, Int(clamping: beforeEnd)), cut: 0, frame: origin.frame,
      time: origin.time, startsSegment: true, inRing: false)
    examine(slot, sideIndex, segment, receiver)
    fresh.removeAll(keepingCapacity: true)
  }

  private mutating func report(
    _ slot: UInt32, _ sideIndex: Int, _ segment: SegmentBytes, repeats: Bool, differs: Bool, _ receiver: any ConversationReceiver
  ) {
    let flow = flows.flows[Int(slot)]
    if !flow.isDelivering { return }
    let direction = flow.direction(sideIndex)
    if repeats { receiver.receiveFinding(flow.conversation, direction, .retransmission, frame: segment.frame) }
    if differs { receiver.receiveFinding(flow.conversation, direction, .overlap, frame: segment.frame) }
    let tail = side(slot, sideIndex).pointee.tail
    if let first = fresh.first, tail != nowhere, first.lowerBound < pool.nodes[Int(tail)].start {
      receiver.receiveFinding(flow.conversation, direction, .outOfOrder, frame: segment.frame)
    }
  }

  /// Whether bytes before `next` were captured before, and whether any of them is known to differ.
  private func delivered(_ side: UnsafeMutablePointer<Side>, _ segment: SegmentBytes) -> (repeats: Bool, differs: Bool) {
    let start = max(segment.start, side.pointee.origin)
    let end = min(segment.end, side.pointee.next)
    if start >= end || (side.pointee.gapStart <= start && end <= side.pointee.gapEnd) { return (false, false) }
    return (true, differsFromHistory(side, segment, start..<end))
  }

  /// Compares with the frames in the ring that brought these bytes first; as many as a bounded search finds.
  private func differsFromHistory(_ side: UnsafeMutablePointer<Side>, _ segment: SegmentBytes, _ range: Range<UInt64>) -> Bool {
    guard let ring else { return false }
    var left = range.count
    var position = side.pointee.lastRecord
    for _ in 0..<256 where left > 0 {
      if position == 0 || position &+ UInt64(ringCapacity / 2) < origin.position { return false }
      let record = FrameRing.record(ring, ringCapacity, at: position)
      let first = record.pointee.sequence
      let shared = max(first, range.lowerBound)..<max(first, range.lowerBound, min(first &+ UInt64(record.pointee.dataLength), range.upperBound))
      if !shared.isEmpty {
        let bytes = UnsafeRawPointer(record) + FrameRing.alignment + Int(record.pointee.dataOffset)
        if segment.differs(from: bytes, at: first, in: shared) { return true }
        left -= shared.count
      }
      position = record.pointee.previous
    }
    return false
  }

  /// Chains the frame to its direction, so that its bytes can be compared with later copies.
  @inline(__always)
  func remember(_ side: UnsafeMutablePointer<Side>, _ sequence: UInt64, _ bytes: UnsafeRawPointer, _ count: Int) {
    guard let ring else { return }
    let record = FrameRing.record(ring, ringCapacity, at: origin.position)
    record.pointee.previous = side.pointee.lastRecord
    record.pointee.sequence = sequence
    record.pointee.dataOffset = UInt32(truncatingIfNeeded: bytes - UnsafeRawPointer(record) &- FrameRing.alignment)
    record.pointee.dataLength = UInt32(truncatingIfNeeded: count)
    side.pointee.lastRecord = origin.position
  }

  /// The same for the first new range of a segment; one range a frame is all that is kept.
  func remember(_ side: UnsafeMutablePointer<Side>, _ segment: SegmentBytes) {
    guard segment.inRing, let range = fresh.first else { return }
    remember(side, range.lowerBound, segment.bytes + Int(truncatingIfNeeded: range.lowerBound &- segment.start), range.count)
  }
}

extension SegmentBytes {
  /// Compares the bytes of `range` with the same ones in memory whose first byte stands at `origin` in the stream.
  func differs(from other: UnsafeRawPointer, at origin: UInt64, in range: Range<UInt64>) -> Bool {
    let mine = bytes + Int(truncatingIfNeeded: range.lowerBound &- start)
    let theirs = other + Int(truncatingIfNeeded: range.lowerBound &- origin)
    return memcmp(mine, theirs, range.count) != 0
  }
}
