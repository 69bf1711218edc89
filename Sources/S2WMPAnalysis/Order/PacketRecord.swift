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

/// The details of records. Few packets have any, and records without arrays are copied and dropped for nothing.
struct DetailPool {
  private var lists: [[FindingDetail]] = []
  private var free: [Int32] = []

  /// Adds to the list with that index, which is made when it is −1.
  mutating func add(_ detail: FindingDetail, to index: inout Int32) {
    if index >= 0 { return lists[Int(index)].append(detail) }
    if let reused = free.popLast() {
      index = reused
      lists[Int(index)] = [detail]
    } else {
      index = Int32(truncatingIfNeeded: lists.count)
      lists.append([detail])
    }
  }

  /// Takes the list out.
  mutating func take(_ index: Int32) -> [FindingDetail] {
    let taken = lists[Int(index)]
    lists[Int(index)] = []
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
