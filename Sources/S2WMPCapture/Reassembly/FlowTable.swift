import CPrefetch

/// All flows, in memory allocated once: an open-addressing index over an array of flows, and the list of their use.
///
/// SAFETY: `flows` and `sides` have room for `limit` (and twice `limit`) entries; a slot is initialised when it is handed out and trivially
/// destroyed. Slots come only from `insert`, so they are below `limit`.
struct FlowTable {
  let flows: UnsafeMutablePointer<Flow>
  let sides: UnsafeMutablePointer<Side>
  /// Hash in the high half, slot + 1 in the low half; 0 is free.
  private let index: UnsafeMutablePointer<UInt64>
  private let mask: Int
  private let limit: Int
  private var handedOut = 0
  private var firstFree = nowhere
  private(set) var count = 0
  private let seed = FlowSeed()
  private(set) var oldest = nowhere
  private var newest = nowhere

  init(limit: Int) {
    self.limit = max(2, min(limit, 1 << 24))
    var size = 16
    while size < self.limit * 2 { size *= 2 }
    mask = size - 1
    index = .allocate(capacity: size)
    index.initialize(repeating: 0, count: size)
    flows = .allocate(capacity: self.limit)
    sides = .allocate(capacity: self.limit * 2)
  }

  func deallocate() {
    index.deallocate()
    flows.deallocate()
    sides.deallocate()
  }

  var isFull: Bool { count == limit }
  /// Slots below this were in use at some time.
  var slotsUsed: Int { handedOut }

  @inline(__always)
  func hash(_ key: FlowKey) -> UInt32 { key.hash(seed) }

  @inline(__always)
  func find(_ key: FlowKey, _ hash: UInt32) -> UInt32 {
    var at = Int(hash) & mask
    while true {
      let entry = index[at]
      if entry == 0 { return nowhere }
      if UInt32(truncatingIfNeeded: entry >> 32) == hash {
        let slot = UInt32(truncatingIfNeeded: entry) &- 1
        if flows[Int(slot)].key.matches(key) { return slot }
      }
      at = (at &+ 1) & mask
    }
  }

  /// Asks for the line in which a search for this hash begins.
  @inline(__always)
  func expect(_ hash: UInt32) { s2wmp_prefetch(index + (Int(hash) & mask)) }

  /// The first slot with this hash, unless something else stands before it: a guess, and good enough to bring memory near.
  @inline(__always)
  func guess(_ hash: UInt32) -> UInt32 {
    let entry = index[Int(hash) & mask]
    return UInt32(truncatingIfNeeded: entry >> 32) == hash ? UInt32(truncatingIfNeeded: entry) &- 1 : nowhere
  }

  /// Asks for a flow and one of its sides.
  @inline(__always)
  func expect(_ slot: UInt32, _ side: Int) {
    let flow = UnsafeRawPointer(flows + Int(slot))
    s2wmp_prefetch_to_write(flow)
    s2wmp_prefetch_to_write(flow + 64)
    let side = UnsafeRawPointer(sides + (Int(slot) &* 2 &+ side))
    s2wmp_prefetch_to_write(side)
    s2wmp_prefetch_to_write(side + 64)
  }

  /// Adds a flow; the table must not be full.
  mutating func insert(_ key: FlowKey, _ hash: UInt32, now: Int64, tick: UInt64) -> UInt32 {
    var slot = firstFree
    if slot == nowhere {
      slot = UInt32(handedOut)
      handedOut += 1
    } else {
      firstFree = flows[Int(slot)].useNewer
    }
    flows.advanced(by: Int(slot)).initialize(to: Flow(key: key, hash: hash, lastSeen: now, lastTick: tick, queuedTick: tick))
    sides.advanced(by: Int(slot) * 2).initialize(repeating: Side(), count: 2)
    var at = Int(hash) & mask
    while index[at] != 0 { at = (at &+ 1) & mask }
    index[at] = UInt64(hash) << 32 | UInt64(slot &+ 1)
    count += 1
    linkAsNewest(slot)
    return slot
  }

  mutating func remove(_ slot: UInt32) {
    removeFromIndex(slot)
    unlink(slot)
    flows[Int(slot)].useNewer = firstFree
    // Marks a free slot for those who walk over all.
    flows[Int(slot)].lastTick = .max
    firstFree = slot
    count -= 1
  }

  /// Moves entries behind the freed place back, so that no search ends too early.
  private func removeFromIndex(_ slot: UInt32) {
    var hole = Int(flows[Int(slot)].hash) & mask
    while UInt32(truncatingIfNeeded: index[hole]) != slot &+ 1 { hole = (hole &+ 1) & mask }
    var at = hole
    while true {
      at = (at &+ 1) & mask
      let entry = index[at]
      if entry == 0 { break }
      let home = Int(entry >> 32) & mask
      if (at &- home) & mask >= (at &- hole) & mask {
        index[hole] = entry
        hole = at
      }
    }
    index[hole] = 0
  }

  // MARK: Order of use

  /// The flow to forget first: the one at the list's front, unless it was used since it got there; then it goes to the back, and so on.
  mutating func leastUsed(tick: UInt64, steps: Int = .max) -> UInt32 {
    var left = steps
    while oldest != nowhere && left > 0 {
      let slot = oldest
      if flows[Int(slot)].lastTick <= flows[Int(slot)].queuedTick { return slot }
      touch(slot, tick: tick)
      left -= 1
    }
    return nowhere
  }

  mutating func touch(_ slot: UInt32, tick: UInt64) {
    unlink(slot)
    flows[Int(slot)].queuedTick = tick
    linkAsNewest(slot)
  }

  /// Makes it the first to be forgotten.
  mutating func retire(_ slot: UInt32) {
    unlink(slot)
    flows[Int(slot)].queuedTick = flows[Int(slot)].lastTick
    flows[Int(slot)].useOlder = nowhere
    flows[Int(slot)].useNewer = oldest
    if oldest != nowhere { flows[Int(oldest)].useOlder = slot } else { newest = slot }
    oldest = slot
  }

  private mutating func linkAsNewest(_ slot: UInt32) {
    flows[Int(slot)].useNewer = nowhere
    flows[Int(slot)].useOlder = newest
    if newest != nowhere { flows[Int(newest)].useNewer = slot } else { oldest = slot }
    newest = slot
  }

  private mutating func unlink(_ slot: UInt32) {
    let (older, newer) = (flows[Int(slot)].useOlder, flows[Int(slot)].useNewer)
    if older != nowhere { flows[Int(older)].useNewer = newer } else { oldest = newer }
    if newer != nowhere { flows[Int(newer)].useOlder = older } else { newest = older }
  }
}
