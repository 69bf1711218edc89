/// Directions that wait for missing bytes: how long, how much, and what the receiver knows of it.
extension DecoderCore {
  /// Puts a direction in which a segment waits on the list of those.
  mutating func noteHolding(_ slot: UInt32, _ sideIndex: Int) {
    let side = self.side(slot, sideIndex)
    if side.pointee.has(Side.holding) { return }
    side.pointee.state |= Side.holding
    (side.pointee.holeSince, side.pointee.segmentsSinceHole) = (now, 0)
    let entry = slot &* 2 &+ UInt32(sideIndex)
    (side.pointee.holderPrevious, side.pointee.holderNext) = (holderLast, nowhere)
    if holderLast == nowhere { holderFirst = entry } else { flows.sides[Int(holderLast)].holderNext = entry }
    holderLast = entry
  }

  private mutating func forgetHolding(_ side: UnsafeMutablePointer<Side>) {
    if !side.pointee.has(Side.holding) { return }
    side.pointee.state &= ~Side.holding
    let (previous, next) = (side.pointee.holderPrevious, side.pointee.holderNext)
    if previous == nowhere { holderFirst = next } else { flows.sides[Int(previous)].holderNext = next }
    if next == nowhere { holderLast = previous } else { flows.sides[Int(next)].holderPrevious = previous }
  }

  /// Frees what waits without a word.
  mutating func discardWaiting(_ slot: UInt32) {
    for index in 0..<2 {
      pool.removeAll(side(slot, index))
      forgetHolding(side(slot, index))
      side(slot, index).pointee.heldSince = 0
    }
  }

  /// Tells the receiver from which frame on bytes wait, if that changed.
  mutating func tellHolding(_ slot: UInt32, _ sideIndex: Int, _ receiver: any ConversationReceiver) {
    let side = self.side(slot, sideIndex)
    if side.pointee.head == nowhere { forgetHolding(side) }
    let earliest = side.pointee.earliest
    let since = earliest == nowhere ? 0 : pool.nodes[Int(earliest)].frame
    if since == side.pointee.heldSince { return }
    side.pointee.heldSince = since
    let flow = flows.flows[Int(slot)]
    if flow.isDelivering { receiver.holdDirection(flow.conversation, flow.direction(sideIndex), since: since) }
  }

  /// Whether the other side has acknowledged bytes of the hole's end: they arrived there, so they will not be sent again.
  private func isAcknowledged(_ slot: UInt32, _ sideIndex: Int) -> Bool {
    let side = self.side(slot, sideIndex).pointee
    let other = self.side(slot, 1 - sideIndex).pointee
    if side.head == nowhere || !other.has(Side.acknowledged) { return false }
    return side.unwrap(other.lastAcknowledgement) >= pool.nodes[Int(side.head)].start
  }

  /// Gives up a hole that nothing can be expected to fill.
  mutating func giveUpOldHole(_ slot: UInt32, _ sideIndex: Int, _ receiver: any ConversationReceiver) {
    let side = self.side(slot, sideIndex)
    if side.pointee.segmentsSinceHole < limits.holeSegments || now &- side.pointee.holeSince < limits.holeNanoseconds { return }
    if isAcknowledged(slot, sideIndex) { giveUpHole(slot, sideIndex, receiver) }
  }

  /// Gives up holes until no limit is exceeded: those of this direction for its own limits, the oldest for the common ones.
  mutating func enforceLimits(_ slot: UInt32, _ sideIndex: Int, _ receiver: any ConversationReceiver) {
    let side = self.side(slot, sideIndex)
    while side.pointee.waitingBytes > limits.bufferedBytes || side.pointee.waitingSegments > limits.bufferedSegments {
      giveUpHole(slot, sideIndex, receiver)
    }
    while pool.bytes > limits.totalBufferedBytes || pool.count > limits.totalBufferedSegments {
      let (oldest, index) = (holderFirst / 2, Int(holderFirst & 1))
      if holderFirst == nowhere { return }
      giveUpHole(oldest, index, receiver)
      settle(oldest, index, receiver)
    }
  }

  /// For live capture: gives up acknowledged holes by the clock alone.
  mutating func flush(_ time: Int64, _ receiver: any ConversationReceiver) {
    now = time
    if now >= lingerDue { closeDue(receiver) }
    evictIdle(receiver)
    var entry = holderFirst
    while entry != nowhere {
      let (slot, index) = (entry / 2, Int(entry & 1))
      entry = flows.sides[Int(entry)].holderNext
      let since = side(slot, index).pointee.holeSince
      if now &- since < limits.liveHoleNanoseconds || !isAcknowledged(slot, index) { continue }
      while isAcknowledged(slot, index) { giveUpHole(slot, index, receiver) }
      settle(slot, index, receiver)
    }
  }
}
