import S2WMPAnalysis
import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// What many packets tell together: the result of a `Survey`, read by every table and page.
///
/// Everything in it is bounded: what goes beyond a limit is counted in the `…LeftOut` numbers, never kept.
public struct SurveyFacts: Sendable {
  /// The captures, in order; `file` numbers everywhere else count from 0 in here. Frames and conversations are numbered anew in each.
  public var files: [String] = []
  /// The earliest and the latest capture time of a packet.
  public var firstTime: CaptureTime?
  public var lastTime: CaptureTime?
  public var packets: UInt64 = 0
  /// Runs of bytes that frame no packet.
  public var malformed: UInt64 = 0
  /// Bytes of all packets and malformed runs.
  public var bytes: UInt64 = 0
  /// In the order of dialect, then type; malformed runs last.
  public var kinds: [KindFacts] = []
  /// In the order of their first packets.
  public var conversations: [ConversationFacts] = []
  public var conversationsLeftOut: UInt64 = 0
  /// ACKs by dialect and error code, 0 for acceptance.
  public var acknowledgements: [AcknowledgementFacts] = []
  /// One for each kind of exchange that was seen.
  public var latencies: [LatencyFacts] = []
  /// In the order of their first packet.
  public var users: [UserFacts] = []
  public var usersLeftOut: UInt64 = 0
  public var bootstrap = BootstrapFacts()
  public var rate = RateFacts()
  /// How often each finding was made, most severe first.
  public var findings: [FindingCount] = []
  /// Weaknesses, each with the index of its capture in `files`. A survey leaves this empty: it is for whoever ran a `SecurityWatch` as well.
  public var security: [(file: Int, finding: SecurityFinding)] = []
  /// Messages that the keys opened.
  public var decrypted: UInt64 = 0
  /// How users are called.
  public var names = NameBook()

  public init() {}
}

/// Packets of one type in one dialect.
public struct KindFacts: Sendable, Equatable {
  public var dialect: Dialect
  /// Nil for malformed runs.
  public var type: PacketType?
  public var packets: UInt64 = 0
  public var bytes: UInt64 = 0

  public init(dialect: Dialect, type: PacketType?) {
    self.dialect = dialect
    self.type = type
  }

  /// The short name of the document, `malformed` for malformed runs.
  public var name: String { type?.shortName ?? "malformed" }
}

/// What went one way.
public struct DirectionFacts: Sendable, Equatable {
  public var packets: UInt64 = 0
  public var bytes: UInt64 = 0

  public init() {}
}

/// One TCP connection or UDP 4-tuple.
public struct ConversationFacts: Sendable {
  /// The capture that it is in.
  public var file = 0
  public var stream: UInt32
  public var transport: Transport
  public var dialect: Dialect
  /// The endpoint whose packet was the first.
  public var first: Endpoint
  public var second: Endpoint
  /// Users at either end, as far as packets told, in the order of discovery.
  public var firstUsers: [Identifier] = []
  public var secondUsers: [Identifier] = []
  public var forward = DirectionFacts()
  public var backward = DirectionFacts()
  /// Runs of bytes in either direction that frame no packet. Their bytes are counted above.
  public var malformed: UInt64 = 0
  public var firstTime: CaptureTime?
  public var lastTime: CaptureTime?
  public var firstFrame: UInt64
  public var lastFrame: UInt64
  /// Segments that were sent again, segments captured out of order, holes in the stream: exact once the conversation is over. Until then packets
  /// before which at least one was seen are counted.
  public var retransmissions: UInt64 = 0
  public var outOfOrder: UInt64 = 0
  public var gaps: UInt64 = 0
  /// It is over, or its capture is.
  public var isOver = false
  /// Every finding that was made in it.
  public var findings: Findings = []

  public init(stream: UInt32, transport: Transport, dialect: Dialect, first: Endpoint, second: Endpoint, frame: UInt64) {
    self.stream = stream
    self.transport = transport
    self.dialect = dialect
    self.first = first
    self.second = second
    firstFrame = frame
    lastFrame = frame
  }
}

/// How often an ACK said one thing.
public struct AcknowledgementFacts: Sendable, Equatable {
  public var dialect: Dialect
  /// 0: accepted.
  public var error: UInt8
  public var count: UInt64

  public init(dialect: Dialect, error: UInt8, count: UInt64) {
    self.dialect = dialect
    self.error = error
    self.count = count
  }
}

/// A finding and how often it was made.
public struct FindingCount: Sendable, Equatable {
  public var code: ExpertCode
  public var count: UInt64
  /// Frames of the first ones, at most 16.
  public var frames: [UInt64]
  /// The capture of each of those frames.
  public var files: [Int]

  public init(code: ExpertCode, count: UInt64, frames: [UInt64], files: [Int] = []) {
    self.code = code
    self.count = count
    self.frames = frames
    self.files = files
  }
}
