/// How flows end: closed and remembered for a while, forgotten to make room, replaced, or cut off by the capture's end.
extension DecoderCore {
  /// Closes the flow after a while, in which late segments are still used.
  mutating func linger(_ slot: UInt32) {
    let flow = flows.flows + Int(slot)
    if flow.pointee.has(Flow.lingering | Flow.closed) { return }
    flow.pointee.state |= Flow.lingering
    flow.pointee.lingerUntil = now &+ limits.lingerNanoseconds
    (flow.pointee.lingerPrevious, flow.pointee.lingerNext) = (lingerLast, nowhere)
    if lingerLast == nowhere { lingerFirst = slot } else { flows.flows[Int(lingerLast)].lingerNext = slot }
    lingerLast = slot
    noteLingerDue()
  }

  mutating func lingerAgain(_ slot: UInt32) {
    endLinger(slot)
    linger(slot)
  }

  private mutating func endLinger(_ slot: UInt32) {
    let flow = flows.flows + Int(slot)
    if !flow.pointee.has(Flow.lingering) { return }
    flow.pointee.state &= ~Flow.lingering
    let (previous, next) = (flow.pointee.lingerPrevious, flow.pointee.lingerNext)
    if previous == nowhere { lingerFirst = next } else { flows.flows[Int(previous)].lingerNext = next }
    if next == nowhere { lingerLast = previous } else { flows.flows[Int(next)].lingerPrevious = previous }
    noteLingerDue()
  }

  private mutating func noteLingerDue() {
    lingerDue = lingerFirst == nowhere ? .max : flows.flows[Int(lingerFirst)].lingerUntil
  }

  /// Closes the flows whose time has come. What is left only remembers the connection, so that its late packets start no new one.
  mutating func closeDue(_ receiver: any ConversationReceiver) {
    while lingerFirst != nowhere && now >= lingerDue {
      let slot = lingerFirst
      close(slot, receiver)
      let flow = flows.flows + Int(slot)
      if flow.pointee.has(Flow.opened) {
        flow.pointee.state = flow.pointee.state & Flow.reset | Flow.closed
        flows.retire(slot)
      } else {
        flows.remove(slot)
      }
    }
  }

  /// Delivers what waits, ends what ended, and tells the receiver.
  private mutating func close(_ slot: UInt32, _ receiver: any ConversationReceiver) {
    endLinger(slot)
    let flow = flows.flows + Int(slot)
    if flow.pointee.has(Flow.closed) { return }
    if flow.pointee.key.transport == .tcp {
      drain(slot, Int(flow.pointee.forwardSide), receiver)
      drain(slot, 1 - Int(flow.pointee.forwardSide), receiver)
    }
    discardWaiting(slot)
    if flow.pointee.has(Flow.opened) { receiver.closeConversation(flow.pointee.conversation) }
  }

  private mutating func drain(_ slot: UInt32, _ sideIndex: Int, _ receiver: any ConversationReceiver) {
    let side = self.side(slot, sideIndex)
    let flow = flows.flows + Int(slot)
    while side.pointee.head != nowhere && !flow.pointee.has(Flow.ignored) { giveUpHole(slot, sideIndex, receiver) }
    if flow.pointee.has(Flow.ignored) || !side.pointee.has(Side.started) || side.pointee.has(Side.ended) { return }
    let end = side.pointee.has(Side.finSeen) ? side.pointee.end : .max
    passCut(slot, sideIndex, upTo: end, receiver)
    if end != .max && end > side.pointee.next { gap(slot, sideIndex, to: end, .lost, receiver) }
    settle(slot, sideIndex, receiver)
  }

  /// The receiver does not want it: only the addresses and the sequence numbers stay.
  mutating func ignore(_ slot: UInt32) {
    endLinger(slot)
    flows.flows[Int(slot)].state |= Flow.ignored
    discardWaiting(slot)
  }

  /// The addresses are used for a new connection.
  mutating func restart(_ slot: UInt32, _ receiver: any ConversationReceiver) {
    close(slot, receiver)
    let flow = flows.flows + Int(slot)
    (flow.pointee.state, flow.pointee.forwardSide, flow.pointee.conversation) = (0, 0, 0)
    side(slot, 0).initialize(to: Side())
    side(slot, 1).initialize(to: Side())
    flows.touch(slot, tick: tick)
  }

  mutating func evict(_ slot: UInt32, _ receiver: any ConversationReceiver) {
    if slot == nowhere { return }
    close(slot, receiver)
    if !flows.flows[Int(slot)].has(Flow.closed) { counters.evictedFlows &+= 1 }
    flows.remove(slot)
  }

  /// Forgets flows without a packet for long; looks at a few only, as it is called often.
  mutating func evictIdle(_ receiver: any ConversationReceiver) {
    for _ in 0..<8 {
      let slot = flows.leastUsed(tick: tick, steps: 4)
      if slot == nowhere || now &- flows.flows[Int(slot)].lastSeen <= limits.idleNanoseconds { return }
      evict(slot, receiver)
    }
  }

  mutating func finish(_ receiver: any ConversationReceiver) {
    for slot in 0..<flows.slotsUsed where flows.flows[slot].lastTick != .max {
      close(UInt32(slot), receiver)
      flows.remove(UInt32(slot))
    }
  }
}
