/// Random numbers that the same seed gives again: xoshiro256** (Blackman and Vigna), seeded by SplitMix64. Never for keys.
public struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  public init(seed: UInt64) {
    var mixed = seed
    func next() -> UInt64 {
      mixed &+= 0x9e37_79b9_7f4a_7c15
      var z = mixed
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
    state = (next(), next(), next(), next())
  }

  @inline(__always) public mutating func next() -> UInt64 {
    let multiplied = state.1 &* 5
    let result = (multiplied << 7 | multiplied >> 57) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = state.3 << 45 | state.3 >> 19
    return result
  }

  /// Below `limit`, which is above 0. The bias of a multiplication is of no matter here.
  @inline(__always) public mutating func below(_ limit: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(truncatingIfNeeded: limit)).high)
  }

  /// One of some values, which are not none.
  mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }
}
