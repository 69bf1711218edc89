import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// The checks of an IC (S2WMP wire format, section 6.1). `PeerRules.firstError` says in which order.
struct IDChangeChecks {
  let peer: Peer
  let packet: PacketView
  private(set) var key: PeerKey?
  private(set) var friend: Friend?
  /// Set when this very change was applied before.
  private(set) var former: FormerKey?
  /// The old pair, by whose Z the client ID is right.
  private(set) var bond: Bond?

  init(_ peer: Peer, _ packet: PacketView) {
    self.peer = peer
    self.packet = packet
  }

  private var rules: PeerRules { peer.rules }
  private var oldID: Identifier { packet[IDChange.userID] }
  var newID: Identifier { packet[IDChange.newID] }

  /// 2: the key is usable with ours.
  mutating func fields() -> UInt8 {
    key = peer.usableKey(packet[IDChange.publicKey])
    return rules.accepts(keyIsUsable: key != nil) ? 0 : rules.error(.fields)
  }

  /// 3: the old ID is a friend's, the client ID accepted, the new ID that of the key and nobody else's.
  mutating func sender() -> UInt8 {
    let isKeys = newID == Digest.identifier(sha256: packet[IDChange.publicKey])
    guard rules.accepts(changeIDIsKeys: isKeys), !peer.isOwn(oldID) else { return rules.error(.sender) }
    if let known = peer.friends.friend(formerly: oldID), let former = known.former(from: oldID, to: newID) {
      (friend, self.former) = (known, former)
      return rules.repeatedChange(hasClient(former)) ? 0 : rules.error(.client)
    }
    guard let known = peer.friends[oldID] else { return rules.error(.sender) }
    friend = known
    let authentic = isAuthentic(from: known)
    guard rules.accepts(changeIsAuthentic: authentic) else { return rules.error(.client) }
    if peer.isOwn(newID) { return rules.error(.sender) }
    if let holder = peer.friends[newID], holder !== known { return rules.error(.sender) }
    return 0
  }

  /// The pair is the friend's old key with whichever ID of ours they know.
  private mutating func isAuthentic(from known: Friend) -> Bool {
    let knownAs = known.record.knowsUsAs
    for own in [knownAs, peer.identity(after: knownAs)?.userID, peer.userID] {
      guard let own, let candidate = peer.bond(with: known, as: own) else { continue }
      bond = candidate
      if hasClient(candidate.keys) { return true }
    }
    return false
  }

  private func hasClient(_ former: FormerKey) -> Bool {
    hasClient(PairKeys(secret: SecretBytes(former.sharedSecret), own: former.ownID, other: former.userID))
  }

  private func hasClient(_ keys: PairKeys) -> Bool {
    let bound = UnsafeRawBufferPointer(rebasing: packet.bytes[..<IDChange.clientID.offset])
    let more = UnsafeRawBufferPointer(rebasing: packet.bytes[IDChange.clientID.end...])
    return peer.allows(keys.decryptClientID(packet[IDChange.clientID], bound: bound, more))
  }
}

extension Friend {
  func former(from old: Identifier, to new: Identifier) -> FormerKey? {
    record.formerKeys.first { $0.userID == old && $0.newID == new }
  }
}

extension Peer {
  func receiveIDChange(_ packet: PacketView, on connection: Connection) {
    var state = PeerState.listen
    guard Transitions.follow(&state, .messageArrives) == .checkMessage else { return }
    var checks = IDChangeChecks(self, packet)
    let error = rules.firstError(&checks)
    if error == 0, checks.former == nil, let friend = checks.friend, let key = checks.key { apply(checks, to: friend, key) }
    guard Transitions.follow(&state, .answered) == .answer else { return }
    let (timestamp, old) = (packet[IDChange.timestamp], packet[IDChange.userID])
    acknowledge(error, datetime: timestamp, userID: old, receiverID: packet[IDChange.newID], on: connection)
    guard error != 0 else { return }
    tellRefusal(error, on: connection, "IC from \(old): \(Self.meaning(ofError: error))")
  }

  /// How many changes of a friend's can be acknowledged again.
  private static var rememberedChanges: Int { 8 }

  private func apply(_ checks: IDChangeChecks, to friend: Friend, _ key: PeerKey) {
    let old = friend.id
    guard checks.newID != old else { return }
    // Before the store moves what it has: from here on it answers for both IDs together, but not within this call.
    if !friend.accepted.isLoaded { loadAccepted(of: friend, as: old) }
    loadAccepted(of: friend, as: checks.newID)
    if let bond = checks.bond {
      let secret = bond.secret.withBytes { Array($0) }
      friend.record.formerKeys.append(FormerKey(userID: old, newID: checks.newID, ownID: bond.keys.own, sharedSecret: secret))
    }
    if friend.record.formerKeys.count > Self.rememberedChanges { friend.record.formerKeys.removeFirst() }
    pairBudget.dismiss(friend)
    friend.key = key
    friend.record.id = checks.newID
    friend.record.publicKey = key.field
    friends.move(friend, from: old)
    if let agreement, agreement.isOf(identity, key) { keep(agreement.secret, of: identity, with: friend) }
    store(.friendMoved(old: old, new: checks.newID))
    save(friend)
    tell(.friendChanged(old: old, new: checks.newID))
    tellAbout(friend)
  }

  /// A friend's key, when it is the one that was found usable before: to look at it again would cost public-key arithmetic.
  func pinnedKey(of id: Identifier, _ field: UnsafeRawBufferPointer) -> PeerKey? {
    ofOurKind(friends[id]?.key, field)
  }

  /// A key found usable before, when the field is its own and it still is of our suite and group.
  private func ofOurKind(_ known: PeerKey?, _ field: UnsafeRawBufferPointer) -> PeerKey? {
    guard let known, known.suite == identity.suite, known.group == identity.group, known.field.elementsEqual(field) else { return nil }
    return known
  }

  /// A public key field that is usable by section 5.1 with our suite and group, and whose public value passes its check.
  func usableKey(_ field: UnsafeRawBufferPointer) -> PeerKey? {
    if let known = ofOurKind(lastUsableKey, field) { return known }
    guard let key = try? PeerKey(field: field), key.suite == identity.suite, key.group == identity.group else { return nil }
    // A finite field's value was checked by its range; an X25519 key shows only by its shared secret that it is none.
    guard key.group != .x25519 || agree(identity, with: key) != nil else { return nil }
    lastUsableKey = key
    return key
  }
}
