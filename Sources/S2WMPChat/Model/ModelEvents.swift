import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// What the peer tells.
extension ChatModel {
  /// Sockets take traffic.
  public mutating func receiveListening(
    addresses: [Endpoint], userID: Identifier, fingerprint: String, friends: [FriendRecord], at now: PeerTime
  ) -> [ChatEffect] {
    collect(at: now) { model in
      model.userID = userID
      model.fingerprint = fingerprint
      model.addresses = addresses
      model.learn(friends)
      model.welcome()
    }
  }

  /// What the store says about friends: answer to `loadFriends`.
  public mutating func receiveFriends(_ records: [FriendRecord], at now: PeerTime) -> [ChatEffect] {
    collect(at: now) { $0.learn(records) }
  }

  public mutating func receive(_ event: PeerEvent, at now: PeerTime) -> [ChatEffect] {
    collect(at: now) { $0.take(event) }
  }

  private mutating func take(_ event: PeerEvent) {
    switch event {
    case .state, .friendsListed: break
    case .message(let from, let name, let text, let datetime): receiveMessage(from: from, name: name, text: text, datetime: datetime)
    case .sent(let to, let datetime): receiveSent(to: to, datetime: datetime)
    case .acknowledged(let to, let datetime): receiveAcknowledged(to: to, datetime: datetime)
    case .failed(let to, let datetime, _, let reason, let retries): receiveFailed(to: to, datetime: datetime, reason: reason, retries: retries)
    case .friend(let id, let name, let address, let status): receiveFriend(id, name, address, status)
    case .friendRemoved(let id): receiveRemoved(id)
    case .friendChanged(let old, let new): receiveChanged(old, new)
    case .request(let id, let name, let address): receiveRequest(id, name, address)
    case .addFailed(let id, let reason):
      asked.remove(id)
      countFailure()
      say("\(label(id)) is not added: \(reason).", .bad)
    case .peerFound(let id, let address): receiveFound(id, address)
    default: takeRest(event)
    }
  }

  private mutating func takeRest(_ event: PeerEvent) {
    switch event {
    case .registered(let status): receiveRegistered(status)
    case .lookup(let id, let status, let address): receiveLookup(id, status, address)
    case .identity(let id, let fingerprint):
      userID = id
      self.fingerprint = fingerprint
      say("You have a new key and the new ID \(id.hex). Friends are told; its fingerprint is \(fingerprint).", .warning)
    case .ownStatus(let status):
      if status != ownStatus { say("You are \(status.rawValue) now.", .dim) }
      ownStatus = status
    case .rejected(_, let remote, let reason):
      guard let kept = refusals.pass(at: moment.monotonic) else { return }
      say("A packet from \(remote) was refused: \(reason)\(kept > 0 ? " (and \(kept) more before it)" : "").", .dim)
    case .error(let sentence): say(sentence, .bad)
    default: break
    }
  }

  private mutating func receiveRegistered(_ status: UInt8?) {
    let next = status == 0 ? Registration.done : .failed
    defer { registration = next }
    if registration == next { return }
    switch status {
    case 0: say("The bootstrap server knows you.", .dim)
    case nil: say("The bootstrap server does not answer; it is asked again.", .warning)
    default: say("The bootstrap server refuses to register you (status \(status ?? 0)).", .warning)
    }
  }

  private mutating func receiveLookup(_ id: Identifier, _ status: UInt8?, _ address: Endpoint?) {
    if status == 0, let address { return say("\(label(id)) is at \(address).") }
    switch status {
    case nil: say("\(label(id)) could not be looked up: no bootstrap server answers.", .bad)
    case 1: say("The bootstrap server does not know \(label(id)).", .warning)
    default: say("The bootstrap server refuses to look \(label(id)) up (status \(status ?? 0)).", .bad)
    }
  }

  private mutating func receiveFound(_ id: Identifier, _ address: Endpoint) {
    guard id != userID else { return }
    let isKnown = discovered[id] != nil
    _ = discovered.add(id, DiscoveredRow(address: address))
    guard moment.monotonic < discoverUntil, let found = discovered[id], !isKnown || settings.style == .lines else { return }
    say(foundLine(found.number, id, address))
  }

  func foundLine(_ number: Int, _ id: Identifier, _ address: Endpoint) -> ChatLine {
    let known = book[id] == nil ? "" : "  \(label(id)), your friend"
    return ChatLine("  \(number)  \(id.hex)  \(address)\(known)", indent: 5)
  }
}
