import S2WMPWire

/// A hash whose outcome nobody without the seed can foresee, so that chosen IDs and forged addresses spread over a table like random ones.
struct SeededHash {
  private let first: UInt64
  private let second: UInt64

  /// - seed: two unpredictable numbers.
  init(seed: (UInt64, UInt64)) {
    first = seed.0
    second = seed.1
  }

  @inline(__always) func callAsFunction(_ high: UInt64, _ low: UInt64) -> UInt64 {
    let inner = Self.fold(high ^ first, low ^ second)
    return Self.fold(inner ^ second, 0x9e37_79b9_7f4a_7c15 ^ first)
  }

  @inline(__always) private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }
}
