import S2WMPCrypto
import S2WMPWire

/// Who a legacy peer is: a random user ID and a D-H key, which have nothing to do with each other (S2WMP wire format, appendix L).
public struct LegacyIdentity: Sendable {
  public let userID: Identifier
  public let key: LegacyKey

  public init(userID: Identifier, key: LegacyKey) {
    self.userID = userID
    self.key = key
  }

  /// The key's, for reading aloud. The user ID says nothing about the key, so this is what two people have to compare.
  public var fingerprint: String { PeerKey.fingerprint(ofField: key.publicKey) }

  /// The ID that random bytes make: their SHA-1, truncated.
  public static func userID(from random: [UInt8]) -> Identifier {
    random.withUnsafeBytes { Digest.identifier(sha1: $0) }
  }
}

/// The ID of a client program in the legacy dialect (S2WMP wire format, appendix L).
public enum LegacyClientID {
  /// SHA-1 of its name, truncated.
  public static func of(program name: String) -> Identifier { Array(name.utf8).withUnsafeBytes { Digest.identifier(sha1: $0) } }
}
