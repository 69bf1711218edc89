import S2WMPFlow
import S2WMPWire

/// What happened around bootstrap servers.
public struct BootstrapFacts: Sendable {
  /// Who answered as one, or was asked on a server's port. Port 0: not known (legacy servers answer from any).
  public var servers: [Endpoint] = []
  /// There were more servers than are listed.
  public var areServersCut = false
  public var registrations: UInt64 = 0
  public var registrationsAccepted: UInt64 = 0
  public var registrationsRefused: UInt64 = 0
  public var lookups: UInt64 = 0
  /// Lookup responses with an address, and without.
  public var found: UInt64 = 0
  public var notFound: UInt64 = 0
  /// REG, LP and BSM to which no answer was seen, as after a ban.
  public var unanswered: UInt64 = 0
  /// Who asked for whom: an edge of the graph that a passive listener can draw.
  public var interests: [Interest] = []
  public var interestsLeftOut: UInt64 = 0

  public init() {}

  /// One user looked another up.
  public struct Interest: Sendable, Equatable {
    public var from: Identifier
    public var to: Identifier
    public var count: UInt64
    public var file: Int
    public var firstFrame: UInt64

    public init(from: Identifier, to: Identifier, count: UInt64, file: Int = 0, firstFrame: UInt64) {
      self.from = from
      self.to = to
      self.count = count
      self.file = file
      self.firstFrame = firstFrame
    }
  }
}

/// Packets and messages in equal spans of time.
public struct RateFacts: Sendable {
  /// Nanoseconds of one span.
  public var interval: Int64 = 1_000_000_000
  /// Where the first span begins; nil when no packet had a time.
  public var start: CaptureTime?
  public var spans: [Span] = []
  /// Packets whose time lies beyond the spans that are kept.
  public var leftOut: UInt64 = 0

  public init() {}

  /// Where a span begins; nil when none does.
  public func start(of index: Int) -> CaptureTime? {
    guard let start else { return nil }
    return CaptureTime(nanoseconds: start.nanoseconds &+ interval &* Int64(index))
  }

  public struct Span: Sendable, Equatable {
    public var packets: UInt64 = 0
    /// M alone.
    public var messages: UInt64 = 0
    /// Malformed runs included.
    public var bytes: UInt64 = 0
    public var findings: UInt64 = 0

    public init() {}
  }
}
