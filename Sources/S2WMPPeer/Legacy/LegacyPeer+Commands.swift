import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// Going online (S2WMP §4.1, figure 7) and what the user wants.
extension LegacyPeer {
  /// Init → Wait → FD or LD → Listen. The dialect cannot ask for a server: registering is the question, and without an answer there is no BSM to broadcast.
  public func start(at now: PeerTime, _ effects: inout PeerEffects) {
    effects.append(.event(.state("Init")))
    for friend in friends.values {
      // The stored keys were good a moment ago, when the peer was made.
      if let agreement = try? agreement(for: friend.record) { logKey(of: friend.record, agreement.secret, &effects) }
    }
    effects.append(.event(.state("Wait")))
    guard configuration.bootstrapServer != nil else { return startWithoutServer(at: now, &effects) }
    isStarting = true
    register(at: now, &effects)
  }

  func startWithServer(at now: PeerTime, _ effects: inout PeerEffects) {
    effects.append(.event(.state("FD")))
    listen(at: now, &effects)
  }

  func startWithoutServer(at now: PeerTime, _ effects: inout PeerEffects) {
    effects.append(.event(.state("NF")))
    effects.append(.event(.state("LD")))
    if configuration.discovers { announce(at: now, &effects) }
    listen(at: now, &effects)
  }

  private func listen(at now: PeerTime, _ effects: inout PeerEffects) {
    isStarting = false
    sendStatus(&effects)
    effects.append(.event(.state("Listen")))
    for id in friends.keys.sorted() { transmit(to: id, at: now, &effects) }
  }

  /// Hello, and every change of status: SC to all friends. Nobody acknowledges it, so it goes out once.
  private func sendStatus(_ effects: inout PeerEffects) {
    let packet = LegacyPackets.status(status, request: randomID())
    for id in friends.keys.sorted() {
      if let address = friends[id]?.record.address { send(packet, .notice, to: address, &effects) }
    }
  }

  public func perform(_ command: PeerCommand, at now: PeerTime, _ effects: inout PeerEffects) {
    switch command {
    case .send(let id, let text): sendMessage(text, to: id, at: now, &effects)
    case .cancel(let id, let datetime): cancelMessage(to: id, datetime, at: now, &effects)
    case .add(let id, let address): addFriend(id, address: address, at: now, &effects)
    case .accept(let id): accept(id, at: now, &effects)
    case .deny(let id): deny(id, &effects)
    case .remove(let id): removeFriend(id, &effects)
    case .status(let status): change(status, &effects)
    case .discover: announce(at: now, &effects)
    case .lookup(let id): lookUp(id, at: now, &effects)
    case .friends: listFriends(&effects)
    case .regenerateKey: changeIdentity(at: now, &effects)
    case .quit: quit(&effects)
    }
  }

  private func change(_ status: UserStatus, _ effects: inout PeerEffects) {
    self.status = status
    effects.append(.store(.ownStatus(status)))
    effects.append(.event(.ownStatus(status)))
    sendStatus(&effects)
  }

  private func listFriends(_ effects: inout PeerEffects) {
    for id in friends.keys.sorted() {
      if let event = friends[id]?.record.event { effects.append(.event(event)) }
    }
    effects.append(.event(.friendsListed(friends.count)))
  }

  private func removeFriend(_ id: Identifier, _ effects: inout PeerEffects) {
    guard let friend = friends[id] else { return effects.append(.event(.error("\(id) is not a friend"))) }
    if let first = friend.outgoing.first { forgetFirst(id, first.datetime) }
    friends[id] = nil
    for message in friend.outgoing {
      effects.append(.store(.messageSettled(to: id, datetime: message.datetime, error: nil)))
      effects.append(.event(.failed(to: id, datetime: message.datetime, error: nil, reason: "given up", retries: false)))
    }
    effects.append(.store(.friendRemoved(id)))
    effects.append(.event(.friendRemoved(id: id)))
  }

  /// A new key and ID for whoever comes from now on. The dialect has no ID Change, so friends go on knowing us by the ID under which we met.
  func changeIdentity(at now: PeerTime, _ effects: inout PeerEffects) {
    let key: LegacyKey
    do throws(IdentityError) {
      key = try LegacyKey.generate()
    } catch {
      return effects.append(.event(.error("no new key could be made: \(error)")))
    }
    let identity = LegacyIdentity(userID: randomID(), key: key)
    identities.insert(identity, at: 0)
    effects.append(.store(.legacyIdentityAdded(identity)))
    forgetIdentities(&effects)
    effects.append(.event(.identity(userID: identity.userID, fingerprint: identity.fingerprint)))
    register(at: now, &effects)
  }

  /// Older identities by which nobody knows us.
  private func forgetIdentities(_ effects: inout PeerEffects) {
    let used = Set(
      friends.values.map(\.record.knowsUsAs) + requests.values.map(\.identity.userID) + requestors.values.map(\.identity.userID))
    for old in identities.dropFirst() where !used.contains(old.userID) { effects.append(.store(.identityForgotten(old.userID))) }
    identities = [identities[0]] + identities.dropFirst().filter { used.contains($0.userID) }
  }

  private func quit(_ effects: inout PeerEffects) {
    for connection in (Array(incoming.keys) + outgoing.keys).sorted(by: { $0.rawValue < $1.rawValue }) { effects.append(.close(connection)) }
    effects.append(.stopped)
  }
}
