import S2WMPFlow
import S2WMPWire

/// Hands packets out in the order of their frames, each when all that can be said about it is known.
///
/// A packet goes through two lists. In the first it waits while a direction may still give a packet of an earlier frame (`HoldList`); on leaving it, in
/// order, it is judged: compared with what was seen before and tied to the request it answers. In the second it waits while it is itself a request
/// without an answer, or behind one. What waits is bounded by `window` bytes; then the oldest goes as it is.
final class Sequencer {
  private struct Slot {
    var record: PacketRecord?
    var previous: Int32 = -1
    var next: Int32 = -1
    var generation: UInt32 = 0
    /// Reasons to wait.
    var waits: UInt8 = 0
  }

  /// First and last slot of a list, −1 when empty.
  private struct List {
    var head: Int32 = -1
    var tail: Int32 = -1
  }

  private static let overhead = 256
  /// Nanoseconds after which a request that leaves the window early counts as unanswered.
  private static let answerPatience: Int64 = 60_000_000_000

  private let slab = SlabAllocator()
  private var slots: UnsafeMutablePointer<Slot>
  private var capacity = 64
  private var used = 0
  private var freeSlot: Int32 = -1
  private let sorting: UnsafeMutablePointer<List>
  private let waiting: UnsafeMutablePointer<List>
  /// The last record that was sorted in before the tail; late ones come in runs.
  private var finger: Int32 = -1
  private var keptBytes = 0
  private let window: Int
  /// SAFETY: the analyzer owns its sequencer and sets this before anything is appended.
  unowned(unsafe) var analyzer: Analyzer?
  let holds = HoldList()
  private(set) var leftEarly: UInt64 = 0

  init(window: Int) {
    self.window = window
    sorting = .allocate(capacity: 1)
    sorting.initialize(to: List())
    waiting = .allocate(capacity: 1)
    waiting.initialize(to: List())
    slots = .allocate(capacity: capacity)
    slots.initialize(repeating: Slot(), count: capacity)
  }

  deinit {
    sorting.deallocate()
    waiting.deallocate()
    slots.deinitialize(count: capacity)
    slots.deallocate()
  }

  /// Takes a record whose memory is borrowed. `waits`: it stays until `release`d.
  func append(_ borrowed: PacketRecord, waits: Bool) -> RecordHandle {
    if sorting.pointee.head < 0 && borrowed.frame <= holds.lowest { return admit(borrowed, waits) }
    let index = newSlot()
    slots[Int(index)].record = keep(borrowed)
    slots[Int(index)].waits = waits ? 1 : 0
    borrowed.conversation.pointee.sorting += 1
    sortIn(index, borrowed.frame)
    let handle = RecordHandle(index: index, generation: slots[Int(index)].generation)
    drain(now: borrowed.time)
    return handle
  }

  /// Whether the record still waits here.
  func isWaiting(_ handle: RecordHandle) -> Bool {
    handle.index >= 0 && slots[Int(handle.index)].generation == handle.generation && slots[Int(handle.index)].record != nil
  }

  /// One reason to wait less; `findings` were learned meanwhile.
  func release(_ handle: RecordHandle, adding findings: Findings = []) {
    guard isWaiting(handle) else { return }
    slots[Int(handle.index)].record?.findings.formUnion(findings)
    if slots[Int(handle.index)].waits > 0 { slots[Int(handle.index)].waits -= 1 }
  }

  /// Judges and hands out what need not wait any longer.
  func drain(now: CaptureTime = .none) {
    while sorting.pointee.head >= 0 && frameOf(sorting.pointee.head) <= holds.lowest { admitFirst() }
    while waiting.pointee.head >= 0 && slots[Int(waiting.pointee.head)].waits == 0 { emitFirst() }
    while keptBytes > window && (waiting.pointee.head >= 0 || sorting.pointee.head >= 0) { forceFirst(now: now) }
  }

  /// Judges everything: no more packets will come.
  func admitAll() {
    while sorting.pointee.head >= 0 { admitFirst() }
  }

  /// Hands out everything.
  func finish() {
    admitAll()
    while waiting.pointee.head >= 0 { emitFirst() }
  }

  /// A record in order of its frame that nothing holds back: no copy is made when it need not wait.
  private func admit(_ borrowed: PacketRecord, _ waits: Bool) -> RecordHandle {
    var record = borrowed
    let awaited = analyzer?.judge(&record)
    let stays = waits || awaited?.owesAnswer ?? false
    var handle = RecordHandle.none
    if !stays && waiting.pointee.head < 0 {
      analyzer?.handOut(record)
    } else {
      let index = newSlot()
      slots[Int(index)].record = keep(record)
      slots[Int(index)].waits = (waits ? 1 : 0) + (awaited?.owesAnswer ?? false ? 1 : 0)
      appendWaiting(index)
      handle = RecordHandle(index: index, generation: slots[Int(index)].generation)
    }
    if let awaited { analyzer?.remember(awaited, record, handle) }
    if waiting.pointee.head >= 0 { drain(now: record.time) }
    return handle
  }

  private func admitFirst() {
    let index = sorting.pointee.head
    Self.unlinkFirst(sorting, slots)
    if finger == index { finger = -1 }
    guard var record = slots[Int(index)].record else { return }
    record.conversation.pointee.sorting -= 1
    let awaited = analyzer?.judge(&record)
    slots[Int(index)].record = record
    if awaited?.owesAnswer ?? false { slots[Int(index)].waits += 1 }
    appendWaiting(index)
    if let awaited { analyzer?.remember(awaited, record, RecordHandle(index: index, generation: slots[Int(index)].generation)) }
    analyzer?.settleIfOver(record.conversation)
  }

  private func forceFirst(now: CaptureTime) {
    if waiting.pointee.head < 0 { admitFirst() }
    let slot = slots + Int(waiting.pointee.head)
    leftEarly += 1
    if slot.pointee.waits > 0, let record = slot.pointee.record, record.layout != nil, !now.isNone, !record.time.isNone,
      now.nanoseconds &- record.time.nanoseconds > Self.answerPatience
    {
      slot.pointee.record?.findings.insert(.requestUnanswered)
    }
    emitFirst()
  }

  private func emitFirst() {
    let index = waiting.pointee.head
    Self.unlinkFirst(waiting, slots)
    let slot = slots + Int(index)
    if let record = slot.pointee.record {
      analyzer?.handOut(record)
      forget(record)
    }
    slot.pointee.record = nil
    slot.pointee.waits = 0
    slot.pointee.generation &+= 1
    slot.pointee.next = freeSlot
    freeSlot = index
  }

  private func newSlot() -> Int32 {
    if freeSlot >= 0 {
      let index = freeSlot
      freeSlot = slots[Int(index)].next
      return index
    }
    if used == capacity { grow() }
    used += 1
    return Int32(used - 1)
  }

  private func grow() {
    let larger = UnsafeMutablePointer<Slot>.allocate(capacity: capacity * 2)
    larger.moveInitialize(from: slots, count: capacity)
    (larger + capacity).initialize(repeating: Slot(), count: capacity)
    slots.deallocate()
    slots = larger
    capacity *= 2
  }

  private func frameOf(_ index: Int32) -> UInt64 { slots[Int(index)].record?.frame ?? 0 }

  // MARK: - Lists

  private static func unlinkFirst(_ list: UnsafeMutablePointer<List>, _ slots: UnsafeMutablePointer<Slot>) {
    let next = slots[Int(list.pointee.head)].next
    list.pointee.head = next
    if next >= 0 { slots[Int(next)].previous = -1 } else { list.pointee.tail = -1 }
  }

  private func appendWaiting(_ index: Int32) {
    Self.insert(index, after: waiting.pointee.tail, in: waiting, slots)
  }

  /// −1: at the front.
  private static func insert(_ index: Int32, after before: Int32, in list: UnsafeMutablePointer<List>, _ slots: UnsafeMutablePointer<Slot>) {
    let after = before >= 0 ? slots[Int(before)].next : list.pointee.head
    slots[Int(index)].previous = before
    slots[Int(index)].next = after
    if before >= 0 { slots[Int(before)].next = index } else { list.pointee.head = index }
    if after >= 0 { slots[Int(after)].previous = index } else { list.pointee.tail = index }
  }

  /// Inserts behind all records of the same or an earlier frame.
  private func sortIn(_ index: Int32, _ frame: UInt64) {
    var before = sorting.pointee.tail
    if before >= 0 && frameOf(before) > frame {
      if finger >= 0 && frameOf(finger) <= frame {
        before = finger
        while true {
          let next = slots[Int(before)].next
          guard next >= 0, frameOf(next) <= frame else { break }
          before = next
        }
      } else {
        before = lastUpTo(frame)
      }
      finger = index
    }
    Self.insert(index, after: before, in: sorting, slots)
  }

  /// The last record that is not of a later frame, −1 when there is none. Looked for from both ends: under a full window records come near the front.
  private func lastUpTo(_ frame: UInt64) -> Int32 {
    var (front, back) = (sorting.pointee.head, sorting.pointee.tail)
    while front >= 0 && back >= 0 {
      if frameOf(back) <= frame { return back }
      if frameOf(front) > frame { return slots[Int(front)].previous }
      (front, back) = (slots[Int(front)].next, slots[Int(back)].previous)
    }
    return -1
  }

  // MARK: - Memory

  /// Copies what the record borrows.
  private func keep(_ borrowed: PacketRecord) -> PacketRecord {
    var record = borrowed
    let copy = slab.allocate(borrowed.bytes.count)
    if let base = borrowed.bytes.baseAddress { copy.copyMemory(from: base, byteCount: borrowed.bytes.count) }
    record.bytes = UnsafeRawBufferPointer(start: copy, count: borrowed.bytes.count)
    if let frames = borrowed.frames, let base = frames.baseAddress {
      let size = frames.count * MemoryLayout<UInt64>.stride
      let kept = slab.allocate(size)
      kept.copyMemory(from: base, byteCount: size)
      record.frames = UnsafeBufferPointer(start: kept.bindMemory(to: UInt64.self, capacity: frames.count), count: frames.count)
    }
    keptBytes += cost(record)
    record.conversation.pointee.records += 1
    return record
  }

  private func forget(_ record: PacketRecord) {
    keptBytes -= cost(record)
    if let base = record.bytes.baseAddress { slab.deallocate(UnsafeMutableRawPointer(mutating: base), record.bytes.count) }
    if let frames = record.frames, let base = frames.baseAddress {
      slab.deallocate(UnsafeMutableRawPointer(mutating: base), frames.count * MemoryLayout<UInt64>.stride)
    }
    record.conversation.pointee.records -= 1
    if record.conversation.pointee.isDone { analyzer?.forget(record.conversation) }
  }

  private func cost(_ record: PacketRecord) -> Int {
    (1 << SlabAllocator.sizeClass(record.bytes.count)) + (record.frames.map { $0.count * 8 } ?? 0) + Self.overhead
  }
}
