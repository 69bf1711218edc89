import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// A new key, so a new ID (S2WMP §4.4): friends and the server learn it by IC.
///
/// Each friend is led from the ID by which they know us to the next one, one IC at a time: when an ACK is lost it stays clear by which two IDs they may know us.
extension Peer {
  func makeIdentity() {
    guard !isMakingIdentity else { return }
    isMakingIdentity = true
    emit(.makeIdentity)
  }

  func takeIdentity(_ made: Identity?) {
    guard isMakingIdentity, !hasStopped else { return }
    isMakingIdentity = false
    if let made, made.suite == identity.suite, made.group == identity.group, !isOwn(made.userID), friends[made.userID] == nil {
      changeIdentity(to: made)
    } else {
      tell(.error("no new key could be made; the old one stays"))
      // Asking again with the same ID would only collide again.
      registration.collisions = RegistrationExchange.limit
    }
    if state == .found { step(.hello) } else { registerAnew() }
  }

  private func changeIdentity(to made: Identity) {
    let old = identity
    formerIdentities.insert(old, at: 0)
    identity = made
    store(.identityAdded(made))
    tell(.identity(userID: made.userID, fingerprint: made.fingerprint))
    refusePendingRequests()
    renewAdditions()
    if registration.isRegistered, state == .listen, let server {
      ask(.serverIDChange, packet: .idChangeToServer(old: old.userID, new: made.userID, publicKey: made.publicKey), to: .endpoint(server))
    }
    registration.isRegistered = false
    forgetOldIdentities()
    for friend in friends.all { pump(friend) }
  }

  /// After a change that the server did not ask for: it moves our entry by IC, and a REG makes sure.
  private func registerAnew() {
    guard !inquiries.values.contains(where: { $0.purpose == .serverIDChange }) else { return }
    register()
  }

  func sendIDChange(to friend: Friend, on route: Connection) {
    // What is in flight under the old ID is answered first.
    guard friend.inFlight == 0, friend.idChange?.isSent != true, let next = identity(after: friend.record.knowsUsAs) else { return }
    guard let bond = bond(with: friend, as: friend.record.knowsUsAs), let timestamp = nextDatetime(friend) else {
      settleAll(of: friend, reason: "their key does not fit ours")
      return advance(friend, knowingUsAs: userID)
    }
    save(friend)
    let change = PendingIDChange(from: bond.keys.own, to: next.userID, timestamp: timestamp, friendID: friend.id, isSent: true)
    friend.idChange = change
    let requestID = randomID()
    let packet = sealIDChange(
      pair: bond.keys, timestamp: timestamp, requestID: requestID, newIdentityKey: next.publicKey, newID: next.userID, client: ClientID.own)
    emitPacket(packet, on: route)
  }

  /// How often a friend may refuse an IC.
  private static var changeTries: Int { 3 }

  func idChangeAnswered(_ change: PendingIDChange, of friend: Friend, _ error: UInt8) {
    friend.idChange = nil
    if error == 1, change.friendID != friend.id { return }
    friend.refusedChanges = error == 0 ? 0 : friend.refusedChanges + 1
    // A packet can be damaged on its way; a friend who means it says so again.
    if error != 0, friend.refusedChanges < Self.changeTries { return }
    friend.refusedChanges = 0
    if error != 0 {
      tell(.error("\(friend.record.name) did not accept our new ID \(change.to): \(Self.meaning(ofError: error))"))
    }
    if friend.record.knowsUsAs == change.from { advance(friend, knowingUsAs: change.to) }
  }

  /// The friend knows us by a newer ID now.
  func advance(_ friend: Friend, knowingUsAs id: Identifier) {
    friend.record.knowsUsAs = id
    if friend.idChange?.from != id { friend.idChange = nil }
    save(friend)
    forgetOldIdentities()
  }

  func randomID() -> UInt64 {
    surroundings.randomBytes(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
