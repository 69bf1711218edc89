import S2WMPFlow
import S2WMPWire

/// What a peer tells its user. One line of NDJSON each.
public enum PeerEvent: Hashable, Sendable {
  /// States of figure 7, by the names of the document: `Init`, `Wait`, `NF`, …
  case state(String)
  case peerFound(id: Identifier, address: Endpoint)
  /// Somebody asks to be a friend, and the accept policy says to ask.
  case request(id: Identifier, name: String, address: Endpoint)
  /// A friend was added or changed.
  case friend(id: Identifier, name: String, address: Endpoint?, status: UserStatus?)
  /// Answer to `friends`, after one `friend` for each: how many there are.
  case friendsListed(Int)
  case friendRemoved(id: Identifier)
  /// A friend has a new key, so a new ID.
  case friendChanged(old: Identifier, new: Identifier)
  /// A request of ours was not accepted: `denied`, `invalid key`, `no answer`, …
  case addFailed(id: Identifier, reason: String)
  case message(from: Identifier, name: String, text: String, datetime: UInt64)
  case sent(to: Identifier, datetime: UInt64)
  case acknowledged(to: Identifier, datetime: UInt64)
  /// `error` is the ACK's; nil when no ACK came. `retries`: the message stays queued and is sent again.
  case failed(to: Identifier, datetime: UInt64, error: UInt8?, reason: String, retries: Bool)
  /// What the bootstrap server said to our registration; nil when it did not answer.
  case registered(status: UInt8?)
  case lookup(id: Identifier, status: UInt8?, address: Endpoint?)
  /// This peer has a new key.
  case identity(userID: Identifier, fingerprint: String)
  case ownStatus(UserStatus)
  /// A packet that this peer refused. `error` is the ACK's error or, for a CR, the CRR's status.
  case rejected(error: UInt8, remote: Endpoint, reason: String)
  /// A command could not be done, or something went wrong that the user should know.
  case error(String)
}
