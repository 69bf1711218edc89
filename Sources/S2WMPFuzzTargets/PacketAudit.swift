import S2WMPAnalysis
import S2WMPReport
import S2WMPWire

/// Prints every packet in every format to nowhere, and keeps the first thing that is wrong with one.
final class PacketAudit: DissectionSink {
  private(set) var violation: FuzzViolation?
  private(set) var lines = 0
  /// Set when a line came behind one of a later frame.
  private(set) var disorder: FuzzViolation?
  /// Called with every packet.
  var onPacket: ((borrowing Dissection) -> Void)?
  private var lastFrame: UInt64 = 0
  private let printer = EveryFormat()

  func receive(_ packet: borrowing Dissection) {
    lines += 1
    onPacket?(packet)
    if packet.frame < lastFrame, disorder == nil { disorder = FuzzViolation("line \(lines): frame \(packet.frame) comes after frame \(lastFrame)") }
    lastFrame = packet.frame
    if violation != nil { return }
    do throws(FuzzViolation) {
      try Self.checkShape(packet)
      try printer.check(copy packet)
    } catch {
      violation = FuzzViolation("line \(lines), frame \(packet.frame), \(packet.name): \(error)")
    }
  }

  /// - sorted: no packet had to leave early, so lines are in order.
  func finish(sorted: Bool) throws(FuzzViolation) {
    if let violation { throw violation }
    if sorted, let disorder { throw disorder }
  }

  private static func checkShape(_ packet: borrowing Dissection) throws(FuzzViolation) {
    let frames = packet.frames
    try FuzzViolation.require(zip(frames, frames.dropFirst()).allSatisfy { $0 < $1 }, "its frames do not ascend")
    let marked = packet.layout == nil ? frames.first : frames.last
    try FuzzViolation.require(marked == packet.frame, "its frame is not the one that its list says")
    if packet.layout == nil {
      try FuzzViolation.require(UInt64(packet.bytes.count) == min(packet.length, 256), "a malformed run shows a wrong number of bytes")
      try FuzzViolation.require(!packet.findings.isEmpty, "a malformed run without a finding")
    } else {
      try FuzzViolation.require(UInt64(packet.bytes.count) == packet.length, "a packet's length is not that of its bytes")
      try checkRows(packet)
    }
  }

  /// The rows cover the packet from its first byte to its last.
  private static func checkRows(_ packet: borrowing Dissection) throws(FuzzViolation) {
    guard let view = packet.view, let layout = packet.layout else { throw FuzzViolation("a framed packet without a view") }
    var end = 0
    for row in layout.rows {
      let range = view.range(of: row)
      try FuzzViolation.require(range.lowerBound == end && range.upperBound <= view.bytes.count, "\(row.name) is at \(range), not at \(end)")
      end = range.upperBound
    }
    try FuzzViolation.require(end == view.bytes.count, "the rows end at \(end) of \(view.bytes.count) bytes")
  }
}
