import S2WMPCrypto
import S2WMPPeer
import S2WMPWire

/// A message by what identifies it (S2WMP §3.2.6).
struct FuzzMessage: Hashable {
  var sender: Identifier
  var datetime: UInt64
}

/// What a store would have kept, and what must hold for the changes that it is given.
struct PeerLedger {
  private(set) var identities: [Identity]
  private(set) var friends: [Identifier: FriendRecord] = [:]
  private(set) var outgoing: [OutgoingRecord]
  private(set) var received: [Identifier: Set<UInt64>] = [:]
  private(set) var status: UserStatus
  /// What the user saw, until the sender is removed.
  private var shown: Set<FuzzMessage> = []

  init(_ snapshot: PeerSnapshot) {
    identities = snapshot.identities
    outgoing = snapshot.outgoing
    status = snapshot.status
    for friend in snapshot.friends { friends[friend.id] = friend }
  }

  /// What a peer that was killed starts from.
  var snapshot: PeerSnapshot {
    PeerSnapshot(
      identities: identities, friends: friends.values.sorted { $0.id < $1.id }, outgoing: outgoing.sorted { $0.datetime < $1.datetime }, status: status)
  }

  func hasAccepted(_ message: FuzzMessage) -> Bool { received[message.sender]?.contains(message.datetime) ?? false }

  mutating func apply(_ change: StoreChange) throws(FuzzViolation) {
    switch change {
    case .identityAdded(let identity): identities.insert(identity, at: 0)
    case .legacyIdentityAdded: throw FuzzViolation("a v1 peer stores a legacy identity")
    case .identityForgotten(let id):
      try FuzzViolation.require(identities.dropFirst().contains { $0.userID == id }, "forgets \(id), which is no former identity")
      identities.removeAll { $0.userID == id }
    case .friendSaved(let record): try save(record)
    case .friendRemoved(let id): try remove(id)
    case .friendMoved(let old, let new): try move(old, new)
    case .messageQueued(let message):
      let last = friends[message.to]?.sentDatetime ?? 0
      try FuzzViolation.require(friends[message.to] != nil, "queues a message for \(message.to), who is no friend")
      try FuzzViolation.require(message.datetime > last, "queues a message with datetime \(message.datetime) after one with \(last)")
      outgoing.append(message)
      friends[message.to]?.sentDatetime = message.datetime
    case .messageSettled(let id, let datetime, _): try settle(id, datetime)
    case .messageReceived(let id, let datetime, _, _): try receive(FuzzMessage(sender: id, datetime: datetime))
    case .ownStatus(let status): self.status = status
    }
  }

  private mutating func save(_ record: FriendRecord) throws(FuzzViolation) {
    if let before = friends[record.id] {
      let isLater =
        record.statusDatetime >= before.statusDatetime && record.receivedDatetime >= before.receivedDatetime && record.sentDatetime >= before.sentDatetime
      try FuzzViolation.require(isLater, "a datetime kept of \(record.id) goes back: \(before) becomes \(record)")
    }
    try FuzzViolation.require(UserName.isValid(Array(record.name.utf8)), "a friend is stored with the name \(record.name.debugDescription)")
    let isKeys = record.publicKey.withUnsafeBytes { Digest.identifier(sha256: $0) } == record.id
    try FuzzViolation.require(isKeys, "friend \(record.id) is stored with another one's key")
    try FuzzViolation.require(identities.contains { $0.userID == record.knowsUsAs }, "friend \(record.id) knows us as \(record.knowsUsAs), which is not kept")
    friends[record.id] = record
  }

  private mutating func remove(_ id: Identifier) throws(FuzzViolation) {
    try FuzzViolation.require(friends.removeValue(forKey: id) != nil, "removes \(id), who is no friend")
    try FuzzViolation.require(!outgoing.contains { $0.to == id }, "removes \(id) without settling their messages")
    received[id] = nil
    shown = shown.filter { $0.sender != id }
  }

  private mutating func move(_ old: Identifier, _ new: Identifier) throws(FuzzViolation) {
    guard var record = friends.removeValue(forKey: old) else { throw FuzzViolation("moves \(old), who is no friend") }
    try FuzzViolation.require(friends[new] == nil, "moves \(old) to \(new), who is a friend already")
    record.id = new
    friends[new] = record
    received[new, default: []].formUnion(received.removeValue(forKey: old) ?? [])
    shown = Set(shown.map { $0.sender == old ? FuzzMessage(sender: new, datetime: $0.datetime) : $0 })
    for index in outgoing.indices where outgoing[index].to == old { outgoing[index].to = new }
  }

  private mutating func settle(_ id: Identifier, _ datetime: UInt64) throws(FuzzViolation) {
    let count = outgoing.count
    outgoing.removeAll { $0.to == id && $0.datetime == datetime }
    try FuzzViolation.require(outgoing.count == count - 1, "settles \(count - outgoing.count) messages to \(id) with datetime \(datetime)")
  }

  private mutating func receive(_ message: FuzzMessage) throws(FuzzViolation) {
    try FuzzViolation.require(friends[message.sender] != nil, "stores a message of \(message.sender), who is no friend")
    let isNew = received[message.sender, default: []].insert(message.datetime).inserted
    try FuzzViolation.require(isNew, "stores the message \(message) twice")
    let last = friends[message.sender]?.receivedDatetime ?? 0
    friends[message.sender]?.receivedDatetime = max(last, message.datetime)
  }

  /// The user sees a message: stored before, and never seen.
  mutating func show(_ message: FuzzMessage) throws(FuzzViolation) {
    try FuzzViolation.require(hasAccepted(message), "the user sees the message \(message), which is not stored")
    try FuzzViolation.require(shown.insert(message).inserted, "the user sees the message \(message) twice")
  }
}
