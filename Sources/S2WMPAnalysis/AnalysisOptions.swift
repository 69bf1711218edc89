import S2WMPWire

/// When packets are handed out.
public enum DeliveryOrder: Sendable, Equatable {
  /// At once, as each packet completes: for live display and counting. What only later frames tell (`request.unanswered`, a gap behind a malformed run)
  /// is left out.
  case immediate
  /// Sorted by frame, each with everything that later frames tell about it. Up to `window` bytes of packets wait for that; beyond it the oldest go first.
  case sorted(window: Int)

  /// Sorted within 24 MiB.
  public static var standard: DeliveryOrder { .sorted(window: 24 << 20) }
}

/// How traffic is recognised, and how much may be remembered.
public struct AnalysisOptions: Sendable {
  /// Nil: each conversation's dialect is found out.
  public var dialect: Dialect?
  /// TCP and UDP ports whose TCP conversations are always ours.
  public var ports: Set<UInt16> = []
  public var order: DeliveryOrder = .standard
  /// Bytes of incomplete packets over all conversations.
  public var maximumPartialBytes = 16 << 20
  /// Frame numbers kept for one malformed run.
  public var maximumRunFrames = 4096

  public init() {}
}

/// What takes the dissected packets.
public protocol DissectionSink: AnyObject {
  /// One packet; everything borrowed in it is valid during the call only.
  func receive(_ packet: borrowing Dissection)

  /// A conversation of ours is over, after its last packet.
  func conversationEnded(_ stream: UInt32, _ tally: StreamTally)
}

extension DissectionSink {
  public func conversationEnded(_ stream: UInt32, _ tally: StreamTally) {}
}

/// What reassembly noticed in both directions of one conversation. A finding on a packet says only that there was at least one before it.
public struct StreamTally: Sendable, Equatable {
  /// Segments whose bytes had all or partly been captured before.
  public var retransmissions: UInt32 = 0
  /// Segments that filled a hole before bytes captured earlier.
  public var outOfOrder: UInt32 = 0
  /// Segments whose bytes differ from those captured first.
  public var overlaps: UInt32 = 0
  /// Runs of bytes that were not captured.
  public var gaps: UInt32 = 0

  public init() {}
}

/// Totals of an analysis.
public struct AnalysisTotals: Sendable {
  public var packets: UInt64 = 0
  public var malformed: UInt64 = 0
  public var conversations: UInt64 = 0
  public var unanswered: UInt64 = 0
  /// Packets that left the window before everything about them was known.
  public var leftEarly: UInt64 = 0
  /// Findings by severity, of packets handed out.
  public var notes: UInt64 = 0
  public var warnings: UInt64 = 0
  public var errors: UInt64 = 0
}
