import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// A dissected packet that is kept: it owns what a `Dissection` borrows.
public final class LivePacket: Sendable {
  public let frame: UInt64
  public let time: CaptureTime
  /// Every frame that carries bytes of it, ascending.
  public let frames: [UInt64]
  public let stream: UInt32
  public let findings: Findings
  /// Bytes of memory that it takes, about.
  public let cost: Int
  private let transport: Transport
  private let source: Endpoint
  private let destination: Endpoint
  private let dialect: Dialect
  private let layout: LayoutID?
  private let bytes: [UInt8]
  private let length: UInt64
  private let details: [FindingDetail]?
  private let replyTo: UInt64
  private let latency: Int64?
  private let opened: OpenedPacket?

  public init(_ packet: borrowing Dissection) {
    frame = packet.frame
    time = packet.time
    frames = Array(packet.frames)
    stream = packet.stream
    findings = packet.findings
    transport = packet.transport
    source = packet.source
    destination = packet.destination
    dialect = packet.dialect
    layout = packet.layout
    bytes = Array(packet.bytes)
    length = packet.length
    let details = packet.details
    self.details = details.isEmpty ? nil : details
    replyTo = packet.replyTo
    latency = packet.latency
    opened = packet.opened
    cost = 256 + bytes.count + frames.count * 8 + (opened?.plaintext?.count ?? 0)
  }

  /// The packet as formats and filters take it, during the call.
  public func withDissection<Result>(_ body: (Dissection) -> Result) -> Result {
    frames.withUnsafeBufferPointer { frames in
      bytes.withUnsafeBytes { bytes in
        body(
          Dissection(
            frame: frame, time: time, frames: frames, transport: transport, stream: stream, source: source, destination: destination,
            dialect: dialect, layout: layout, bytes: bytes, length: length, findings: findings, details: details, replyTo: replyTo,
            latency: latency, opened: opened))
      }
    }
  }
}
