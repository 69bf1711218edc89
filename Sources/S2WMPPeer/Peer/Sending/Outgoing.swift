import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// Messages of the user's on their way out (S2WMP §4.3).
///
/// A message is stored before it is sent, keeps its `datetime` over all tries, and is tried until it is acknowledged, rejected, cancelled, or its receiver removed.
extension Peer {
  func send(_ text: String, to id: Identifier) {
    guard let friend = friends[id] else { return tell(.error("\(id) is no friend; add them first")) }
    guard friend.parcels.count < configuration.limits.outgoingMessages else {
      return tell(.error("\(friend.parcels.count) messages to \(friend.record.name) wait already; cancel some or wait"))
    }
    let limit = BodySize.maximumPlaintext(friend.key.suite, to: friend.key)
    guard text.utf8.count <= limit else {
      return tell(.error("a message to \(friend.record.name) can have \(limit) bytes, this one has \(text.utf8.count)"))
    }
    guard let datetime = nextDatetime(friend) else { return tell(.error("the clock has no later time for a message to \(friend.record.name)")) }
    store(.messageQueued(OutgoingRecord(to: id, datetime: datetime, text: text)))
    tell(.sent(to: id, datetime: datetime))
    friend.parcels.append(Parcel(datetime: datetime, text: text))
    pump(friend)
  }

  /// Now, or just after the last one used: it grows strictly, per receiver (S2WMP wire format, section 6.1).
  func nextDatetime(_ friend: Friend) -> UInt64? {
    let last = friend.record.sentDatetime
    guard last < .max else { return nil }
    friend.record.sentDatetime = max(now.wall, last + 1)
    return friend.record.sentDatetime
  }

  func cancel(_ datetime: UInt64, to id: Identifier) {
    guard let friend = friends[id], let index = friend.parcels.firstIndex(where: { $0.datetime == datetime }) else {
      return tell(.error("no message to \(id) with datetime \(datetime) waits"))
    }
    settle(removeParcel(at: index, of: friend), of: friend, error: nil, reason: "cancelled")
    watch(friend)
  }

  func removeParcel(at index: Int, of friend: Friend) -> Parcel {
    let parcel = friend.parcels.remove(at: index)
    if parcel.isInFlight { friend.inFlight -= 1 }
    return parcel
  }

  /// The end of a message that was not acknowledged.
  func settle(_ parcel: Parcel, of friend: Friend, error: UInt8?, reason: String) {
    store(.messageSettled(to: friend.id, datetime: parcel.datetime, error: error))
    tell(.failed(to: friend.id, datetime: parcel.datetime, error: error, reason: reason, retries: false))
  }
}

/// One packet after the other onto the friend's connection.
extension Peer {
  /// Messages to a friend that may wait for their ACK at once.
  static var window: Int { 16 }

  /// Sends whatever can be sent to a friend now.
  func pump(_ friend: Friend) {
    guard hasWork(friend), !hasStopped else { return watch(friend) }
    if let route = route(to: friend), route.phase == .open { load(route, for: friend) }
    watch(friend)
  }

  func hasWork(_ friend: Friend) -> Bool {
    friend.greeting.isDue || !friend.parcels.isEmpty || friend.record.knowsUsAs != userID
  }

  /// A friend who knows us by an older ID learns the next one first: until its ACK nothing else goes to them, as nobody could tell by which ID they know us.
  private func load(_ route: Connection, for friend: Friend) {
    guard friend.record.knowsUsAs == userID else { return sendIDChange(to: friend, on: route) }
    guard let bond = bond(with: friend, as: userID) else { return settleAll(of: friend, reason: "their key does not fit ours") }
    if friend.greeting.isDue, friend.greeting.sentDatetime == nil { greet(friend, bond, on: route) }
    while friend.inFlight < min(Self.window, friend.parcels.count), send(parcel: friend.inFlight, of: friend, bond, on: route) {}
  }

  func settleAll(of friend: Friend, reason: String) {
    for parcel in friend.parcels { settle(parcel, of: friend, error: nil, reason: reason) }
    friend.parcels = []
    friend.inFlight = 0
    friend.greeting = Greeting()
  }

  private func greet(_ friend: Friend, _ bond: Bond, on route: Connection) {
    guard let datetime = nextDatetime(friend) else { return }
    friend.greeting = Greeting(isDue: true, sentDatetime: datetime, sentAs: bond.keys.own)
    // The store has to know the datetime: the clock may be set back before the next start.
    save(friend)
    emitPacket(sealStatusChange(pair: bond.keys, status: ownStatus.code, datetime: datetime, client: ClientID.own), on: route)
  }

  /// False when the message cannot be sent at all; it is settled then.
  private func send(parcel index: Int, of friend: Friend, _ bond: Bond, on route: Connection) -> Bool {
    guard Transitions.follow(&friend.parcels[index].state, .userSends) == .sealAndSend else { return false }
    let parcel = friend.parcels[index]
    do {
      let packet = try seal(parcel, for: friend, bond)
      friend.parcels[index].isInFlight = true
      friend.parcels[index].sentAs = bond.keys.own
      friend.parcels[index].sentTo = friend.id
      friend.inFlight += 1
      emitPacket(packet, on: route)
    } catch {
      settle(removeParcel(at: index, of: friend), of: friend, error: nil, reason: error.description)
    }
    return true
  }

  private func seal(_ parcel: Parcel, for friend: Friend, _ bond: Bond) throws(KeyFault) -> [UInt8] {
    var contentKey: SecretBytes?
    if bond.identity.suite == .rsa {
      let key = SecretBytes(surroundings.randomBytes(BodySize.contentKey))
      logContentKey(key, sender: bond.keys.own, receiver: friend.id, datetime: parcel.datetime)
      contentKey = key
    }
    return try sealMessage(
      pair: bond.keys, suite: bond.identity.suite, receiver: friend.key, status: ownStatus.code, datetime: parcel.datetime, client: ClientID.own,
      plaintext: Array(parcel.text.utf8), nonce: surroundings.randomBytes(12), contentKey: contentKey)
  }

  /// Requests of ours go out in the order in which they arise, behind the answers that the same connection has got.
  func emitPacket(_ packet: [UInt8], on connection: Connection) {
    answer(packet, on: connection)
  }
}
