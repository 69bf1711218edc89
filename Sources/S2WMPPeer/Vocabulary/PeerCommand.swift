import S2WMPFlow
import S2WMPWire

/// What the user of a peer can ask for.
public enum PeerCommand: Hashable, Sendable {
  case send(to: Identifier, text: String)
  /// Give up an outgoing message that was not acknowledged yet.
  case cancel(to: Identifier, datetime: UInt64)
  /// Without an address: the discovered one, else the bootstrap server's.
  case add(Identifier, address: Endpoint?)
  case accept(Identifier)
  case deny(Identifier)
  case remove(Identifier)
  case status(UserStatus)
  case discover
  case lookup(Identifier)
  case friends
  case regenerateKey
  case quit
}

/// A user's status, in words that both dialects map to their own codes.
public enum UserStatus: String, Hashable, Sendable, CaseIterable {
  case online, busy, away, invisible
}
