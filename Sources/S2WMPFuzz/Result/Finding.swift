import S2WMPWire

/// A mismatch that was seen again, made small, and can be tried again.
public struct Finding: Sendable {
  /// From 1, in order of discovery.
  public var number: Int
  public var mismatch: Mismatch
  /// As found, and as small as it got. With cases before it when it takes those.
  public var original: [Case]
  public var minimized: [Case]
  /// Cases run until it was found, and runs that making it small took.
  public var afterCases: Int
  public var shrinkRuns: Int
  public var seed: UInt64
  /// The last run of `minimized`.
  public var exchange: Exchange
  /// The bytes of the original's packets.
  public var sent: [[UInt8]]
  /// What came of the same packet without the defect; nil when that makes no sense.
  public var control: ControlResult?
  /// How often `minimized` has to be tried until it shows; nil: once.
  public var repetition: Repetition?

  public init(
    number: Int, mismatch: Mismatch, original: [Case], minimized: [Case], afterCases: Int, shrinkRuns: Int, seed: UInt64, exchange: Exchange, sent: [[UInt8]],
    control: ControlResult?
  ) {
    self.number = number
    self.mismatch = mismatch
    self.original = original
    self.minimized = minimized
    self.afterCases = afterCases
    self.shrinkRuns = shrinkRuns
    self.seed = seed
    self.exchange = exchange
    self.sent = sent
    self.control = control
  }
}

extension Finding {
  /// What could not be tried again.
  init(seenOnce mismatch: Mismatch, _ given: Case, _ exchange: Exchange, afterCases: Int, seed: UInt64) {
    self.init(
      number: 0, mismatch: mismatch, original: [given], minimized: [given], afterCases: afterCases, shrinkRuns: 0, seed: seed, exchange: exchange,
      sent: exchange.packets.map { Array(exchange.sent[$0.range]) }, control: nil)
  }
}

/// What came of the control.
public enum ControlResult: Hashable, Sendable {
  case accepted
  /// It failed as well: what came.
  case failed(Outcome)
}

/// The bytes of one run as they went over the wire, for reports and captures.
public struct Exchange: Sendable {
  public struct Entry: Hashable, Sendable {
    public enum What: Hashable, Sendable {
      case sent(Range<Int>), received(Range<Int>)
      /// FIN or reset, by us or by the target.
      case ended(byTarget: Bool, Ending)
    }
    /// Nanoseconds since the run began.
    public var at: UInt64
    /// -1: a datagram.
    public var connection: Int
    public var what: What

    public init(at: UInt64, connection: Int, _ what: What) {
      self.at = at
      self.connection = connection
      self.what = what
    }
  }

  /// What the ranges refer to.
  public var sent: [UInt8] = []
  public var received: [UInt8] = []
  public var packets: [SentPacket] = []
  public var entries: [Entry] = []
  /// The bytes of `sent` that were changed on purpose.
  public var marks: [Range<Int>] = []
  /// Lines of a key log that open it (S2WMP wire format, section 5.6); empty when they are not known.
  public var keyLog: [String] = []

  public init() {}
}
