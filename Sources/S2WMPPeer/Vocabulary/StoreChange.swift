import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// One thing that has to survive `kill -9`.
public enum StoreChange: Sendable {
  /// A new own identity. The older ones stay until `identityForgotten`, because friends may still know us by them.
  case identityAdded(Identity)
  case identityForgotten(Identifier)
  /// A new own identity of a legacy peer. The older ones stay, as above.
  case legacyIdentityAdded(LegacyIdentity)
  /// Inserted or replaced, by `id`.
  case friendSaved(FriendRecord)
  case friendRemoved(Identifier)
  /// A friend's ID changed: everything kept under `old` (messages sent and received) now belongs to `new`. Followed by `friendSaved`.
  case friendMoved(old: Identifier, new: Identifier)
  case messageQueued(OutgoingRecord)
  /// Acknowledged (`error` 0), rejected, or given up (`error` nil).
  case messageSettled(to: Identifier, datetime: UInt64, error: UInt8?)
  /// An accepted M: history and replay memory at once.
  case messageReceived(from: Identifier, datetime: UInt64, text: String, at: UInt64)
  case ownStatus(UserStatus)
}

/// A friend as kept.
public struct FriendRecord: Hashable, Sendable {
  public var id: Identifier
  public var name: String
  /// The `public_key` field, pinned.
  public var publicKey: [UInt8]
  /// Where the friend was last known to take TCP connections.
  public var address: Endpoint?
  public var status: UserStatus?
  /// `datetime` of the last SC applied.
  public var statusDatetime: UInt64
  /// Highest `datetime` of an M accepted from this friend.
  public var receivedDatetime: UInt64
  /// Highest `datetime` that we used towards this friend: it must grow strictly.
  public var sentDatetime: UInt64
  /// The ID by which this friend knows us: ours now, or an older one while an IC is not acknowledged.
  public var knowsUsAs: Identifier
  /// What is needed to acknowledge again an ID change of this friend that was already applied.
  public var formerKeys: [FormerKey]
  /// Legacy dialect: our D-H key for this friend, when the friend chose another group than our identity's (PKCS #8). A secret.
  public var legacyKey: [UInt8]?

  public init(id: Identifier, name: String, publicKey: [UInt8], address: Endpoint?, knowsUsAs: Identifier) {
    self.id = id
    self.name = name
    self.publicKey = publicKey
    self.address = address
    self.knowsUsAs = knowsUsAs
    status = nil
    statusDatetime = 0
    receivedDatetime = 0
    sentDatetime = 0
    formerKeys = []
    legacyKey = nil
  }
}

/// The old pair of an ID change that was applied (S2WMP wire format, section 6.1).
public struct FormerKey: Hashable, Sendable {
  /// The friend's ID before the change.
  public var userID: Identifier
  /// The friend's ID after it.
  public var newID: Identifier
  /// Our ID then.
  public var ownID: Identifier
  /// Z of the old pair. A secret.
  public var sharedSecret: [UInt8]

  public init(userID: Identifier, newID: Identifier, ownID: Identifier, sharedSecret: [UInt8]) {
    self.userID = userID
    self.newID = newID
    self.ownID = ownID
    self.sharedSecret = sharedSecret
  }
}

/// A message on its way out.
public struct OutgoingRecord: Hashable, Sendable {
  public var to: Identifier
  public var datetime: UInt64
  public var text: String

  public init(to: Identifier, datetime: UInt64, text: String) {
    self.to = to
    self.datetime = datetime
    self.text = text
  }
}

/// Everything a peer starts from, as the store kept it.
public struct PeerSnapshot: Sendable {
  /// The current one first.
  public var identities: [Identity]
  /// Those of a legacy peer, the current one first.
  public var legacyIdentities: [LegacyIdentity] = []
  public var friends: [FriendRecord]
  /// Not settled yet, in order of `datetime`.
  public var outgoing: [OutgoingRecord]
  public var status: UserStatus

  public init(identities: [Identity], friends: [FriendRecord] = [], outgoing: [OutgoingRecord] = [], status: UserStatus = .online) {
    self.identities = identities
    self.friends = friends
    self.outgoing = outgoing
    self.status = status
  }
}
