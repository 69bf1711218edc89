import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// A friend, with everything that goes on with them.
final class Friend {
  var record: FriendRecord
  /// The pinned key.
  var key: PeerKey
  /// Names the friend where its ID may change meanwhile.
  let serial: UInt64
  /// The keys last used with this friend, and those before them: at an ID change both pairs are in use.
  var bond: Bond?
  var spareBond: Bond?
  /// Set with every use, cleared when `PairBudget` comes past.
  var isBondUsed = false

  /// Their messages, for telling new ones from repeated ones.
  var accepted = AcceptedMessages()

  /// The connection over which packets of ours go to this friend.
  var route: Connection?
  /// A connection of the friend's on which something new and authentic came: a way to them even when their address is not known.
  var inbound: Connection?
  /// Where the friend may listen when nobody knows better: the default port of the host that a packet of theirs came from.
  var guess: Endpoint?
  /// Messages that are not settled, in order of `datetime`; the first `inFlight` of those wait for their ACK.
  var parcels: [Parcel] = []
  var inFlight = 0
  var greeting = Greeting()
  var idChange: PendingIDChange?
  /// How often in a row the friend refused it.
  var refusedChanges = 0
  /// Fruitless tries to reach the friend since the last ACK.
  var failures = 0
  /// No new connection before. Monotonic nanoseconds.
  var retryAt: UInt64 = 0
  /// Their address is being asked for, by so many questions.
  var openSearches = 0
  var isSought = false
  var wasSoughtToGreet = false
  /// The timer stands for an answer or a connection, not for the next try.
  var isWatched = false

  init(record: FriendRecord, key: PeerKey, serial: UInt64) {
    self.record = record
    self.key = key
    self.serial = serial
  }

  var id: Identifier { record.id }
  /// Something waits for an answer of the friend's.
  var awaitsAnswer: Bool { inFlight > 0 || greeting.sentDatetime != nil || idChange?.isSent == true }
}

/// The keys of a pair, and which of our identities it is with.
final class Bond {
  let keys: PairKeys
  let identity: Identity
  /// Z, for the former keys of an ID change.
  let secret: SecretBytes

  init(identity: Identity, other: Identifier, secret: SecretBytes) {
    keys = PairKeys(secret: secret, own: identity.userID, other: other)
    self.identity = identity
    self.secret = secret
  }
}

/// A message on its way. Its `datetime` stays the same over all tries, so that the receiver knows it again.
struct Parcel {
  let datetime: UInt64
  let text: String
  var state = PeerState.listen
  var isInFlight = false
  /// The pair of the last try.
  var sentAs = Identifier.zero
  var sentTo = Identifier.zero
  /// The user was told that it did not go through yet.
  var isReported = false
}

/// Our status, on its way to a friend.
struct Greeting {
  /// The friend has not acknowledged our present status.
  var isDue = false
  var sentDatetime: UInt64?
  var sentAs = Identifier.zero
}

/// An IC on its way to a friend.
struct PendingIDChange {
  var from: Identifier
  var to: Identifier
  var timestamp: UInt64
  /// The friend's ID when it was sent.
  var friendID: Identifier
  var isSent: Bool
}
