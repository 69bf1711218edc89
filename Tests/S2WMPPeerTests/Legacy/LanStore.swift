import S2WMPPeer
import S2WMPWire

/// What a legacy peer asked to keep, as a store would: all that is left of it after `kill -9`.
struct LanStore {
  struct Key: Hashable {
    let from: Identifier
    let datetime: UInt64
  }

  private(set) var identities: [LegacyIdentity]
  private(set) var friends: [Identifier: FriendRecord] = [:]
  private(set) var outgoing: [OutgoingRecord] = []
  private(set) var status = UserStatus.online
  /// Texts in order of arrival.
  private(set) var received: [String] = []
  private(set) var receivedKeys: Set<Key> = []
  /// Error by `datetime`; nil: given up.
  private(set) var settled: [UInt64: UInt8?] = [:]

  init(_ identity: LegacyIdentity) { identities = [identity] }

  var snapshot: PeerSnapshot {
    var snapshot = PeerSnapshot(identities: [], friends: Array(friends.values), outgoing: outgoing, status: status)
    snapshot.legacyIdentities = identities
    return snapshot
  }

  mutating func apply(_ change: StoreChange) {
    switch change {
    case .legacyIdentityAdded(let identity): identities.insert(identity, at: 0)
    case .identityForgotten(let id): identities.removeAll { $0.userID == id }
    case .friendSaved(let record): friends[record.id] = record
    case .friendRemoved(let id): friends[id] = nil
    case .messageQueued(let message): outgoing.append(message)
    case .messageSettled(let id, let datetime, let error):
      outgoing.removeAll { $0.to == id && $0.datetime == datetime }
      settled[datetime] = .some(error)
    case .messageReceived(let from, let datetime, let text, _):
      received.append(text)
      receivedKeys.insert(Key(from: from, datetime: datetime))
    case .ownStatus(let new): status = new
    case .identityAdded, .friendMoved: break
    }
  }
}
