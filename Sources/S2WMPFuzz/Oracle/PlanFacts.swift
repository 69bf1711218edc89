import S2WMPCrypto
import S2WMPWire

/// What the oracle has to know of the session to tell what a plan deserves. Sizes and relations only, no bytes.
public struct PlanFacts: Sendable {
  public var suite: Suite
  public var group: KeyGroup
  /// Bytes of a sealed body beyond its plaintext.
  public var bodyOverhead: Int
  /// Bytes of the sender's public key field.
  public var keyLength: Int
  public var nameLength: Int
  /// Whether the sender is a friend of the target.
  public var isFriend: Bool
  /// Whether the target takes chat requests of strangers.
  public var acceptsRequests: Bool
  public var targetIsInvisible: Bool

  public init(
    suite: Suite, group: KeyGroup, bodyOverhead: Int, keyLength: Int, nameLength: Int, isFriend: Bool, acceptsRequests: Bool, targetIsInvisible: Bool
  ) {
    self.suite = suite
    self.group = group
    self.bodyOverhead = bodyOverhead
    self.keyLength = keyLength
    self.nameLength = nameLength
    self.isFriend = isFriend
    self.acceptsRequests = acceptsRequests
    self.targetIsInvisible = targetIsInvisible
  }
}

/// A case whose construction does not say what is owed, or that cannot be made. Only cases written by hand can be so.
public struct CaseFault: Error, Hashable, CustomStringConvertible {
  public var description: String
  public init(_ description: String) { self.description = description }
}
