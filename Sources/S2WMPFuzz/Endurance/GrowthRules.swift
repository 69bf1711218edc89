/// When memory counts as growing: each of several rounds of packets leaves more behind than half of what was sent in it, twice.
struct MemoryGrowth {
  private var looks = 0
  /// Bytes that a packet left behind, at the last look.
  private(set) var bytesPerCase = 0

  /// Rounds of one look. The first may fill buffers; those after it must not go on like that.
  static let rounds = 4
  static let looksNeeded = 2

  /// One look; whether it is sure now.
  ///
  /// - growth: bytes by which memory grew in each round.
  /// - sent: bytes that were sent in a round.
  /// - cases: how many were tried in a round.
  mutating func note(_ growth: [Int], sent: Int, cases: Int) -> Bool {
    let counted = growth.dropFirst()
    looks = !counted.isEmpty && counted.allSatisfy { $0 > sent / 2 } ? looks + 1 : 0
    bytesPerCase = counted.reduce(0, +) / max(1, cases * counted.count)
    return looks >= Self.looksNeeded
  }
}

/// When time counts as growing: the same costs several times as much as at first, and clearly more, twice in a row.
struct TimeGrowth {
  /// Nanoseconds of the target's processors for each case, one value a look.
  private var costs: [Double] = []

  static let factor = 3.0
  static let step = 15_000.0
  static let looksNeeded = 2
  /// Looks that tell what it costs at first: the lower value counts.
  static let firstLooks = 2

  /// What it cost at first, and costs now.
  var first: Double { costs.prefix(Self.firstLooks).min() ?? 0 }
  var last: Double { costs.last ?? 0 }

  /// One look; whether it is sure now.
  mutating func note(_ cost: Double) -> Bool {
    // Only the first and the last are ever looked at.
    if costs.count == Self.firstLooks + Self.looksNeeded { costs.remove(at: Self.firstLooks) }
    costs.append(cost)
    guard costs.count > Self.looksNeeded else { return false }
    return costs.suffix(Self.looksNeeded).allSatisfy { $0 > first * Self.factor && $0 > first + Self.step }
  }
}
