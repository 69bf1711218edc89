import S2WMPFlow
import S2WMPWire

/// Hands packets out in the order of their frames, each when all that can be said about it is known.
///
/// A packet waits while it is a request without its answer, while a direction may still give a packet of an earlier frame (`HoldList`), or behind one
/// that waits. What waits is bounded by `window` bytes; then the oldest goes as it is.
final class Sequencer {
  private struct Slot {
    var record: PacketRecord?
    var previous: Int32 = -1
    var next: Int32 = -1
    var generation: UInt32 = 0
    /// Reasons to wait.
    var waits: UInt8 = 0
  }

  private static let overhead = 256
  /// Nanoseconds after which a request that leaves the window early counts as unanswered.
  private static let answerPatience: Int64 = 60_000_000_000

  private let slab = SlabAllocator()
  private var slots: UnsafeMutablePointer<Slot>
  private var capacity = 64
  private var used = 0
  private var freeSlot: Int32 = -1
  private var head: Int32 = -1
  private var tail: Int32 = -1
  /// The last record that was inserted before the tail; late ones come in runs.
  private var finger: Int32 = -1
  private var waitingBytes = 0
  private let window: Int
  private let emit: (borrowing PacketRecord) -> Void
  var holds = HoldList()
  private(set) var leftEarly: UInt64 = 0

  init(window: Int, emit: @escaping (borrowing PacketRecord) -> Void) {
    self.window = window
    self.emit = emit
    slots = .allocate(capacity: capacity)
    slots.initialize(repeating: Slot(), count: capacity)
  }

  deinit {
    slots.deinitialize(count: capacity)
    slots.deallocate()
  }

  /// Takes a record whose memory is borrowed. `waits`: it stays until `release`d.
  func append(_ borrowed: PacketRecord, waits: Bool) -> RecordHandle {
    if !waits && head < 0 && borrowed.frame <= holds.lowest {
      emit(borrowed)
      return .none
    }
    let index = newSlot()
    slots[Int(index)].record = keep(borrowed)
    slots[Int(index)].waits = waits ? 1 : 0
    link(index, borrowed.frame)
    let handle = RecordHandle(index: index, generation: slots[Int(index)].generation)
    drain(now: borrowed.time)
    return handle
  }

  /// Whether the record still waits here.
  func isWaiting(_ handle: RecordHandle) -> Bool {
    handle.index >= 0 && slots[Int(handle.index)].generation == handle.generation && slots[Int(handle.index)].record != nil
  }

  /// One more reason to wait, for a record that still waits.
  func retain(_ handle: RecordHandle) {
    if isWaiting(handle) { slots[Int(handle.index)].waits += 1 }
  }

  /// One reason less; `findings` were learned meanwhile.
  func release(_ handle: RecordHandle, adding findings: Findings = []) {
    guard isWaiting(handle) else { return }
    slots[Int(handle.index)].record?.findings.formUnion(findings)
    if slots[Int(handle.index)].waits > 0 { slots[Int(handle.index)].waits -= 1 }
  }

  /// Hands out what need not wait any longer.
  func drain(now: CaptureTime = .none) {
    let lowest = holds.lowest
    while head >= 0 {
      let slot = slots + Int(head)
      guard slot.pointee.waits == 0, slot.pointee.record?.frame ?? 0 <= lowest else { break }
      emitHead()
    }
    while waitingBytes > window && head >= 0 { forceHead(now: now) }
  }

  /// Hands out everything.
  func finish() {
    while head >= 0 { emitHead() }
  }

  private func forceHead(now: CaptureTime) {
    let slot = slots + Int(head)
    leftEarly += 1
    if slot.pointee.waits > 0, let record = slot.pointee.record, record.layout != nil, !now.isNone, !record.time.isNone,
      now.nanoseconds &- record.time.nanoseconds > Self.answerPatience
    {
      slot.pointee.record?.findings.insert(.requestUnanswered)
    }
    emitHead()
  }

  private func emitHead() {
    let index = head
    let slot = slots + Int(index)
    head = slot.pointee.next
    if head >= 0 { slots[Int(head)].previous = -1 } else { tail = -1 }
    if finger == index { finger = -1 }
    if let record = slot.pointee.record {
      emit(record)
      forget(record)
    }
    slot.pointee.record = nil
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

  /// Inserts behind all records of the same or an earlier frame.
  private func link(_ index: Int32, _ frame: UInt64) {
    var before = tail
    if before >= 0 && frameOf(before) > frame {
      if finger >= 0 && frameOf(finger) <= frame {
        before = finger
        while true {
          let next = slots[Int(before)].next
          guard next >= 0, frameOf(next) <= frame else { break }
          before = next
        }
      } else {
        while before >= 0 && frameOf(before) > frame { before = slots[Int(before)].previous }
      }
      finger = index
    }
    let after = before >= 0 ? slots[Int(before)].next : head
    slots[Int(index)].previous = before
    slots[Int(index)].next = after
    if before >= 0 { slots[Int(before)].next = index } else { head = index }
    if after >= 0 { slots[Int(after)].previous = index } else { tail = index }
  }

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
    waitingBytes += cost(record)
    record.conversation.pointee.records += 1
    return record
  }

  private func forget(_ record: PacketRecord) {
    waitingBytes -= cost(record)
    if let base = record.bytes.baseAddress { slab.deallocate(UnsafeMutableRawPointer(mutating: base), record.bytes.count) }
    if let frames = record.frames, let base = frames.baseAddress {
      slab.deallocate(UnsafeMutableRawPointer(mutating: base), frames.count * MemoryLayout<UInt64>.stride)
    }
    record.conversation.pointee.records -= 1
    Conversation.freeIfDone(record.conversation)
  }

  private func cost(_ record: PacketRecord) -> Int {
    (1 << SlabAllocator.sizeClass(record.bytes.count)) + (record.frames.map { $0.count * 8 } ?? 0) + Self.overhead
  }
}
