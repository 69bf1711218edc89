/// How much every source has asked in a case, and which of them are banned (S2WMP wire format, section 6.2).
struct SourceRates {
  private var asked: [Int: Int] = [:]
  private var bans: [Int: Ban] = [:]

  private struct Ban {
    /// Milliseconds since the case began.
    var start: Int
    /// Requests came while it lasted.
    var isDisturbed = false
  }

  enum Standing: Hashable {
    case free, banned
    /// It was banned, and is so no more.
    case pardoned(isDisturbed: Bool)

    var checks: ServerChecks {
      switch self {
      case .free, .banned: []
      case .pardoned(let isDisturbed): isDisturbed ? [.pardoned, .disturbed] : .pardoned
      }
    }
  }

  /// What may surely be asked once a ban is over: by then some of the rate has come back.
  private static let afterBan = 50

  mutating func clear() {
    asked.removeAll(keepingCapacity: true)
    bans.removeAll(keepingCapacity: true)
  }

  /// Counts a request. Gives how many there were.
  @discardableResult mutating func ask(_ source: Int) -> Int {
    asked[source, default: 0] += 1
    return asked[source, default: 0]
  }

  mutating func ban(_ source: Int, at now: Int, _ limits: ServerLimits) {
    guard bans[source] == nil else { return }
    bans[source] = Ban(start: now)
    asked[source] = max(0, limits.burst - Self.afterBan)
  }

  mutating func disturb(_ source: Int) { bans[source]?.isDisturbed = true }

  /// Nil: nobody knows.
  func standing(of source: Int, at now: Int, _ limits: ServerLimits) -> Standing? {
    guard let ban = bans[source] else { return .free }
    return limits.isOver(.ban, since: ban.start, at: now).map { $0 ? .pardoned(isDisturbed: ban.isDisturbed) : .banned }
  }
}
