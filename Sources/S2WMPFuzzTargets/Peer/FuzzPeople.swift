import S2WMPCrypto
import S2WMPWire

/// Everybody in the scripts of the fuzzer: X25519 keys that are the same in every run, so that an input means the same for ever.
enum FuzzPeople {
  /// The peer that is tried.
  static let own = person(0)
  /// Those who talk to it. The first two are its friends from the start.
  static let others = (1...6).map(person)
  static let friendsAtStart = 2
  /// The peer's later keys.
  static let spares = (7...10).map(person)

  private static let everybody = [own] + others + spares

  static func find(_ id: Identifier) -> Identity? { everybody.first { $0.userID == id } }

  /// An identity from the private key of 32 equal bytes.
  private static func person(_ number: Int) -> Identity {
    // PKCS #8 with X25519's OID (RFC 8410), up to the key.
    let start: [UInt8] = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20]
    do throws(IdentityError) { return try Identity(pkcs8: [start + [UInt8](repeating: UInt8(0x40 + number), count: 32)]) } catch {
      preconditionFailure("OpenSSL takes no X25519 key of fixed bytes: \(error)")
    }
  }

  /// Z of two of them, agreed on once: a fuzzer makes the same pairs again and again.
  private static let secrets: [[SecretBytes?]] = everybody.map { one in everybody.map { try? one.sharedSecret(with: $0.key) } }

  static func secret(_ one: Identity, _ other: PeerKey) -> SecretBytes? {
    guard let row = everybody.firstIndex(where: { $0 === one }), let column = everybody.firstIndex(where: { $0.key == other }) else {
      return try? one.sharedSecret(with: other)
    }
    return secrets[row][column]
  }
}

/// The keys of pairs, derived once in a run. One thread at a time, as pairs are.
final class FuzzPairs {
  private struct Name: Hashable {
    var own: Identifier
    var other: Identifier
  }

  private var pairs: [Name: PairKeys] = [:]

  /// Nil when the two cannot agree on a key.
  func pair(_ own: Identity, _ other: PeerKey) -> PairKeys? {
    let name = Name(own: own.userID, other: other.userID)
    if let known = pairs[name] { return known }
    guard let secret = FuzzPeople.secret(own, other) else { return nil }
    let pair = PairKeys(secret: secret, own: own.userID, other: other.userID)
    pairs[name] = pair
    return pair
  }
}

/// Bytes of a script, from the front; zeros when there are no more.
struct ScriptBytes {
  private(set) var rest: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

  var isEmpty: Bool { rest.isEmpty }

  mutating func byte() -> UInt8 {
    guard let first = rest.first else { return 0 }
    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
    return first
  }

  mutating func number(_ bytes: Int) -> UInt64 { (0..<bytes).reduce(0) { sum, _ in sum << 8 | UInt64(byte()) } }

  mutating func bytes(_ count: Int) -> [UInt8] {
    let taken = Array(rest.prefix(count))
    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    return taken
  }

  /// As many as the next byte says.
  mutating func counted() -> [UInt8] { bytes(Int(byte())) }
}

extension Array {
  /// One of them, whatever the number.
  func pick(_ number: UInt8) -> Element? { isEmpty ? nil : self[Int(number) % count] }
}

/// Randomness that is the same in every run (splitmix64).
struct ScriptRandom {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in next() } }

  private mutating func next() -> UInt8 {
    state &+= 0x9e37_79b9_7f4a_7c15
    let mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
    let again = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return UInt8(truncatingIfNeeded: again ^ (again >> 31))
  }
}
