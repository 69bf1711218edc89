import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// The bytes as calls of reassembly (`StreamScript`), given to the framer and the analyzer.
///
/// Every byte delivered of a conversation of ours must be in exactly one line; of a conversation that is not ours, none.
enum StreamTarget {
  static func check(_ input: UnsafeRawBufferPointer) throws(FuzzViolation) {
    guard let first = input.first else { return }
    try checkFramer(UnsafeRawBufferPointer(rebasing: input[1...]))
    let audit = PacketAudit()
    var shown: [UInt16: [UInt64]] = [:]
    audit.onPacket = { packet in
      let isForward = packet.source.port >= StreamScript.firstClientPort
      let port = isForward ? packet.source.port : packet.destination.port
      shown[port, default: [0, 0]][isForward ? 0 : 1] += packet.length
    }
    let setting = StreamSetting(first)
    let analyzer = Analyzer(options: setting.options, seed: 1, sink: audit)
    var script = StreamScript(analyzer, setting, UnsafeRawBufferPointer(rebasing: input[1...]))
    script.run()
    analyzer.finish()
    try audit.finish(sorted: setting.options.order != .immediate && analyzer.summary.leftEarly == 0)
    for lane in script.lanes { try check(lane, shown[lane.clientPort] ?? [0, 0], setting) }
  }

  private static func check(_ lane: StreamLane, _ shown: [UInt64], _ setting: StreamSetting) throws(FuzzViolation) {
    let nothing: [UInt64] = [0, 0]
    let mayBeForeign = lane.transport == .udp || !setting.isAlwaysOurs
    let isComplete = shown == lane.delivered && !lane.isIgnored
    try FuzzViolation.require(
      isComplete || (mayBeForeign && shown == nothing),
      "conversation \(lane.clientPort): \(lane.delivered) bytes were delivered\(lane.isIgnored ? " and ignored" : ""), \(shown) are in lines")
  }

  /// A packet that frames keeps its length when more bytes follow, and every shorter prefix is incomplete, never a fault.
  private static func checkFramer(_ bytes: UnsafeRawBufferPointer) throws(FuzzViolation) {
    for dialect in [Dialect.v1, .legacy] {
      guard case .framed(let length) = Framer.frame(bytes, dialect) else { continue }
      try FuzzViolation.require(length > 0 && length <= bytes.count, "\(dialect): framed \(length) of \(bytes.count) bytes")
      for count in Set([0, 1, 2, 3, 7, 20, 44, length / 2, length - 1]) where count < length {
        guard case .incomplete(let needed) = Framer.frame(UnsafeRawBufferPointer(rebasing: bytes[..<count]), dialect) else {
          throw FuzzViolation("\(dialect): \(count) bytes of a packet of \(length) are not incomplete")
        }
        try FuzzViolation.require(needed > count && needed <= length, "\(dialect): \(needed) bytes needed of a packet of \(length), having \(count)")
      }
    }
  }
}
