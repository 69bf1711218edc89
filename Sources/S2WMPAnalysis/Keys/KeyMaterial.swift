import S2WMPCrypto
import S2WMPWire

/// What the user gave to decrypt with: key logs and private keys (S2WMP wire format, section 5).
public struct KeyMaterial: Sendable {
  public private(set) var log = KeyLog()
  private(set) var identities: [Identifier: Identity] = [:]
  /// RSA private keys without the D-H key that belongs to them: with `Z` from a log they open what was sent to their owner, whoever that is.
  private(set) var looseKeys: [Identity] = []
  private(set) var legacyKeys: [LegacyKey] = []

  public init() {}

  public mutating func add(_ log: KeyLog) { self.log.merge(log) }
  public mutating func add(_ identity: Identity) { identities[identity.userID] = identity }
  public mutating func add(_ key: LegacyKey) { legacyKeys.append(key) }

  /// - looseKey: an identity of which only the RSA key means anything.
  public mutating func add(looseKey: Identity) { looseKeys.append(looseKey) }

  /// Nothing was given, or nothing in it.
  public var isEmpty: Bool { log.count == 0 && identities.isEmpty && looseKeys.isEmpty && legacyKeys.isEmpty }
}

/// Two users, in either order.
struct UserPair: Hashable {
  var low: Identifier
  var high: Identifier

  init(_ a: Identifier, _ b: Identifier) {
    low = min(a, b)
    high = max(a, b)
  }
}
