import S2WMPFlow

/// How many requests each source may make: a token bucket a source, and the bans (S2WMP wire format, section 6.2).
///
/// Addresses can be forged, so the table has a fixed size: sets of eight. A source that is not in its set takes the place of the one there whose bucket
/// is full again soonest, which is the one about which least is known; banned ones are the last to go.
struct RateLimiter {
  enum Verdict {
    case admitted
    /// This request is the one too many; from now on the source is banned.
    case exceeded
    case banned
  }

  /// 32 bytes a source.
  private struct Source {
    var high: UInt64 = 0
    var low: UInt64 = 0
    /// When the bucket will be full again. Every request moves it by one interval; the tokens left are what lies between it and a whole burst.
    var fullAt: UInt64 = 0
    /// 0: never banned.
    var bannedUntil: UInt64 = 0
    var forgettableAt: UInt64 { max(fullAt, bannedUntil) }
  }

  private static let ways = 8
  private let hash: SeededHash
  /// Nanoseconds in which one token comes back.
  private let interval: UInt64
  /// Nanoseconds in which an empty bucket is full again.
  private let capacity: UInt64
  private let ban: UInt64
  private let setMask: Int
  private var sources: [Source]

  init(_ configuration: BootstrapConfiguration, hash: SeededHash) {
    self.hash = hash
    interval = max(1, UInt64.seconds(1) / min(max(configuration.rate, 1), 1_000_000_000))
    capacity = min(max(configuration.burst, 1), 1_000_000_000) * interval
    ban = configuration.ban
    var sets = 1
    while sets * Self.ways < configuration.trackedSources { sets *= 2 }
    setMask = sets - 1
    sources = [Source](repeating: Source(), count: sets * Self.ways)
  }

  /// Counts one request of that source.
  mutating func admit(_ source: Endpoint, at now: UInt64) -> Verdict {
    let index = place(of: source, at: now)
    if sources[index].bannedUntil > now { return .banned }
    let filled = max(sources[index].fullAt, now) &+ interval
    guard filled &- now <= capacity else {
      sources[index].bannedUntil = now &+ ban
      return .exceeded
    }
    sources[index].fullAt = filled
    return .admitted
  }

  /// Bans a source from now on.
  mutating func ban(_ source: Endpoint, at now: UInt64) {
    sources[place(of: source, at: now)].bannedUntil = now &+ ban
  }

  /// Whether a source is banned; counts nothing.
  func isBanned(_ source: Endpoint, at now: UInt64) -> Bool {
    let start = set(of: source)
    return sources[start..<(start + Self.ways)].contains { $0.high == source.high && $0.low == source.low && $0.bannedUntil > now }
  }

  /// Banned right now, counted one by one.
  func bannedCount(at now: UInt64) -> Int { sources.reduce(0) { $0 + ($1.bannedUntil > now ? 1 : 0) } }

  private func set(of source: Endpoint) -> Int { (Int(truncatingIfNeeded: hash(source.high, source.low)) & setMask) * Self.ways }

  private mutating func place(of source: Endpoint, at now: UInt64) -> Int {
    let start = set(of: source)
    var victim = start
    for index in start..<(start + Self.ways) {
      // An unused place has the address ::, from which nothing comes; if it did, it would find a full bucket, as it should.
      if sources[index].high == source.high, sources[index].low == source.low { return index }
      if sources[index].forgettableAt < sources[victim].forgettableAt { victim = index }
    }
    sources[victim] = Source(high: source.high, low: source.low)
    return victim
  }
}
