import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// Something that happened between users: one entry of a transcript.
public struct TranscriptEvent: Sendable {
  public enum Kind: Sendable {
    /// A message; the text when keys told it.
    case message(text: [UInt8]?, length: UInt64)
    /// Somebody's status (S2WMP §3.2.1). `isHello`: the first one, sent on going online.
    case status(isHello: Bool)
    /// A chat request, with the name that the sender gives itself and what kind of key came with it.
    case request(name: [UInt8], key: String)
    case accepted(name: [UInt8], key: String)
    /// Refused, and the number that says why; 1 in v1: the user said no.
    case refused(status: UInt8)
    case idChange(new: Identifier, key: String)
    /// A broadcast that asks for a bootstrap server.
    case serverSearch
    /// A broadcast that says that somebody is there, or asks who is.
    case announcement(wanted: Identifier)
    /// The answer to such a broadcast.
    case presence
    case lookup(wanted: Identifier)
    case registration
    /// An ACK to something that was not captured.
    case strayAnswer
    /// Bytes of the stream that were not captured, and how many of those beside them frame no packet.
    case gap(unusable: UInt64)
    /// Bytes that frame no packet.
    case malformed(length: UInt64)
  }

  /// What became of it.
  public struct Answer: Sendable, Equatable {
    public var frame: UInt64
    /// Nanoseconds; nil without times.
    public var latency: Int64?
    /// An ACK's error; the status of other answers. 0: accepted, success, found.
    public var code: UInt8
  }

  /// The message came before.
  public struct Repetition: Sendable, Equatable {
    /// Of the first time.
    public var frame: UInt64
    public var time: CaptureTime
    public var isSameHost: Bool
    public var isSameBytes: Bool
  }

  public var frame: UInt64
  public var time: CaptureTime
  public var stream: UInt32
  public var transport: Transport
  public var dialect: Dialect
  public var source: Endpoint
  public var destination: Endpoint
  public var kind: Kind
  /// Zero when the packet does not say.
  public var from = Identifier.zero
  public var to = Identifier.zero
  /// The sender's user status, where the packet carries one.
  public var status: UInt8?
  /// What identifies it beside its sender (S2WMP §3.2.6); 0 when it has none.
  public var datetime: UInt64 = 0
  public var answer: Answer?
  public var repetition: Repetition?
  public var findings: Findings = []
  public var isHashRight: Bool?

  init(_ packet: borrowing Dissection, _ kind: Kind) {
    frame = packet.frame
    time = packet.time
    stream = packet.stream
    transport = packet.transport
    dialect = packet.dialect
    source = packet.source
    destination = packet.destination
    self.kind = kind
    findings = packet.findings
    isHashRight = packet.opened?.isHashRight
  }

  /// A message, or something about the friendship of two: what makes a conversation.
  var isConversation: Bool {
    switch kind {
    case .message, .status, .request, .accepted, .refused, .idChange: true
    default: false
    }
  }

  var isMessage: Bool { if case .message = kind { true } else { false } }

  /// It waits for an answer that says whether it was accepted.
  var wantsAnswer: Bool {
    switch kind {
    case .message, .idChange, .registration, .lookup, .serverSearch: true
    case .status: dialect == .v1
    default: false
    }
  }
}
