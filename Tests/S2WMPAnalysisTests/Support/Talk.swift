import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// A line that the analyzer handed out, owned.
struct Line {
  var frame: UInt64
  var frames: [UInt64]
  var stream: UInt32
  var name: String
  var dialect: Dialect
  var length: UInt64
  var codes: Set<ExpertCode>
  var replyTo: UInt64
  var latency: Int64?
}

/// Conversations made by hand, and the lines that came of them. Each call is one more captured frame, 1 ms after the one before.
final class Talk: DissectionSink {
  static let start: Int64 = 1_790_000_000_000
  private(set) var lines: [Line] = []
  private(set) var frame: UInt64 = 0
  private var analyzer: Analyzer?

  init(_ change: (inout AnalysisOptions) -> Void = { _ in }) {
    var options = AnalysisOptions()
    change(&options)
    analyzer = Analyzer(options: options, seed: 7, sink: self)
  }

  func receive(_ packet: borrowing Dissection) {
    lines.append(
      Line(
        frame: packet.frame, frames: Array(packet.frames), stream: packet.stream, name: packet.name, dialect: packet.dialect,
        length: packet.length, codes: Set(packet.findings.codes), replyTo: packet.replyTo, latency: packet.latency))
  }

  var names: [String] { lines.map(\.name) }
  var totals: AnalysisTotals? { analyzer?.summary }
  private var now: CaptureTime { CaptureTime(nanoseconds: (Self.start + Int64(frame)) * 1_000_000) }

  static func host(_ last: UInt32, _ port: UInt16) -> Endpoint { .ipv4(0x0a00_0000 | last, port: port) }

  func open(_ first: Endpoint, _ second: Endpoint, _ transport: Transport = .tcp) -> Int {
    analyzer?.openConversation(ConversationStart(transport: transport, first: first, second: second, frame: frame + 1)) ?? 0
  }

  /// A connection of a client to that port.
  func connect(port: UInt16 = 5000, from client: UInt32 = 7, to server: UInt32 = 9) -> Int {
    open(Self.host(client, UInt16(truncatingIfNeeded: 40_000 + frame)), Self.host(server, port))
  }

  /// One segment in one frame; gives the frame's number.
  @discardableResult
  func say(_ talk: Int, _ direction: FlowDirection, _ bytes: [UInt8], frame given: UInt64? = nil, unsynchronised: Bool = false) -> UInt64 {
    frame = given ?? frame + 1
    _ = bytes.withUnsafeBytes {
      analyzer?.receiveSegment(talk, direction, $0, frame: frame, time: now, startsSegment: true, unsynchronised: unsynchronised)
    }
    return frame
  }

  @discardableResult
  func say(_ talk: Int, _ bytes: [UInt8], frame given: UInt64? = nil, unsynchronised: Bool = false) -> UInt64 {
    say(talk, .forward, bytes, frame: given, unsynchronised: unsynchronised)
  }

  func gap(_ talk: Int, _ cause: GapCause = .lost) {
    analyzer?.receiveGap(talk, .forward, length: 100, cause: cause)
  }

  func find(_ talk: Int, _ finding: StreamFinding) {
    analyzer?.receiveFinding(talk, .forward, finding, frame: frame)
  }

  func hold(_ talk: Int, _ direction: FlowDirection = .forward, since: UInt64) { analyzer?.holdDirection(talk, direction, since: since) }

  func close(_ talk: Int) { analyzer?.closeConversation(talk) }

  /// One packet on a connection of its own, as the legacy program sends.
  @discardableResult
  func alone(_ bytes: [UInt8], from client: UInt32 = 7, to server: UInt32 = 9, port: UInt16 = 5000) -> UInt64 {
    let talk = connect(port: port, from: client, to: server)
    let frame = say(talk, bytes)
    close(talk)
    return frame
  }

  /// One whole datagram, or one of which only the first bytes were captured.
  @discardableResult
  func datagram(_ talk: Int, _ bytes: [UInt8], wire: Int? = nil) -> UInt64 { datagram(talk, .forward, bytes, wire: wire) }

  @discardableResult
  func datagram(_ talk: Int, _ direction: FlowDirection, _ bytes: [UInt8], wire: Int? = nil) -> UInt64 {
    frame += 1
    let pieces = [Piece(offset: 0, frame: frame, time: now)]
    _ = bytes.withUnsafeBytes { bytes in
      pieces.withUnsafeBufferPointer { analyzer?.receiveDatagram(talk, direction, bytes, wireLength: wire ?? bytes.count, pieces: $0) }
    }
    return frame
  }

  @discardableResult
  func finish() -> [Line] {
    analyzer?.finish()
    analyzer = nil
    return lines
  }
}
