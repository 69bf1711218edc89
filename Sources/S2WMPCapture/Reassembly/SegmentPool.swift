/// Bytes of a segment that wait behind a hole, or the part of them that was new.
struct WaitingSegment {
  var start: UInt64
  var data: UnsafeMutableRawPointer
  var frame: UInt64
  var time: CaptureTime
  var length: UInt32
  /// Bytes after it that the snap length cut.
  var cut: UInt32
  /// The following segment in stream order.
  var next = nowhere
  /// Children in the search tree.
  var left = nowhere
  var right = nowhere
  /// Neighbours in order of arrival.
  var older = nowhere
  var newer = nowhere
  /// Its first byte is a captured segment's first.
  var startsSegment: Bool

  var end: UInt64 { start &+ UInt64(length) }
}

/// Memory for all waiting segments.
///
/// Each direction's segments are in three orders at once: a list by stream position, one by arrival, and a treap (a search tree kept level
/// by random priorities), so that an attacker's order of arrival makes no operation slow.
/// SAFETY: indices come only from `add` and are given back once by `removeFirst`; `nodes` has room for `room` of which `used` are initialised.
struct SegmentPool {
  private(set) var nodes: UnsafeMutablePointer<WaitingSegment>
  private var room = 64
  private var used = 0
  private var firstFree = nowhere
  private(set) var count = 0
  private(set) var bytes = 0
  private let seed = UInt32.random(in: 0 ... .max)

  init() { nodes = .allocate(capacity: room) }

  /// All segments must have been removed.
  func deallocate() { nodes.deallocate() }

  /// The segment with the highest start at or below `position`.
  func last(startingUpTo position: UInt64, in side: UnsafeMutablePointer<Side>) -> UInt32 {
    let tail = side.pointee.tail
    if tail != nowhere && nodes[Int(tail)].start <= position { return tail }
    var at = side.pointee.root
    var best = nowhere
    while at != nowhere {
      if nodes[Int(at)].start <= position {
        best = at
        at = nodes[Int(at)].right
      } else {
        at = nodes[Int(at)].left
      }
    }
    return best
  }

  /// Copies bytes in; they must not overlap any that wait already.
  mutating func add(_ bytes: UnsafeRawPointer, _ segment: WaitingSegment, to side: UnsafeMutablePointer<Side>) {
    let length = Int(segment.length)
    let before = last(startingUpTo: segment.start, in: side)
    let slot = takeSlot()
    let data = UnsafeMutableRawPointer.allocate(byteCount: length, alignment: 1)
    data.copyMemory(from: bytes, byteCount: length)
    var segment = segment
    segment.data = data
    segment.next = before == nowhere ? side.pointee.head : nodes[Int(before)].next
    nodes.advanced(by: Int(slot)).initialize(to: segment)
    if before == nowhere { side.pointee.head = slot } else { nodes[Int(before)].next = slot }
    if segment.next == nowhere { side.pointee.tail = slot }
    linkByArrival(slot, side)
    insertInTree(slot, side)
    count += 1
    self.bytes += length
    side.pointee.waitingSegments += 1
    side.pointee.waitingBytes += length
  }

  /// Takes the first segment out. Its data is the caller's to free with `release`.
  mutating func removeFirst(_ side: UnsafeMutablePointer<Side>) -> WaitingSegment? {
    let slot = side.pointee.head
    if slot == nowhere { return nil }
    let segment = nodes[Int(slot)]
    side.pointee.head = segment.next
    if segment.next == nowhere { side.pointee.tail = nowhere }
    unlinkByArrival(segment, side)
    removeFirstFromTree(side)
    nodes[Int(slot)].next = firstFree
    firstFree = slot
    count -= 1
    bytes -= Int(segment.length)
    side.pointee.waitingSegments -= 1
    side.pointee.waitingBytes -= Int(segment.length)
    return segment
  }

  func release(_ segment: WaitingSegment) { segment.data.deallocate() }

  mutating func removeAll(_ side: UnsafeMutablePointer<Side>) {
    while let segment = removeFirst(side) { release(segment) }
  }

  private mutating func takeSlot() -> UInt32 {
    if firstFree != nowhere {
      let slot = firstFree
      firstFree = nodes[Int(slot)].next
      return slot
    }
    if used == room { grow() }
    used += 1
    return UInt32(used - 1)
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<WaitingSegment>.allocate(capacity: room * 2)
    larger.moveInitialize(from: nodes, count: used)
    nodes.deallocate()
    (nodes, room) = (larger, room * 2)
  }

  // MARK: Order of arrival

  /// Frames arrive in order, but for segments put together from fragments: those may be older than the front.
  private func linkByArrival(_ slot: UInt32, _ side: UnsafeMutablePointer<Side>) {
    let earliest = side.pointee.earliest
    if earliest != nowhere && nodes[Int(slot)].frame < nodes[Int(earliest)].frame {
      nodes[Int(slot)].newer = earliest
      nodes[Int(earliest)].older = slot
      side.pointee.earliest = slot
      return
    }
    let latest = side.pointee.latest
    nodes[Int(slot)].older = latest
    if latest != nowhere { nodes[Int(latest)].newer = slot } else { side.pointee.earliest = slot }
    side.pointee.latest = slot
  }

  private func unlinkByArrival(_ segment: WaitingSegment, _ side: UnsafeMutablePointer<Side>) {
    if segment.older != nowhere { nodes[Int(segment.older)].newer = segment.newer } else { side.pointee.earliest = segment.newer }
    if segment.newer != nowhere { nodes[Int(segment.newer)].older = segment.older } else { side.pointee.latest = segment.older }
  }

  // MARK: Tree

  private func priority(_ slot: UInt32) -> UInt32 {
    var value = (slot ^ seed) &* 0x9e37_79b1
    value ^= value >> 15
    value = value &* 0x85eb_ca77
    return value ^ (value >> 13)
  }

  private func insertInTree(_ slot: UInt32, _ side: UnsafeMutablePointer<Side>) {
    let (start, rank) = (nodes[Int(slot)].start, priority(slot))
    var (parent, toRight, at) = (nowhere, false, side.pointee.root)
    while at != nowhere && priority(at) >= rank {
      (parent, toRight) = (at, nodes[Int(at)].start < start)
      at = toRight ? nodes[Int(at)].right : nodes[Int(at)].left
    }
    split(at, below: start, under: slot)
    if parent == nowhere {
      side.pointee.root = slot
    } else if toRight {
      nodes[Int(parent)].right = slot
    } else {
      nodes[Int(parent)].left = slot
    }
  }

  /// Hangs the part of a tree below `start` to the left of `slot`, the rest to its right.
  private func split(_ tree: UInt32, below start: UInt64, under slot: UInt32) {
    var (at, lower, higher) = (tree, slot, slot)
    var (low, high) = (nowhere, nowhere)
    while at != nowhere {
      if nodes[Int(at)].start < start {
        if lower == slot { low = at } else { nodes[Int(lower)].right = at }
        lower = at
        at = nodes[Int(at)].right
      } else {
        if higher == slot { high = at } else { nodes[Int(higher)].left = at }
        higher = at
        at = nodes[Int(at)].left
      }
    }
    if lower != slot { nodes[Int(lower)].right = nowhere }
    if higher != slot { nodes[Int(higher)].left = nowhere }
    (nodes[Int(slot)].left, nodes[Int(slot)].right) = (low, high)
  }

  private func removeFirstFromTree(_ side: UnsafeMutablePointer<Side>) {
    var (parent, at) = (nowhere, side.pointee.root)
    while at != nowhere && nodes[Int(at)].left != nowhere { (parent, at) = (at, nodes[Int(at)].left) }
    if at == nowhere { return }
    let rest = nodes[Int(at)].right
    if parent == nowhere { side.pointee.root = rest } else { nodes[Int(parent)].left = rest }
  }
}
