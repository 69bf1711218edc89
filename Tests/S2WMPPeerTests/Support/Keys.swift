import S2WMPCrypto
import S2WMPWire
import Testing

/// Keys that all tests share: making them once saves time.
enum Keys {
  static let alice = made()
  static let bob = made()
  static let carol = made()
  /// For peers that change their key, in turn.
  static let spare = (0..<12).map { _ in made() }

  private static func made() -> Identity {
    do { return try Identity.generate(suite: .dh, group: .x25519) } catch { fatalError("no test key: \(error)") }
  }
}

extension Identity {
  /// The pair of this identity, as own, with another one.
  func pair(with other: Identity) throws -> PairKeys {
    PairKeys(secret: try sharedSecret(with: other.key), own: userID, other: other.userID)
  }
}

/// Randomness that a seed repeats (splitmix64).
struct SeededRandom: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
  /// True in so many of a thousand cases.
  mutating func happens(perMille: Int) -> Bool { Int.random(in: 0..<1000, using: &self) < perMille }
}
