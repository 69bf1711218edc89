/// The frame being decoded.
struct FrameOrigin {
  var frame: UInt64 = 0
  var time = CaptureTime.none
  /// Where the frame lies in the ring.
  var position: UInt64 = 0
}

/// All state of a decoder. The layers' and reassembly's steps are extensions of it, in their own files.
///
/// SAFETY: `ring` is the memory of the batch being processed; positions are looked up in it only while `FrameRing.history` says that they are
/// still there. `flows` and `pool` are freed by `deallocate`, once.
struct DecoderCore {
  var flows: FlowTable
  var pool = SegmentPool()
  var fragments: Defragmenter
  var counters = CaptureCounters()
  let limits: ReassemblyLimits

  var origin = FrameOrigin()
  /// Capture time, as far as frames carry one.
  var now: Int64 = .min
  /// Frames so far: the clock of the order of use.
  var tick: UInt64 = 0
  var ring: UnsafeMutableRawPointer?
  var ringCapacity = 0

  /// Set while a packet is decoded that came in fragments: where its bytes are from.
  var parts: [FragmentPart] = []
  var partsStart: UnsafeRawPointer?

  /// Parts of a segment that were not captured before; kept for its memory.
  var fresh: [Range<UInt64>] = []

  /// Flows that are closed after a while, in order.
  var lingerFirst = nowhere
  var lingerLast = nowhere
  var lingerDue: Int64 = .max

  /// Directions (twice the flow's slot, plus the side) that hold segments back, in order of their beginning.
  var holderFirst = nowhere
  var holderLast = nowhere

  var lookahead = Lookahead()

  /// One piece, for datagrams that came whole.
  let piece: UnsafeMutablePointer<Piece>

  init(_ limits: ReassemblyLimits) {
    self.limits = limits
    flows = FlowTable(limit: limits.flows)
    fragments = Defragmenter(limits)
    piece = .allocate(capacity: 1)
    piece.initialize(to: Piece(offset: 0, frame: 0, time: .none))
  }

  mutating func deallocate() {
    for slot in 0..<flows.slotsUsed where flows.flows[slot].lastTick != .max {
      pool.removeAll(flows.sides + slot * 2)
      pool.removeAll(flows.sides + slot * 2 + 1)
    }
    flows.deallocate()
    lookahead.deallocate()
    pool.deallocate()
    piece.deallocate()
  }

  mutating func process(_ batch: FrameBatch, _ receiver: any ConversationReceiver) {
    (ring, ringCapacity) = (batch.base, batch.capacity)
    var position = batch.start
    while position < batch.end {
      let end = lookahead.prepare(batch, from: position, flows, receiver)
      while position < end {
        let record = FrameRing.record(batch.base, batch.capacity, at: position)
        let stride = UInt64(record.pointee.stride)
        if !record.pointee.isFiller { frame(record, position, receiver) }
        position &+= stride
      }
    }
  }

  @inline(__always)
  private mutating func frame(_ record: UnsafeMutablePointer<FrameRecord>, _ position: UInt64, _ receiver: any ConversationReceiver) {
    let captured = Int(record.pointee.captured)
    origin = FrameOrigin(frame: record.pointee.number, time: record.pointee.time, position: position)
    if !origin.time.isNone { now = origin.time.nanoseconds }
    tick &+= 1
    counters.frames &+= 1
    counters.bytes &+= UInt64(captured)
    if now >= lingerDue { closeDue(receiver) }
    if tick & 1023 == 0 { evictIdle(receiver) }
    let start = UnsafeRawPointer(record) + FrameRing.alignment
    link(record.pointee.linkType, LayerBytes(start: start, captured: captured, wire: max(captured, Int(record.pointee.wire))), receiver)
  }

  /// Finds the flow of a packet, or makes one.
  @inline(__always)
  mutating func flow(_ key: FlowKey, create: Bool, _ receiver: any ConversationReceiver) -> UInt32 {
    let hash = flows.hash(key)
    var slot = flows.find(key, hash)
    if slot == nowhere {
      if !create { return nowhere }
      slot = newFlow(key, hash, receiver)
    }
    flows.flows[Int(slot)].lastTick = tick
    flows.flows[Int(slot)].lastSeen = now
    return slot
  }

  private mutating func newFlow(_ key: FlowKey, _ hash: UInt32, _ receiver: any ConversationReceiver) -> UInt32 {
    if flows.isFull { evict(flows.leastUsed(tick: tick), receiver) }
    return flows.insert(key, hash, now: now, tick: tick)
  }

  @inline(__always)
  func side(_ slot: UInt32, _ side: Int) -> UnsafeMutablePointer<Side> { flows.sides + (Int(slot) &* 2 &+ side) }

  /// Tells the receiver of a conversation whose first payload byte was just captured.
  mutating func open(_ slot: UInt32, _ side: Int, frame: UInt64, _ receiver: any ConversationReceiver) {
    let flow = flows.flows + Int(slot)
    let key = flow.pointee.key
    flow.pointee.forwardSide = UInt8(side)
    flow.pointee.state |= Flow.opened
    flow.pointee.conversation = receiver.openConversation(
      ConversationStart(transport: key.transport, first: key.endpoint(side), second: key.endpoint(1 - side), frame: frame))
  }
}
