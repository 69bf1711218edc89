/// Handing bytes, gaps and ends to the receiver.
extension DecoderCore {
  /// Delivers the bytes at `next`.
  mutating func deliver(
    _ slot: UInt32, _ sideIndex: Int, _ bytes: UnsafeRawBufferPointer, cut: Int, _ frame: UInt64, _ time: CaptureTime, startsSegment: Bool,
    _ receiver: any ConversationReceiver
  ) {
    let side = self.side(slot, sideIndex)
    let flow = flows.flows[Int(slot)]
    let unsynchronised = side.pointee.has(Side.unsynchronised)
    side.pointee.state &= ~Side.unsynchronised
    side.pointee.next &+= UInt64(bytes.count)
    if cut > 0 { side.pointee.cutEnd = max(side.pointee.cutEnd, side.pointee.next &+ UInt64(cut)) }
    if !flow.isDelivering { return }
    let interest = receiver.receiveSegment(
      flow.conversation, flow.direction(sideIndex), bytes, frame: frame, time: time, startsSegment: startsSegment,
      unsynchronised: unsynchronised)
    if interest == .ignore { ignore(slot) }
  }

  /// Delivers what waits, as far as no hole is in front.
  mutating func deliverWaiting(_ slot: UInt32, _ sideIndex: Int, _ receiver: any ConversationReceiver) {
    let side = self.side(slot, sideIndex)
    while side.pointee.head != nowhere {
      let start = pool.nodes[Int(side.pointee.head)].start
      if start > side.pointee.next { passCut(slot, sideIndex, upTo: start, receiver) }
      if start > side.pointee.next { break }
      guard let segment = pool.removeFirst(side) else { break }
      // The next hole was first seen, at the earliest, when the bytes behind it came.
      side.pointee.segmentsSinceHole = 0
      side.pointee.holeSince = now
      let bytes = UnsafeRawBufferPointer(start: segment.data, count: Int(segment.length))
      deliver(
        slot, sideIndex, bytes, cut: Int(segment.cut), segment.frame, segment.time, startsSegment: segment.startsSegment, receiver)
      pool.release(segment)
    }
  }

  /// Bytes from `next` on that the snap length cut become a gap, up to `limit`.
  mutating func passCut(_ slot: UInt32, _ sideIndex: Int, upTo limit: UInt64, _ receiver: any ConversationReceiver) {
    let side = self.side(slot, sideIndex)
    let end = min(side.pointee.cutEnd, limit)
    if end > side.pointee.next { gap(slot, sideIndex, to: end, .snapLength, receiver) }
  }

  mutating func gap(_ slot: UInt32, _ sideIndex: Int, to end: UInt64, _ cause: GapCause, _ receiver: any ConversationReceiver) {
    let side = self.side(slot, sideIndex)
    let flow = flows.flows[Int(slot)]
    let start = side.pointee.next
    if side.pointee.gapEnd != start { side.pointee.gapStart = start }
    side.pointee.gapEnd = end
    side.pointee.next = end
    if !flow.isDelivering { return }
    counters.gaps &+= 1
    receiver.receiveGap(flow.conversation, flow.direction(sideIndex), length: end &- start, cause: cause)
  }

  /// Gives up the hole in front of the first waiting segment.
  mutating func giveUpHole(_ slot: UInt32, _ sideIndex: Int, _ receiver: any ConversationReceiver) {
    let side = self.side(slot, sideIndex)
    if side.pointee.head == nowhere { return }
    let start = pool.nodes[Int(side.pointee.head)].start
    passCut(slot, sideIndex, upTo: start, receiver)
    if start > side.pointee.next { gap(slot, sideIndex, to: start, .lost, receiver) }
    deliverWaiting(slot, sideIndex, receiver)
  }

  /// A FIN stands at `end`. The first one captured counts.
  mutating func finish(_ slot: UInt32, _ sideIndex: Int, at end: UInt64, _ receiver: any ConversationReceiver) {
    let side = self.side(slot, sideIndex)
    if side.pointee.has(Side.finSeen) || end < side.pointee.next { return }
    side.pointee.state |= Side.finSeen
    side.pointee.end = end
    if side.pointee.head == nowhere && side.pointee.cutEnd >= end { passCut(slot, sideIndex, upTo: end, receiver) }
    if self.side(slot, 1 - sideIndex).pointee.has(Side.finSeen) { linger(slot) }
  }

  /// After any change: ends the direction if its end is reached, and tells what is held back.
  mutating func settle(_ slot: UInt32, _ sideIndex: Int, _ receiver: any ConversationReceiver) {
    let side = self.side(slot, sideIndex)
    let flow = flows.flows + Int(slot)
    if flow.pointee.has(Flow.ignored) { return }
    if side.pointee.has(Side.holding) { giveUpOldHole(slot, sideIndex, receiver) }
    let reached = side.pointee.state & (Side.finSeen | Side.ended) == Side.finSeen && side.pointee.next >= side.pointee.end
    if reached { pool.removeAll(side) }
    tellHolding(slot, sideIndex, receiver)
    guard reached else { return }
    side.pointee.state |= Side.ended
    if flow.pointee.isDelivering { receiver.endDirection(flow.pointee.conversation, flow.pointee.direction(sideIndex)) }
  }
}
