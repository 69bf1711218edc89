import S2WMPCrypto
import S2WMPPeer
import S2WMPWire

/// A store that only remembers: what would be on disk after `kill -9`.
final class StoreRecord {
  private(set) var identities: [Identity]
  private(set) var legacyIdentities: [LegacyIdentity] = []
  private(set) var friends: [Identifier: FriendRecord] = [:]
  private(set) var outgoing: [OutgoingRecord] = []
  private(set) var received: [Identifier: Set<UInt64>] = [:]
  private(set) var status = UserStatus.online
  private(set) var texts: [String] = []
  /// Settled messages: the ACK's error, or nil when given up.
  private(set) var settled: [String: UInt8?] = [:]

  init(_ identity: Identity) { identities = [identity] }

  init(_ snapshot: PeerSnapshot) {
    identities = snapshot.identities
    legacyIdentities = snapshot.legacyIdentities
    for friend in snapshot.friends { friends[friend.id] = friend }
    outgoing = snapshot.outgoing
    status = snapshot.status
  }

  var snapshot: PeerSnapshot {
    var snapshot = PeerSnapshot(
      identities: identities, friends: friends.values.sorted { $0.id < $1.id }, outgoing: outgoing.sorted { $0.datetime < $1.datetime },
      status: status)
    snapshot.legacyIdentities = legacyIdentities
    return snapshot
  }

  func apply(_ change: StoreChange) {
    switch change {
    case .identityAdded(let identity): identities.insert(identity, at: 0)
    case .legacyIdentityAdded(let identity): legacyIdentities.insert(identity, at: 0)
    case .identityForgotten(let id):
      identities.removeAll { $0.userID == id }
      legacyIdentities.removeAll { $0.userID == id }
    case .friendSaved(let record): friends[record.id] = record
    case .friendRemoved(let id):
      friends[id] = nil
      outgoing.removeAll { $0.to == id }
      received[id] = nil
    case .friendMoved(let old, let new): move(old, new)
    case .messageQueued(let message):
      outgoing.append(message)
      let last = friends[message.to]?.sentDatetime ?? 0
      friends[message.to]?.sentDatetime = max(last, message.datetime)
    case .messageSettled(let id, let datetime, let error):
      for message in outgoing where message.to == id && message.datetime == datetime { settled[message.text] = .some(error) }
      outgoing.removeAll { $0.to == id && $0.datetime == datetime }
    case .messageReceived(let id, let datetime, let text, _):
      received[id, default: []].insert(datetime)
      texts.append(text)
      let last = friends[id]?.receivedDatetime ?? 0
      friends[id]?.receivedDatetime = max(last, datetime)
    case .ownStatus(let status): self.status = status
    }
  }

  private func move(_ old: Identifier, _ new: Identifier) {
    friends[new] = friends.removeValue(forKey: old)
    received[new, default: []].formUnion(received.removeValue(forKey: old) ?? [])
    for index in outgoing.indices where outgoing[index].to == old { outgoing[index].to = new }
  }

  func hasAccepted(_ sender: Identifier, _ datetime: UInt64) -> Bool { received[sender]?.contains(datetime) ?? false }
}
