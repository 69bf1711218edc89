import S2WMPCapture

/// Writes down every call as a short line, and where each byte came from.
///
/// `→` is forward, `←` backward; `"text" #3 s u` are bytes of frame 3 that start a segment (s) of an unsynchronised direction (u).
final class Recorder: ConversationReceiver {
  var lines: [String] = []
  /// Bytes, and the frame of each, by conversation and direction.
  var streams: [[[UInt8]]] = []
  var origins: [[[UInt64]]] = []
  var opened = 0
  var closed = 0
  var gaps: UInt64 = 0
  var missing: UInt64 = 0
  var findings: [StreamFinding: Int] = [:]
  /// Puts zeros from frame 0 where bytes are missing.
  var fillsGaps = false
  var datagrams: [(bytes: [UInt8], wireLength: Int, pieces: [Piece])] = []
  var ignoreAfter = Int.max
  /// Turned off where only the streams count.
  var writesLines = true

  private func note(_ line: @autoclosure () -> String) {
    if writesLines { lines.append(line()) }
  }

  private func arrow(_ direction: FlowDirection) -> String { direction == .forward ? "→" : "←" }

  private func interest() -> Interest {
    ignoreAfter -= 1
    return ignoreAfter <= 0 ? .ignore : .keep
  }

  func openConversation(_ start: ConversationStart) -> Int {
    note("open \(start.transport) \(Self.text(start.first)) \(Self.text(start.second)) #\(start.frame)")
    streams.append([[], []])
    origins.append([[], []])
    opened += 1
    return opened - 1
  }

  func receiveSegment(
    _ conversation: Int, _ direction: FlowDirection, _ bytes: UnsafeRawBufferPointer, frame: UInt64, time: CaptureTime, startsSegment: Bool,
    unsynchronised: Bool
  ) -> Interest {
    let marks = (startsSegment ? " s" : "") + (unsynchronised ? " u" : "")
    note("\(arrow(direction)) \"\(String(decoding: bytes, as: UTF8.self))\" #\(frame)\(marks)")
    streams[conversation][Int(direction.rawValue)] += bytes
    origins[conversation][Int(direction.rawValue)] += repeatElement(frame, count: bytes.count)
    return interest()
  }

  func receiveGap(_ conversation: Int, _ direction: FlowDirection, length: UInt64, cause: GapCause) {
    gaps += 1
    missing += length
    if fillsGaps {
      streams[conversation][Int(direction.rawValue)] += repeatElement(0, count: Int(length))
      origins[conversation][Int(direction.rawValue)] += repeatElement(0, count: Int(length))
    }
    note("\(arrow(direction)) gap \(length) \(cause)")
  }

  func receiveFinding(_ conversation: Int, _ direction: FlowDirection, _ finding: StreamFinding, frame: UInt64) {
    findings[finding, default: 0] += 1
    note("\(arrow(direction)) \(finding) #\(frame)")
  }

  func holdDirection(_ conversation: Int, _ direction: FlowDirection, since frame: UInt64) { note("\(arrow(direction)) hold \(frame)") }

  func endDirection(_ conversation: Int, _ direction: FlowDirection) { note("\(arrow(direction)) end") }

  func receiveDatagram(
    _ conversation: Int, _ direction: FlowDirection, _ bytes: UnsafeRawBufferPointer, wireLength: Int, pieces: UnsafeBufferPointer<Piece>
  ) -> Interest {
    let origin = pieces.map { "\($0.offset)#\($0.frame)" }.joined(separator: " ")
    note("\(arrow(direction)) datagram \"\(String(decoding: bytes, as: UTF8.self))\" of \(wireLength) \(origin)")
    datagrams.append((Array(bytes), wireLength, Array(pieces)))
    return interest()
  }

  func closeConversation(_ conversation: Int) {
    closed += 1
    note("close \(conversation)")
  }

  static func text(_ endpoint: Endpoint) -> String {
    if endpoint.isIPv4 {
      let parts = (0..<4).map { String(endpoint.low >> (24 - 8 * UInt64($0)) & 0xff) }
      return parts.joined(separator: ".") + ":\(endpoint.port)"
    }
    return "[\(String(endpoint.high, radix: 16)):\(String(endpoint.low, radix: 16))]:\(endpoint.port)"
  }
}
