import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// Messages on their way out: one at a time for each friend, so that they arrive in order, again and again until they are acknowledged.
extension LegacyPeer {
  /// The largest plaintext: its padding must fit the largest body.
  static var largestText: Int { Int(LegacyMessaging.maximumBody) / 16 * 16 - 1 }

  func sendMessage(_ text: String, to id: Identifier, at now: PeerTime, _ effects: inout PeerEffects) {
    guard let friend = friends[id] else { return effects.append(.event(.error("\(id) is not a friend: add it first"))) }
    guard text.utf8.count <= Self.largestText else {
      return effects.append(.event(.error("a message takes at most \(Self.largestText) bytes of UTF-8; this one has \(text.utf8.count)")))
    }
    guard friend.outgoing.count < configuration.limits.outgoingMessages else {
      return effects.append(.event(.error("\(friend.outgoing.count) messages to \(id) wait for their ACK: wait, or give some of them up")))
    }
    let message = OutgoingRecord(to: id, datetime: newDatetime(at: now), text: text)
    friends[id]?.record.sentDatetime = message.datetime
    friends[id]?.outgoing.append(message)
    save(id, &effects)
    effects.append(.store(.messageQueued(message)))
    effects.append(.event(.sent(to: id, datetime: message.datetime)))
    if friend.outgoing.isEmpty { transmit(to: id, at: now, &effects) }
  }

  /// Sends the first message of a friend, for the first time or again.
  func transmit(to id: Identifier, at now: PeerTime, _ effects: inout PeerEffects) {
    guard let friend = friends[id], let message = friend.outgoing.first else { return }
    timers.set(.message(id), at: now.monotonic + (address(of: friend) == nil ? Self.backOff(friend.tries) : Self.answerTimeout))
    friends[id]?.tries += 1
    guard let address = address(of: friend) else {
      if friend.tries == 0 { reportDelay(id, message.datetime, "no address is known", &effects) }
      return
    }
    let packet = LegacyPackets.message(
      message, from: friend.record.knowsUsAs, status: status, client: LegacyCipher.clientID, cipher: friend.cipher)
    unacknowledged[message.datetime] = id
    send(packet, .message(id, message.datetime), to: address, &effects)
  }

  /// A friend that does not answer may have moved to where it was last discovered.
  private func address(of friend: LegacyFriend) -> Endpoint? {
    let found = discovered[friend.record.id]
    return friend.tries % 2 == 0 ? friend.record.address ?? found : found ?? friend.record.address
  }

  /// The longest wait for an ACK, and for a connection to open.
  private static var answerTimeout: UInt64 { .seconds(10) }
  /// After a fruitless try: 1, 2, 4 … 60 s.
  private static func backOff(_ tries: Int) -> UInt64 { .seconds(min(60, 1 << UInt64(min(max(tries, 1) - 1, 6)))) }

  func receiveSent(to id: Identifier, _ datetime: UInt64, at now: PeerTime) {
    guard let friend = friends[id], friend.outgoing.first?.datetime == datetime else { return }
    timers.set(.message(id), at: now.monotonic + Self.answerTimeout)
  }

  func receiveUnreachable(_ id: Identifier, _ datetime: UInt64, _ reason: String, at now: PeerTime, _ effects: inout PeerEffects) {
    guard let friend = friends[id], friend.outgoing.first?.datetime == datetime else { return }
    timers.set(.message(id), at: now.monotonic + Self.backOff(friend.tries))
    if friend.tries == 1 { reportDelay(id, datetime, reason, &effects) }
  }

  func retryMessage(to id: Identifier, at now: PeerTime, _ effects: inout PeerEffects) {
    guard let friend = friends[id], let message = friend.outgoing.first else { return }
    if friend.tries == 1, unacknowledged[message.datetime] != nil { reportDelay(id, message.datetime, "no ACK came", &effects) }
    transmit(to: id, at: now, &effects)
  }

  private func reportDelay(_ id: Identifier, _ datetime: UInt64, _ reason: String, _ effects: inout PeerEffects) {
    effects.append(.event(.failed(to: id, datetime: datetime, error: nil, reason: reason, retries: true)))
  }

  /// A friend showed that it is there: what waits for it is sent at once.
  func receiveSignOfLife(of id: Identifier, at now: PeerTime, _ effects: inout PeerEffects) {
    guard let friend = friends[id], friend.tries > 1 else { return }
    friends[id]?.tries = 0
    transmit(to: id, at: now, &effects)
  }

  /// ACK (S2WMP §3.2.6): names a message by our ID and its `datetime`, and comes from where the message went.
  func receiveAcknowledgement(_ view: PacketView, from remote: Endpoint, at now: PeerTime, _ effects: inout PeerEffects) {
    guard view.undefinedValues.isEmpty, isMine(view[Acknowledgement.userID]) else { return }
    let datetime = view[Acknowledgement.datetime]
    guard let id = unacknowledged[datetime], let friend = friends[id], friend.outgoing.first?.datetime == datetime,
      [friend.record.address, discovered[id]].contains(where: { $0?.hasHost(of: remote) ?? false })
    else { return }
    let error = view[Acknowledgement.error]
    settle(id, error, at: now, &effects)
    if error == 0 { return effects.append(.event(.acknowledged(to: id, datetime: datetime))) }
    effects.append(
      .event(.failed(to: id, datetime: datetime, error: error, reason: Codes.error.code(error)?.text ?? "error \(error)", retries: false)))
  }

  /// Takes the first message of a friend out and sends the next one.
  private func settle(_ id: Identifier, _ error: UInt8?, at now: PeerTime, _ effects: inout PeerEffects) {
    guard let message = friends[id]?.outgoing.removeFirst() else { return }
    forgetFirst(id, message.datetime)
    effects.append(.store(.messageSettled(to: id, datetime: message.datetime, error: error)))
    transmit(to: id, at: now, &effects)
  }

  func forgetFirst(_ id: Identifier, _ datetime: UInt64) {
    unacknowledged[datetime] = nil
    timers.cancel(.message(id))
    friends[id]?.tries = 0
  }

  func cancelMessage(to id: Identifier, _ datetime: UInt64, at now: PeerTime, _ effects: inout PeerEffects) {
    guard let index = friends[id]?.outgoing.firstIndex(where: { $0.datetime == datetime }) else {
      return effects.append(.event(.error("no message to \(id) of that time waits for its ACK")))
    }
    if index == 0 {
      settle(id, nil, at: now, &effects)
    } else {
      friends[id]?.outgoing.remove(at: index)
      effects.append(.store(.messageSettled(to: id, datetime: datetime, error: nil)))
    }
    effects.append(.event(.failed(to: id, datetime: datetime, error: nil, reason: "given up", retries: false)))
  }

  func save(_ id: Identifier, _ effects: inout PeerEffects) {
    guard let record = friends[id]?.record else { return }
    effects.append(.store(.friendSaved(record)))
  }
}

extension Endpoint {
  /// The same address, whatever the port.
  func hasHost(of other: Endpoint) -> Bool { high == other.high && low == other.low }
}
