import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// What the peer starts from.
extension Peer {
  func restore(_ snapshot: PeerSnapshot) {
    for var record in snapshot.friends {
      guard let key = try? PeerKey(field: record.publicKey), friends[record.id] == nil else {
        unreadableFriends.append(record.id)
        continue
      }
      // Nobody knows yet whether they are there.
      record.status = nil
      if ownIdentity(record.knowsUsAs) == nil { record.knowsUsAs = identity.userID }
      _ = friends.add(record, key)
    }
    for message in snapshot.outgoing {
      guard let friend = friends[message.to] else {
        strayMessages.append(message)
        continue
      }
      friend.parcels.append(Parcel(datetime: message.datetime, text: message.text))
      friend.record.sentDatetime = max(friend.record.sentDatetime, message.datetime)
    }
  }

  /// Says what could not be restored, and settles the messages that can never leave.
  func reportDamage() {
    for id in unreadableFriends { tell(.error("the stored key of friend \(id) cannot be used; add the friend again")) }
    for message in strayMessages {
      store(.messageSettled(to: message.to, datetime: message.datetime, error: nil))
      let reason = "the receiver is no friend any more"
      tell(.failed(to: message.to, datetime: message.datetime, error: nil, reason: reason, retries: false))
    }
    unreadableFriends = []
    strayMessages = []
  }
}

/// Our identities as a friend may know them.
extension Peer {
  func ownIdentity(_ id: Identifier) -> Identity? {
    id == identity.userID ? identity : formerIdentities.first { $0.userID == id }
  }

  func isOwn(_ id: Identifier) -> Bool { ownIdentity(id) != nil }

  /// The identity that followed another one; nil for the present one and for unknown ones.
  func identity(after id: Identifier) -> Identity? {
    guard let index = formerIdentities.firstIndex(where: { $0.userID == id }) else { return nil }
    return index == 0 ? identity : formerIdentities[index - 1]
  }

  /// Whether a friend may address us by an ID: ours, or one from that by which they know us on. They change over with our IC, whose ACK may be lost.
  @inline(__always) func answers(to id: Identifier, for friend: Friend) -> Bool {
    if id == identity.userID || id == friend.record.knowsUsAs { return true }
    return id == identity(after: friend.record.knowsUsAs)?.userID
  }

  /// An identity is kept as long as a friend knows us by it or by an older one.
  func forgetOldIdentities() {
    while let oldest = formerIdentities.last, !friends.all.contains(where: { $0.record.knowsUsAs == oldest.userID }) {
      formerIdentities.removeLast()
      store(.identityForgotten(oldest.userID))
    }
  }
}

/// A shared secret of one of our identities and somebody's key.
struct Agreement {
  let own: Identifier
  let other: Identifier
  let secret: SecretBytes

  func isOf(_ identity: Identity, _ key: PeerKey) -> Bool { own == identity.userID && other == key.userID }
}

/// The keys with a friend (S2WMP wire format, section 5.3).
extension Peer {
  /// The shared secret, worked out once in a call: whether a key is usable shows by it as well.
  func agree(_ identity: Identity, with key: PeerKey) -> SecretBytes? {
    if let agreement, agreement.isOf(identity, key) { return agreement.secret }
    guard let secret = try? identity.sharedSecret(with: key) else { return nil }
    agreement = Agreement(own: identity.userID, other: key.userID, secret: secret)
    return secret
  }

  /// Derived when first needed. Nil when the ID is none of ours, or the keys do not fit each other.
  @inline(__always) func bond(with friend: Friend, as own: Identifier) -> Bond? {
    if let bond = friend.bond, bond.keys.own == own {
      friend.isBondUsed = true
      return bond
    }
    return deriveBond(with: friend, as: own)
  }

  private func deriveBond(with friend: Friend, as own: Identifier) -> Bond? {
    friend.isBondUsed = true
    if let spare = friend.spareBond, spare.keys.own == own {
      swap(&friend.bond, &friend.spareBond)
      return spare
    }
    guard let identity = ownIdentity(own), let secret = agree(identity, with: friend.key) else { return nil }
    return keep(secret, of: identity, with: friend)
  }

  @discardableResult func keep(_ secret: SecretBytes, of identity: Identity, with friend: Friend) -> Bond {
    let bond = Bond(identity: identity, other: friend.id, secret: secret)
    if friend.bond == nil { pairBudget.admit(friend) } else { friend.spareBond = friend.bond }
    friend.bond = bond
    emit(.keyLog(KeyLog.line(secret: secret, identity.userID, friend.id)))
    return bond
  }

  func save(_ friend: Friend) { store(.friendSaved(friend.record)) }

  func tellAbout(_ friend: Friend) {
    let record = friend.record
    tell(.friend(id: record.id, name: record.name, address: record.address, status: record.status))
  }

  func removeFriend(_ friend: Friend) {
    settleAll(of: friend, reason: "the friend was removed")
    timers.cancel(.friend(friend.serial))
    friends.remove(friend)
    pairBudget.dismiss(friend)
    friend.inbound = nil
    if let route = friend.route {
      friend.route = nil
      route.friend = nil
      close(route, reason: "the friend was removed")
    }
    store(.friendRemoved(friend.id))
    tell(.friendRemoved(id: friend.id))
    forgetOldIdentities()
  }
}
