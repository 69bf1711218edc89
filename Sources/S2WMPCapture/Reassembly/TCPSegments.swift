/// A run of captured bytes of a TCP direction: a segment, or what one frame brought of a segment that came in IP fragments.
struct SegmentBytes {
  var start: UInt64
  var bytes: UnsafeRawPointer
  var captured: Int
  /// Bytes after them that the snap length cut.
  var cut: Int
  var frame: UInt64
  var time: CaptureTime
  var startsSegment: Bool
  /// The bytes lie in the frame in the ring, so that they can be found again.
  var inRing: Bool

  var end: UInt64 { start &+ UInt64(captured) }
}

/// Everything that is not simply the next segment in order.
extension DecoderCore {
  mutating func data(
    _ slot: UInt32, _ sideIndex: Int, _ header: TCPHeader, _ sequence: UInt32, _ payload: LayerBytes, _ receiver: any ConversationReceiver
  ) {
    let side = self.side(slot, sideIndex)
    if !side.pointee.has(Side.started) {
      // A FIN that comes before anything else says nothing of where the stream begins: data that it has overtaken may follow.
      if payload.wire == 0 { return }
      startInTheMiddle(slot, sideIndex, sequence)
    }
    let start = side.pointee.unwrap(sequence)
    let distance = Int64(bitPattern: start &- side.pointee.next)
    if abs(distance) > Self.farthest {
      counters.strays &+= 1
      return
    }
    let isFIN = header.has(TCPHeader.fin)
    if distance == -1 && payload.wire <= 1 && !isFIN { return }  // a keep-alive
    if payload.wire > 0 && !side.pointee.has(Side.ended) {
      if flows.flows[Int(slot)].state & (Flow.lingering | Flow.reset) == Flow.lingering | Flow.reset { lingerAgain(slot) }
      pieces(slot, sideIndex, start, payload, receiver)
    } else if payload.captured > 0 {
      repeated(slot, sideIndex, start, payload, receiver)
    }
    if flows.flows[Int(slot)].has(Flow.ignored) { return }
    if isFIN { finish(slot, sideIndex, at: start &+ UInt64(payload.wire), receiver) }
    settle(slot, sideIndex, receiver)
  }

  /// No SYN was captured: the stream begins here, or a little earlier if the other side awaits earlier bytes.
  private func startInTheMiddle(_ slot: UInt32, _ sideIndex: Int, _ sequence: UInt32) {
    let other = side(slot, 1 - sideIndex).pointee
    let side = side(slot, sideIndex)
    let distance = Int32(bitPattern: sequence &- other.lastAcknowledgement)
    let swapped = other.has(Side.acknowledged) && distance > 0 && distance <= Self.farthestStart
    side.pointee.start(at: swapped ? other.lastAcknowledgement : sequence)
    side.pointee.state |= Side.unsynchronised
  }

  /// One segment, as the frame or the frames (IP fragments) that brought it.
  private mutating func pieces(
    _ slot: UInt32, _ sideIndex: Int, _ start: UInt64, _ payload: LayerBytes, _ receiver: any ConversationReceiver
  ) {
    let cut = payload.wire - payload.captured
    var piece = SegmentBytes(
      start: start, bytes: payload.start, captured: payload.captured, cut: cut, frame: origin.frame, time: origin.time, startsSegment: true,
      inRing: partsStart == nil)
    if partsStart == nil { return segment(slot, sideIndex, piece, receiver) }
    let all = pieces(of: UnsafeRawBufferPointer(start: payload.start, count: payload.captured))
    holdForFragments(slot, sideIndex, all, receiver)
    for (index, part) in all.enumerated() {
      let end = index + 1 < all.count ? all[index + 1].offset : payload.captured
      piece.start = start &+ UInt64(part.offset)
      (piece.bytes, piece.captured) = (payload.start + part.offset, end - part.offset)
      (piece.frame, piece.time, piece.startsSegment) = (part.frame, part.time, index == 0)
      piece.cut = index + 1 < all.count ? 0 : cut
      segment(slot, sideIndex, piece, receiver)
    }
  }

  /// The last bytes of a segment may have been captured first: what the first ones complete waits for what those do. `settle` ends this.
  private mutating func holdForFragments(_ slot: UInt32, _ sideIndex: Int, _ parts: [Piece], _ receiver: any ConversationReceiver) {
    let side = self.side(slot, sideIndex)
    guard let lowest = parts.map(\.frame).min(), !side.pointee.has(Side.finSeen) else { return }
    if !flows.flows[Int(slot)].has(Flow.opened) { open(slot, sideIndex, frame: lowest, receiver) }
    let flow = flows.flows[Int(slot)]
    if !flow.isDelivering || side.pointee.heldSince != 0 && side.pointee.heldSince <= lowest { return }
    side.pointee.heldSince = lowest
    receiver.holdDirection(flow.conversation, flow.direction(sideIndex), since: lowest)
  }

  private mutating func segment(_ slot: UInt32, _ sideIndex: Int, _ segment: SegmentBytes, _ receiver: any ConversationReceiver) {
    let flow = flows.flows + Int(slot)
    let side = self.side(slot, sideIndex)
    if flow.pointee.has(Flow.ignored) { return }
    var segment = segment
    if side.pointee.has(Side.finSeen) && !segment.trim(to: side.pointee.end) { return }
    if segment.captured > 0 && !flow.pointee.has(Flow.opened) { open(slot, sideIndex, frame: segment.frame, receiver) }
    // What the snap length cut before these bytes will not come any more.
    if segment.start > side.pointee.next && segment.captured > 0 { passCut(slot, sideIndex, upTo: segment.start, receiver) }
    if side.pointee.has(Side.holding) { side.pointee.segmentsSinceHole &+= 1 }
    examine(slot, sideIndex, segment, receiver)
    remember(side, segment)
    for range in fresh {
      take(slot, sideIndex, segment, range, receiver)
      if flow.pointee.has(Flow.ignored) { return }
    }
    if segment.cut > 0 && segment.start <= side.pointee.next && segment.end <= side.pointee.next {
      side.pointee.cutEnd = max(side.pointee.cutEnd, segment.end &+ UInt64(segment.cut))
    }
    enforceLimits(slot, sideIndex, receiver)
  }

  /// Delivers bytes that are next, or keeps them until they are.
  private mutating func take(
    _ slot: UInt32, _ sideIndex: Int, _ segment: SegmentBytes, _ range: Range<UInt64>, _ receiver: any ConversationReceiver
  ) {
    let side = self.side(slot, sideIndex)
    let bytes = UnsafeRawBufferPointer(
      start: segment.bytes + Int(truncatingIfNeeded: range.lowerBound &- segment.start), count: range.count)
    let starts = segment.startsSegment && range.lowerBound == segment.start
    let cut = range.upperBound == segment.end ? segment.cut : 0
    if range.lowerBound == side.pointee.next {
      deliver(slot, sideIndex, bytes, cut: cut, segment.frame, segment.time, startsSegment: starts, receiver)
      deliverWaiting(slot, sideIndex, receiver)
    } else if let start = bytes.baseAddress {
      let waiting = WaitingSegment(
        start: range.lowerBound, data: UnsafeMutableRawPointer(mutating: start), frame: segment.frame, time: segment.time,
        length: UInt32(clamping: range.count), cut: UInt32(clamping: cut), startsSegment: starts)
      pool.add(start, waiting, to: side)
      noteHolding(slot, sideIndex)
    }
  }
}

extension SegmentBytes {
  /// Cuts off what lies beyond the stream's end; false when nothing is left.
  fileprivate mutating func trim(to limit: UInt64) -> Bool {
    if start >= limit { return false }
    captured = min(captured, Int(clamping: limit &- start))
    cut = min(cut, Int(clamping: limit &- end))
    return true
  }
}
