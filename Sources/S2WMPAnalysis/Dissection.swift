import S2WMPFlow
import S2WMPWire

/// One S2WMP packet (or a run of bytes that frames none), with everything that is known of it. Borrowed: valid only during the call that hands it out.
public struct Dissection {
  /// Number, from 1, of the captured frame that completed the packet; of a malformed run, the first frame with bytes of it.
  public var frame: UInt64
  /// Capture time of `frame`.
  public var time: CaptureTime
  /// Every frame that carries bytes of it, ascending.
  public var frames: UnsafeBufferPointer<UInt64>
  public var transport: Transport
  /// Conversation number, from 0.
  public var stream: UInt32
  public var source: Endpoint
  public var destination: Endpoint
  public var dialect: Dialect
  /// Nil for a malformed run.
  public var layout: LayoutID?
  /// The packet; of a malformed run the first 256 bytes.
  public var bytes: UnsafeRawBufferPointer
  /// Bytes of the whole packet or malformed run.
  public var length: UInt64
  public var findings: Findings
  /// Facts for the messages of some findings; empty for most packets.
  public var details: [FindingDetail] { storedDetails ?? [] }
  /// Nil instead of an empty array, which would have to be retained.
  private var storedDetails: [FindingDetail]?
  /// Frame of the packet that this one answers; 0 when none was seen.
  public var replyTo: UInt64
  /// Nanoseconds from that packet to this one; nil when unanswered or without times.
  public var latency: Int64?
  /// What keys told; nil without them.
  public var opened: OpenedPacket?

  public init(
    frame: UInt64, time: CaptureTime, frames: UnsafeBufferPointer<UInt64>, transport: Transport, stream: UInt32, source: Endpoint,
    destination: Endpoint, dialect: Dialect, layout: LayoutID? = nil, bytes: UnsafeRawBufferPointer, length: UInt64, findings: Findings,
    details: [FindingDetail]?, replyTo: UInt64, latency: Int64? = nil, opened: OpenedPacket? = nil
  ) {
    self.frame = frame
    self.time = time
    self.frames = frames
    self.transport = transport
    self.stream = stream
    self.source = source
    self.destination = destination
    self.dialect = dialect
    self.layout = layout
    self.bytes = bytes
    self.length = length
    self.findings = findings
    storedDetails = details
    self.replyTo = replyTo
    self.latency = latency
    self.opened = opened
  }

  /// The fields of a framed packet.
  @inlinable public var view: PacketView? { layout == nil ? nil : PacketView(framed: bytes, dialect) }

  /// Nil for a malformed run.
  @inlinable public var type: PacketType? { layout == nil ? nil : PacketType(rawValue: bytes[1]) }

  /// The short name of the document, `malformed` for a malformed run.
  public var name: String { type?.shortName ?? "malformed" }
}

/// Facts behind a finding, for its message.
public struct FindingDetail: Sendable {
  public var code: ExpertCode
  /// The field that the finding is about, when it is about one.
  public var field: String?
  /// A complete sentence without its full stop.
  public var message: String

  public init(code: ExpertCode, field: String? = nil, message: String) {
    self.code = code
    self.field = field
    self.message = message
  }
}

/// One finding ready to be shown.
public struct Expert: Sendable {
  public var code: ExpertCode
  public var field: String?
  public var message: String
  public var severity: Severity { code.severity }

  public init(code: ExpertCode, field: String? = nil, message: String) {
    self.code = code
    self.field = field
    self.message = message
  }
}
