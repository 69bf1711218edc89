import S2WMPWire

/// Request and answer, such as M and ACK, in one dialect.
public struct ExchangeKind: Hashable, Sendable {
  public var dialect: Dialect
  public var request: PacketType
  public var answer: PacketType

  public init(dialect: Dialect, request: PacketType, answer: PacketType) {
    self.dialect = dialect
    self.request = request
    self.answer = answer
  }

  /// `M → ACK`.
  public var name: String { "\(request.shortName ?? "?") → \(answer.shortName ?? "?")" }
}

/// How long the answers of one kind of exchange took.
public struct LatencyFacts: Sendable {
  public var kind: ExchangeKind
  public var histogram = LatencyHistogram()
  /// Requests of this kind without an answer.
  public var unanswered: UInt64 = 0

  public init(kind: ExchangeKind) { self.kind = kind }
}

/// Counts of latencies in buckets that grow with the value: 32 to each doubling, so a percentile is within about 3%.
public struct LatencyHistogram: Sendable {
  public private(set) var count: UInt64 = 0
  /// Nanoseconds; 0 when nothing was counted.
  public private(set) var minimum: Int64 = 0
  public private(set) var maximum: Int64 = 0
  public private(set) var sum: Double = 0
  private var buckets: [UInt64] = []

  private static let steps = 32

  public init() {}

  /// Nanoseconds on average; nil when nothing was counted.
  public var mean: Double? { count == 0 ? nil : sum / Double(count) }

  /// - nanoseconds: negative values count as 0.
  public mutating func add(_ nanoseconds: Int64) {
    let value = max(0, nanoseconds)
    minimum = count == 0 ? value : min(minimum, value)
    maximum = max(maximum, value)
    sum += Double(value)
    count += 1
    let index = Self.index(of: value)
    if index >= buckets.count { buckets.append(contentsOf: repeatElement(0, count: index + 1 - buckets.count)) }
    buckets[index] += 1
  }

  /// The value below or at which that share of the values lies, in nanoseconds: the minimum for 0, the maximum for 1. Nil when nothing was counted.
  public func percentile(_ share: Double) -> Int64? {
    if count == 0 { return nil }
    if share <= 0 { return minimum }
    let rank = max(1, UInt64((min(share, 1) * Double(count)).rounded(.up)))
    var seen: UInt64 = 0
    for (index, bucket) in buckets.enumerated() {
      seen += bucket
      if seen >= rank { return min(max(Self.upperBound(index), minimum), maximum) }
    }
    return maximum
  }

  /// Counts by doubling: `(from, to, count)` in nanoseconds, without empty ones at either end.
  public var doublings: [(from: Int64, to: Int64, count: UInt64)] {
    var rows: [(from: Int64, to: Int64, count: UInt64)] = []
    for start in stride(from: 0, to: buckets.count, by: Self.steps) {
      let total = buckets[start..<min(start + Self.steps, buckets.count)].reduce(0, +)
      if rows.isEmpty && total == 0 { continue }
      rows.append((Self.lowerBound(start), Self.upperBound(start + Self.steps - 1), total))
    }
    while rows.last?.count == 0 { rows.removeLast() }
    return rows
  }

  private static func index(of value: Int64) -> Int {
    if value < steps { return Int(value) }
    let exponent = 63 - value.leadingZeroBitCount
    let mantissa = Int(value >> Int64(exponent - 5)) & (steps - 1)
    return (exponent - 4) * steps + mantissa
  }

  private static func lowerBound(_ index: Int) -> Int64 {
    if index < steps { return Int64(index) }
    let shift = index / steps - 1
    return Int64(steps + index % steps) << Int64(shift)
  }

  /// The largest value of a bucket.
  private static func upperBound(_ index: Int) -> Int64 {
    if index < steps { return Int64(index) }
    let shift = Int64(index / steps - 1)
    return lowerBound(index) | ((1 << shift) - 1)
  }
}
