/// How long and how much a bootstrap server allows (S2WMP wire format, section 6.2).
public struct ServerLimits: Hashable, Sendable {
  /// Milliseconds that a registration lives which is not refreshed.
  public var lifetime: Int
  /// Milliseconds that a source is banned for.
  public var ban: Int
  /// Requests that one source may make at once, beyond which it is banned.
  public var burst: Int
  /// What there is time to wait for.
  public var waits: Set<ServerSpan>

  /// Pauses are never longer in hundredths of what they are about, wherever cases are generated.
  static let longestPause = 120
  /// Milliseconds that it may take without being asked for.
  private static let bearable = 10_000

  /// - waits: nil: what takes no more than ten seconds.
  public init(lifetime: Int = 900_000, ban: Int = 60_000, burst: Int = 200, waits: Set<ServerSpan>? = nil) {
    (self.lifetime, self.ban, self.burst) = (max(1, lifetime), max(1, ban), burst)
    self.waits = []
    self.waits = waits ?? Set(ServerSpan.allCases.filter { milliseconds($0, percent: Self.longestPause) <= Self.bearable })
  }

  /// The same where time costs nothing.
  public var patient: ServerLimits { ServerLimits(lifetime: lifetime, ban: ban, burst: burst, waits: Set(ServerSpan.allCases)) }

  func milliseconds(_ span: ServerSpan, percent: Int) -> Int {
    let whole = span == .lifetime ? lifetime : ban
    return whole.multipliedReportingOverflow(by: max(0, percent)).overflow ? .max / 2 : whole * max(0, percent) / 100
  }

  /// How long the pauses of one case are together.
  public func words(_ span: ServerSpan) -> String { Self.words(milliseconds(span, percent: Self.longestPause)) }

  /// `15 minutes`, `72 seconds`.
  public static func words(_ milliseconds: Int) -> String {
    let seconds = max(1, milliseconds / 1000)
    return seconds < 120 ? "\(seconds) second\(seconds == 1 ? "" : "s")" : "\((seconds + 59) / 60) minutes"
  }

  /// Nothing is said about moments so near to the end of a span: hundredths of it, before and behind.
  private static let (early, late) = (80, 110)

  /// Whether a span that began then is surely not over, or surely over; nil: nobody knows.
  func isOver(_ span: ServerSpan, since start: Int, at now: Int) -> Bool? {
    if now - start <= milliseconds(span, percent: Self.early) { return false }
    return now - start >= milliseconds(span, percent: Self.late) ? true : nil
  }
}
