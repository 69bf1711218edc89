/// What a TCP packet does to its flow: SYN, FIN, RST, reuse of the addresses; its data goes on to `segment`.
extension DecoderCore {
  /// Farther from the expected byte no window reaches.
  static var farthest: Int64 { 1 << 30 }
  /// A stream's first bytes may arrive so far out of order.
  static var farthestStart: Int32 { 65_536 }

  @inline(__always)
  mutating func packet(_ key: FlowKey, _ header: TCPHeader, _ payload: LayerBytes, _ receiver: any ConversationReceiver) {
    // A reset alone tells nothing of a connection that is not known.
    let slot = flow(key, create: !header.has(TCPHeader.rst), receiver)
    if slot == nowhere { return }
    let flow = flows.flows + Int(slot)
    let side = self.side(slot, key.side)
    if flow.pointee.state & ~Flow.opened != 0 || header.has(TCPHeader.syn | TCPHeader.rst) {
      return unusual(slot, key.side, header, payload, receiver)
    }
    if header.has(TCPHeader.ack) { side.pointee.note(acknowledgement: header.acknowledgement) }
    // Most packets are the next bytes of a stream in order: they go to the receiver as they lie in the frame.
    let plain = Side.started | Side.finSeen | Side.ended | Side.unsynchronised | Side.holding
    if flow.pointee.state == Flow.opened, side.pointee.state & plain == Side.started,
      UInt32(truncatingIfNeeded: side.pointee.next) == header.sequence, payload.captured == payload.wire, payload.captured > 0,
      side.pointee.cutEnd <= side.pointee.next, !header.has(TCPHeader.fin), partsStart == nil
    {
      remember(side, side.pointee.next, payload.start, payload.captured)
      side.pointee.next &+= UInt64(payload.captured)
      let interest = receiver.receiveSegment(
        flow.pointee.conversation, flow.pointee.direction(key.side), UnsafeRawBufferPointer(start: payload.start, count: payload.captured),
        frame: origin.frame, time: origin.time, startsSegment: true, unsynchronised: false)
      if interest == .ignore { ignore(slot) }
    } else if payload.wire > 0 || header.has(TCPHeader.fin) {
      data(slot, key.side, header, header.sequence, payload, receiver)
    }
  }

  /// Packets that open, reset or reuse a connection, and packets of one that is over or not wanted.
  private mutating func unusual(
    _ slot: UInt32, _ sideIndex: Int, _ header: TCPHeader, _ payload: LayerBytes, _ receiver: any ConversationReceiver
  ) {
    let flow = flows.flows + Int(slot)
    if header.has(TCPHeader.rst) { return reset(slot, receiver) }
    if header.has(TCPHeader.syn) {
      guard synchronise(slot, sideIndex, header, receiver) else {
        counters.strays &+= 1
        return
      }
    } else if flow.pointee.has(Flow.lingering | Flow.closed), belongsToNewConnection(slot, sideIndex, header, payload) {
      restart(slot, receiver)
    }
    let side = self.side(slot, sideIndex)
    if header.has(TCPHeader.ack) { side.pointee.note(acknowledgement: header.acknowledgement) }
    if flow.pointee.has(Flow.closed | Flow.ignored) { return }
    if payload.wire > 0 || header.has(TCPHeader.fin) {
      data(slot, sideIndex, header, header.sequence &+ (header.has(TCPHeader.syn) ? 1 : 0), payload, receiver)
    }
  }

  /// Data after the end that cannot be of the old connection: its addresses are used again, and the SYN was not captured.
  private func belongsToNewConnection(_ slot: UInt32, _ sideIndex: Int, _ header: TCPHeader, _ payload: LayerBytes) -> Bool {
    if payload.captured == 0 { return false }
    let flow = flows.flows[Int(slot)]
    let side = self.side(slot, sideIndex).pointee
    // Nothing is known of what this side sent; only after the end is that suspicious.
    if !side.has(Side.started) { return flow.has(Flow.closed) }
    let distance = Int64(bitPattern: side.unwrap(header.sequence) &- side.next)
    if abs(distance) > Self.farthest { return true }
    // After a reset that was none, the connection goes on.
    return flow.has(Flow.closed) && flow.has(Flow.reset) && distance >= 0
  }

  /// A SYN: the place of the stream's first byte. False when it contradicts what is known and starts nothing new.
  private mutating func synchronise(
    _ slot: UInt32, _ sideIndex: Int, _ header: TCPHeader, _ receiver: any ConversationReceiver
  ) -> Bool {
    if contradicts(slot, sideIndex, header) {
      let answered = acknowledgesSYN(slot, 1 - sideIndex, header)
      let isOver = flows.flows[Int(slot)].has(Flow.lingering | Flow.closed)
      if header.has(TCPHeader.ack) && !answered && !isOver { return false }
      restart(slot, receiver)
      if answered { begin(slot, 1 - sideIndex, header.acknowledgement &- 1) }
    }
    begin(slot, sideIndex, header.sequence)
    return true
  }

  /// Whether a SYN-ACK answers the SYN of a connection in which the other side has sent nothing yet.
  private func acknowledgesSYN(_ slot: UInt32, _ otherIndex: Int, _ header: TCPHeader) -> Bool {
    let other = side(slot, otherIndex).pointee
    return header.has(TCPHeader.ack) && other.has(Side.synSeen) && other.next == other.origin
      && header.acknowledgement == other.initialSequence &+ 1
  }

  private func contradicts(_ slot: UInt32, _ sideIndex: Int, _ header: TCPHeader) -> Bool {
    let side = self.side(slot, sideIndex).pointee
    if side.has(Side.synSeen) { return side.initialSequence != header.sequence }
    let first = header.sequence &+ 1
    if side.has(Side.started) {
      let distance = Int32(bitPattern: UInt32(truncatingIfNeeded: side.origin) &- first)
      return distance < 0 || distance > Self.farthestStart
    }
    let other = self.side(slot, 1 - sideIndex).pointee
    if other.has(Side.acknowledged) {
      let distance = Int32(bitPattern: other.lastAcknowledgement &- first)
      // The other side may still acknowledge nothing but has sent its SYN-ACK or data: 0 or a little more.
      return distance < 0 || distance > 1 << 20
    }
    return flows.flows[Int(slot)].has(Flow.lingering | Flow.closed)
  }

  private func begin(_ slot: UInt32, _ sideIndex: Int, _ sequence: UInt32) {
    let side = self.side(slot, sideIndex)
    if side.pointee.has(Side.synSeen) { return }
    side.pointee.state |= Side.synSeen
    side.pointee.initialSequence = sequence
    if side.pointee.has(Side.started) {
      // Captured late. If nothing was delivered yet, the stream's start is certain after all.
      if UInt32(truncatingIfNeeded: side.pointee.next) == sequence &+ 1 { side.pointee.state &= ~Side.unsynchronised }
    } else {
      side.pointee.start(at: sequence &+ 1)
    }
  }

  private mutating func reset(_ slot: UInt32, _ receiver: any ConversationReceiver) {
    let flow = flows.flows + Int(slot)
    if flow.pointee.has(Flow.closed | Flow.ignored) { return }
    flow.pointee.state |= Flow.reset
    linger(slot)
  }
}

extension Side {
  @inline(__always)
  mutating func note(acknowledgement: UInt32) {
    if has(Side.acknowledged) && Int32(bitPattern: acknowledgement &- lastAcknowledgement) <= 0 { return }
    lastAcknowledgement = acknowledgement
    state |= Side.acknowledged
  }
}
