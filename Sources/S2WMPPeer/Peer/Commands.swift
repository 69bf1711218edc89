import S2WMPWire

/// What the user wants.
extension Peer {
  func carryOut(_ command: PeerCommand) {
    guard !hasStopped else { return }
    switch command {
    case .send(let id, let text): send(text, to: id)
    case .cancel(let id, let datetime): cancel(datetime, to: id)
    case .add(let id, let address): add(id, address: address)
    case .accept(let id): acceptRequest(id)
    case .deny(let id): denyRequest(id)
    case .remove(let id): remove(id)
    case .status(let status): change(to: status)
    case .discover: configuration.discovers ? discover(reportingAll: true) : tell(.error("discovery is off (--no-discovery)"))
    case .lookup(let id): lookUp(id)
    case .friends: listFriends()
    case .regenerateKey: regenerateKey()
    case .quit: quit()
    }
  }

  private func remove(_ id: Identifier) {
    guard let friend = friends[id] else { return tell(.error("\(id) is no friend")) }
    removeFriend(friend)
  }

  private func change(to status: UserStatus) {
    ownStatus = status
    store(.ownStatus(status))
    tell(.ownStatus(status))
    for friend in friends.all {
      // A status that is still on its way is out of date: the ACK of the old one must not count for the new one.
      friend.greeting = Greeting(isDue: true)
      pump(friend)
    }
  }

  private func listFriends() {
    for friend in friends.all { tellAbout(friend) }
    tell(.friendsListed(friends.count))
  }

  private func regenerateKey() {
    guard !isMakingIdentity else { return tell(.error("a new key is being made already")) }
    makeIdentity()
  }

  /// What is not acknowledged stays in the store for the next start.
  private func quit() {
    flushAnswers()
    for connection in connections.values where connection.phase != .closing {
      if connection.phase == .open { emit(.close(connection.id)) } else { emit(.abort(connection.id)) }
      connection.phase = .closing
      // Nobody relies on it any more: its end is no news.
      connection.friend?.route = nil
      connection.friend = nil
      connection.addition = nil
    }
    hasStopped = true
    timers = Timers()
    emit(.stopped)
  }
}
