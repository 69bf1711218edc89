import CPrefetch

/// Looks at a group of frames before they are decoded and asks the processor for the memory that they will need.
///
/// The frames of thousands of connections come mixed, so that hardly anything that a frame needs is still in the near caches; waiting for it, frame by
/// frame, would take longer than all the work. Here the frames of a group wait together: first for their places in the index of flows, then for the
/// flows, then for what the receiver keeps of them. Nothing but time depends on it, so only the common kind of frame is looked at.
/// SAFETY: all reads stay within the batch's frames, whose captured length is compared first; slots in the index were handed out.
struct Lookahead {
  private struct Entry {
    var hash: UInt32
    var slot: UInt32
    var side: Int
    var payload: UnsafeRawBufferPointer
  }

  private static let group = 16
  /// Ethernet, IPv4 and TCP headers without options.
  private static let headers = 54
  private static let line: UInt64 = 64
  private static let bytesAhead: UInt64 = 8192

  private let entries = UnsafeMutablePointer<Entry>.allocate(capacity: group)
  private var count = 0
  /// Up to here the ring's lines were asked for.
  private var fetched: UInt64 = 0

  func deallocate() { entries.deallocate() }

  /// Prepares the frames from `start` on; gives the position behind the last of them.
  mutating func prepare(_ batch: FrameBatch, from start: UInt64, _ flows: borrowing FlowTable, _ receiver: any ConversationReceiver) -> UInt64 {
    let end = collect(batch, start, flows)
    for index in 0..<count {
      let slot = flows.guess(entries[index].hash)
      entries[index].slot = slot
      if slot != nowhere { flows.expect(slot, entries[index].side) }
    }
    for index in 0..<count where entries[index].slot != nowhere {
      let flow = flows.flows + Int(entries[index].slot)
      if flow.pointee.state != Flow.opened || entries[index].payload.isEmpty { continue }
      receiver.expectSegment(flow.pointee.conversation, flow.pointee.direction(entries[index].side), entries[index].payload)
    }
    return end
  }

  private mutating func collect(_ batch: FrameBatch, _ start: UInt64, _ flows: borrowing FlowTable) -> UInt64 {
    var position = start
    count = 0
    for _ in 0..<Self.group where position < batch.end {
      fetch(batch, upTo: min(batch.end, position &+ Self.bytesAhead))
      let record = FrameRing.record(batch.base, batch.capacity, at: position)
      position &+= UInt64(record.pointee.stride)
      note(record, flows)
    }
    return position
  }

  private mutating func fetch(_ batch: FrameBatch, upTo end: UInt64) {
    if fetched < batch.start { fetched = batch.start }
    while fetched < end {
      s2wmp_prefetch(batch.base + Int(truncatingIfNeeded: fetched & UInt64(batch.capacity &- 1)))
      fetched &+= Self.line
    }
  }

  /// Keeps a frame that is plainly TCP over IPv4 over Ethernet.
  @inline(__always)
  private mutating func note(_ record: UnsafeMutablePointer<FrameRecord>, _ flows: borrowing FlowTable) {
    let captured = Int(record.pointee.captured)
    if record.pointee.isFiller || captured < Self.headers || record.pointee.linkType != LinkType.ethernet { return }
    let bytes = LayerBytes(start: UnsafeRawPointer(record) + FrameRing.alignment, captured: captured, wire: captured)
    guard bytes.half(12) == 0x0800, bytes.byte(14) == 0x45, bytes.byte(23) == Transport.tcp.rawValue else { return }
    let addresses = AddressPair(
      sourceHigh: 0, sourceLow: 0x0000_ffff_0000_0000 | UInt64(bytes.word(26)), destinationHigh: 0,
      destinationLow: 0x0000_ffff_0000_0000 | UInt64(bytes.word(30)), isIPv4: true)
    let key = FlowKey(addresses, bytes.half(34), bytes.half(36), .tcp)
    let hash = flows.hash(key)
    flows.expect(hash)
    let skipped = min(captured, 34 &+ Int(bytes.byte(46) >> 4) &* 4)
    let payload = UnsafeRawBufferPointer(start: bytes.start + skipped, count: captured &- skipped)
    (entries + count).initialize(to: Entry(hash: hash, slot: nowhere, side: key.side, payload: payload))
    count &+= 1
  }
}
