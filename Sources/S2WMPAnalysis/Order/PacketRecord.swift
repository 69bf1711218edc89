import S2WMPFlow
import S2WMPWire

/// A packet on its way out: `Dissection` with its memory in the record pool instead of borrowed.
struct PacketRecord {
  var frame: UInt64
  var time: CaptureTime
  var conversation: UnsafeMutablePointer<Conversation>
  var direction: FlowDirection
  var dialect: Dialect
  var layout: LayoutID?
  var bytes: UnsafeRawBufferPointer
  var length: UInt64
  /// All frames, ascending; nil stands for `frame` alone.
  var frames: UnsafeBufferPointer<UInt64>?
  var findings: Findings
  var replyTo: UInt64 = 0
  var latency: Int64?
  /// Its details in `DetailPool`; −1: none.
  var details: Int32 = -1
}

/// What few records have: facts behind findings, and what keys told. Records without arrays are copied and dropped for nothing.
struct DetailPool {
  struct Entry {
    var details: [FindingDetail]?
    var opened: OpenedPacket?
  }

  private var entries: [Entry] = []
  private var free: [Int32] = []

  /// Adds to the entry with that index, which is made when it is −1.
  mutating func add(_ detail: FindingDetail, to index: inout Int32) {
    makeEntry(&index)
    entries[Int(index)].details = (entries[Int(index)].details ?? []) + [detail]
  }

  mutating func keep(_ opened: OpenedPacket, at index: inout Int32) {
    makeEntry(&index)
    entries[Int(index)].opened = opened
  }

  private mutating func makeEntry(_ index: inout Int32) {
    if index >= 0 { return }
    if let reused = free.popLast() { return index = reused }
    index = Int32(truncatingIfNeeded: entries.count)
    entries.append(Entry())
  }

  /// Takes the entry out.
  mutating func take(_ index: Int32) -> Entry {
    let taken = entries[Int(index)]
    entries[Int(index)] = Entry()
    free.append(index)
    return taken
  }
}

/// Names a waiting record; stale once the record was handed out.
struct RecordHandle: Equatable {
  var index: Int32
  var generation: UInt32

  /// Names no record.
  static var none: RecordHandle { RecordHandle(index: -1, generation: 0) }
}
