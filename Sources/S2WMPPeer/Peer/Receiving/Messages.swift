import S2WMPFlow
import S2WMPWire

/// M and SC arrive (S2WMP §4.3; wire format, section 6.1).
extension Peer {
  func receiveMessaging(_ packet: PacketView, on connection: Connection) {
    var state = PeerState.listen
    guard Transitions.follow(&state, .messageArrives) == .checkMessage else { return }
    var checks = MessageChecks(self, packet)
    var error = rules.firstError(&checks)
    if error == 0, let friend = checks.friend {
      // First: what is sent to the friend from here on must be for the ID of ours that they know.
      if let bond = checks.bond { noteAddress(bond.keys.own, by: friend) }
      error = checks.isMessage ? deliver(checks, from: friend, on: connection) : apply(packet, from: friend, on: connection)
    }
    guard Transitions.follow(&state, .answered) == .answer else { return }
    let (datetime, sender) = (packet[Messaging.datetime], packet[Messaging.senderID])
    acknowledge(error, datetime: datetime, userID: sender, receiverID: packet[Messaging.receiverID], on: connection)
    if error != 0 { tellRefusal(error, on: connection, reason(error, packet)) }
  }

  /// A good M: new, or one that was accepted before and is only acknowledged again.
  private func deliver(_ checks: MessageChecks, from friend: Friend, on connection: Connection) -> UInt8 {
    let datetime = checks.packet[Messaging.datetime]
    let isLate = datetime <= friend.record.receivedDatetime
    let isKnown = isLate && wasAccepted(datetime, from: friend)
    switch rules.delivery(isRepeated: isKnown, isLate: isLate) {
    case .reject(let error): return error
    case .acknowledge: return 0
    case .deliver: break
    }
    friend.accepted.insert(datetime)
    if !isLate { friend.record.receivedDatetime = datetime }
    store(.messageReceived(from: friend.id, datetime: datetime, text: checks.text, at: now.wall))
    noteStatus(checks.packet, of: friend)
    tell(.message(from: friend.id, name: friend.record.name, text: checks.text, datetime: datetime))
    noteContact(with: friend, on: connection, isGreeting: false)
    return 0
  }

  private func wasAccepted(_ datetime: UInt64, from friend: Friend) -> Bool {
    // The highest one is an accepted one, unless there was none yet.
    if datetime == friend.record.receivedDatetime, datetime != 0 { return true }
    if !friend.accepted.isLoaded { loadAccepted(of: friend, as: friend.id) }
    if let isKnown = friend.accepted.contains(datetime) { return isKnown }
    return surroundings.hasAccepted(sender: friend.id, datetime: datetime)
  }

  /// What the store remembers of a friend, by an ID of theirs.
  func loadAccepted(of friend: Friend, as id: Identifier) {
    let limit = AcceptedMessages.limit / 2
    if let stored = surroundings.latestAccepted(sender: id, limit: limit) { friend.accepted.load(stored, of: limit) }
  }

  /// A good SC: applied when it is newer than the last one.
  private func apply(_ packet: PacketView, from friend: Friend, on connection: Connection) -> UInt8 {
    let datetime = packet[Messaging.datetime]
    guard rules.appliesStatus(isNewer: datetime > friend.record.statusDatetime) else { return 0 }
    friend.record.statusDatetime = datetime
    friend.record.status = UserStatus(code: packet[Messaging.status])
    save(friend)
    tellAbout(friend)
    noteContact(with: friend, on: connection, isGreeting: true)
    return 0
  }

  /// An M carries its sender's status as well.
  @inline(__always) private func noteStatus(_ packet: PacketView, of friend: Friend) {
    let status = UserStatus(code: packet[Messaging.status])
    guard status != friend.record.status, packet[Messaging.datetime] > friend.record.statusDatetime else { return }
    friend.record.status = status
    tellAbout(friend)
  }

  /// Something new and authentic came: the friend is there, and this connection leads to them.
  private func noteContact(with friend: Friend, on connection: Connection, isGreeting: Bool) {
    if !connection.isOurs, friend.inbound !== connection {
      friend.inbound = connection
      friend.guess = connection.remote.atDefaultPort
    }
    guard hasWork(friend) else { return }
    // A friend who only talks may be out of reach at their address: that is tried when something of the user's waits, or when they greet us.
    if isGreeting || wantsRetry(friend) { friend.retryAt = 0 }
    pump(friend)
  }

  /// By a newer ID of ours a friend shows that our IC reached them, though its ACK did not reach us.
  @inline(__always) private func noteAddress(_ own: Identifier, by friend: Friend) {
    guard friend.record.knowsUsAs != own, friend.record.knowsUsAs != userID else { return }
    advance(friend, knowingUsAs: own)
  }

  private func reason(_ error: UInt8, _ packet: PacketView) -> String {
    let kind = packet.type.shortName ?? "packet"
    switch error {
    case 1: return "\(kind) from \(packet[Messaging.senderID]): no friend, not for us, or a client ID that is not accepted"
    case 2: return "\(kind) from \(packet[Messaging.senderID]): the hash is wrong"
    case 4: return "\(kind) from \(packet[Messaging.senderID]): the body cannot be decrypted"
    default: return "\(kind) from \(packet[Messaging.senderID]): a field has an undefined value, or the text is not UTF-8"
    }
  }
}
