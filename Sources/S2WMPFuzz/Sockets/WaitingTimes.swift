/// How long to wait for what, in nanoseconds.
struct WaitingTimes {
  /// No longer than makes an answer improbable, judged by those that came.
  var isShort = false
  private let read: UInt64
  private let wholeReply: UInt64
  /// What the slowest answers of late took.
  private var usual: UInt64 = 0
  /// The same over many more: an answer may take its time, and is not waited for by anything else then.
  private var slowest: UInt64 = 0

  private static let usualFactor: UInt64 = 20
  private static let shortest: UInt64 = 150_000_000
  private static let shortestEnd: UInt64 = 500_000_000
  private static let wholeEnd: UInt64 = 1_500_000_000

  init(_ settings: TargetSettings) { (read, wholeReply) = (settings.readTimeout.boundedNanoseconds, settings.replyTimeout.boundedNanoseconds) }

  /// An answer came after that time.
  mutating func note(_ duration: UInt64) {
    usual = max(duration, usual - usual / 16)
    slowest = max(duration, slowest - slowest / 1024)
  }

  var reply: UInt64 { isShort ? min(wholeReply, max(Self.shortest, usual &* Self.usualFactor)) : wholeReply }
  /// For the target to end a connection.
  var end: UInt64 { max(reply, isShort ? Self.shortestEnd : Self.wholeEnd) }

  func of(_ patience: Patience) -> UInt64 {
    switch patience {
    case .reply: reply
    case .atOnce: min(reply, max(read / 2, slowest + slowest / 2))
    case .stall: read + reply
    }
  }
}
