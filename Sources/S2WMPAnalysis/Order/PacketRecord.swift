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
  var details: [FindingDetail] = []
}

/// Names a waiting record; stale once the record was handed out.
struct RecordHandle: Equatable {
  var index: Int32
  var generation: UInt32

  /// Names no record.
  static var none: RecordHandle { RecordHandle(index: -1, generation: 0) }
}
