import S2WMPCrypto
import S2WMPWire

/// All friends, by ID and by what else names them.
struct FriendBook {
  private var byID: [Identifier: Friend] = [:]
  private var bySerial: [UInt64: Friend] = [:]
  /// Whose ID this was before a change.
  private var byFormerID: [Identifier: Friend] = [:]
  private var lastSerial: UInt64 = 0

  subscript(_ id: Identifier) -> Friend? { byID[id] }
  func friend(serial: UInt64) -> Friend? { bySerial[serial] }
  func friend(formerly id: Identifier) -> Friend? { byFormerID[id] }

  /// In the order in which they became friends.
  var all: [Friend] { bySerial.values.sorted { $0.serial < $1.serial } }
  var count: Int { byID.count }

  mutating func add(_ record: FriendRecord, _ key: PeerKey) -> Friend {
    lastSerial &+= 1
    let friend = Friend(record: record, key: key, serial: lastSerial)
    byID[record.id] = friend
    bySerial[friend.serial] = friend
    for former in record.formerKeys { byFormerID[former.userID] = friend }
    return friend
  }

  mutating func remove(_ friend: Friend) {
    byID[friend.id] = nil
    bySerial[friend.serial] = nil
    for former in friend.record.formerKeys where byFormerID[former.userID] === friend { byFormerID[former.userID] = nil }
  }

  /// The friend's record has changed its ID.
  mutating func move(_ friend: Friend, from old: Identifier) {
    byID[old] = nil
    byID[friend.id] = friend
    byFormerID[old] = friend
  }
}

/// How many friends' keys are kept at once. A clock hand: whoever was not used since it last came past goes.
struct PairBudget {
  static let limit = 1024
  private var ring: [Friend] = []
  private var hand = 0

  /// A friend's keys were just derived.
  mutating func admit(_ friend: Friend) {
    guard ring.count >= Self.limit else { return ring.append(friend) }
    while ring[hand].isBondUsed {
      ring[hand].isBondUsed = false
      hand = (hand + 1) % ring.count
    }
    ring[hand].bond = nil
    ring[hand].spareBond = nil
    ring[hand] = friend
    hand = (hand + 1) % ring.count
  }

  /// A friend is removed, or their keys changed.
  mutating func dismiss(_ friend: Friend) {
    friend.bond = nil
    friend.spareBond = nil
    ring.removeAll { $0 === friend }
    hand = 0
  }
}
