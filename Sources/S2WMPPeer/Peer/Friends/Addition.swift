import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// Somebody whom the user wants as a friend (S2WMP §4.2).
struct Addition {
  let id: Identifier
  /// Where the user, a discovery or the server said they are.
  var address: Endpoint?
  var state = PeerState.listen
  var connection: ConnectionID?
  /// Under which ID of ours the CR went out.
  var sentAs = Identifier.zero
  var openSearches = 0
  var tries = 0

  static let tryLimit = 3
  /// Requests that may be open at once.
  static let limit = 256
  /// The other side's user may have to think about it.
  static let answerTimeout = UInt64.seconds(300)
}

extension Peer {
  func add(_ id: Identifier, address: Endpoint?) {
    guard !isOwn(id) else { return tell(.error("\(id) is this peer itself")) }
    guard additions[id] == nil else { return tell(.error("\(id) was asked already; wait for the answer")) }
    guard additions.count < Addition.limit else { return tell(.error("\(Addition.limit) requests are open already; wait for their answers")) }
    var addition = Addition(id: id, address: address ?? discovered[id] ?? friends[id]?.record.address)
    guard Transitions.follow(&addition.state, .userAdds) == .findAndAsk else { return }
    additions[id] = addition
    pursue(id)
  }

  /// Connects when the address is known, else asks for it.
  private func pursue(_ id: Identifier) {
    guard var addition = additions[id], addition.connection == nil else { return }
    addition.tries += 1
    additions[id] = addition
    guard let address = addition.address else { return locate(id) }
    guard let connection = connect(to: address) else {
      return giveUp(id, reason: "\(configuration.limits.connections) connections are open already")
    }
    connection.addition = id
    additions[id]?.connection = connection.id
    timers.set(.addition(id), at: now.monotonic &+ Self.answerTimeout)
  }

  private func locate(_ id: Identifier) {
    let asked = search(for: id, .addition(id))
    additions[id]?.openSearches = asked
    if asked == 0 { giveUp(id, reason: "no address is known; give one, or a bootstrap server, or allow discovery") }
  }

  func searchEnded(_ id: Identifier, address: Endpoint?) {
    guard var addition = additions[id], addition.openSearches > 0 else { return }
    addition.openSearches -= 1
    if let address, addition.connection == nil {
      (addition.address, addition.openSearches) = (address, 0)
      additions[id] = addition
      return pursue(id)
    }
    additions[id] = addition
    if addition.openSearches == 0, addition.connection == nil { giveUp(id, reason: "not found") }
  }

  /// The connection is open: CR.
  func sendRequest(_ id: Identifier, on connection: Connection) {
    guard additions[id]?.connection == connection.id else { return }
    additions[id]?.sentAs = userID
    timers.set(.addition(id), at: now.monotonic &+ Addition.answerTimeout)
    emitPacket(chatRequestPacket(from: userID, to: id, publicKey: identity.publicKey, name: configuration.name), on: connection)
  }

  /// The connection broke before the answer, or never opened: tried again, but not for ever.
  func additionLost(_ id: Identifier, _ connection: Connection, reason: String) {
    guard let addition = additions[id], addition.connection == connection.id else { return }
    additions[id]?.connection = nil
    guard addition.tries < Addition.tryLimit else { return giveUp(id, reason: reason) }
    timers.set(.addition(id), at: now.monotonic &+ .seconds(1 << UInt64(addition.tries - 1)))
  }

  func timeOutAddition(_ id: Identifier) {
    guard let addition = additions[id] else { return }
    guard let waiting = addition.connection, let connection = connections[waiting] else { return pursue(id) }
    guard connection.phase == .connecting else { return giveUp(id, reason: "no answer") }
    abort(connection, reason: "the connection to \(connection.remote) did not open")
  }

  func giveUp(_ id: Identifier, reason: String) {
    guard var addition = additions[id], Transitions.follow(&addition.state, .refused) == .giveUp else { return }
    let connection = end(id)
    if let connection { close(connection, reason: reason) }
    tell(.addFailed(id: id, reason: reason))
  }

  /// Forgets the request. Gives back its connection.
  private func end(_ id: Identifier) -> Connection? {
    let connection = additions[id]?.connection.flatMap { connections[$0] }
    connection?.addition = nil
    additions[id] = nil
    timers.cancel(.addition(id))
    return connection
  }

  /// Our ID changed: what was asked under the old one is asked again.
  func renewAdditions() {
    for (id, addition) in additions {
      guard let waiting = addition.connection, let connection = connections[waiting], connection.phase == .open else { continue }
      connection.addition = nil
      additions[id]?.connection = nil
      close(connection, reason: "our ID changed")
      timers.set(.addition(id), at: now.monotonic)
    }
  }
}

/// CRR arrives (S2WMP §4.2; wire format, sections 5.2 and 6.1).
extension Peer {
  func receiveChatResponse(_ packet: PacketView, on connection: Connection) {
    guard let id = connection.addition, let addition = additions[id], addition.connection == connection.id else { return }
    guard packet[ChatRequestResponse.requestorID] == addition.sentAs, packet[ChatRequestResponse.userID] == id else { return }
    let status = packet[ChatRequestResponse.status]
    guard status == 0 else {
      guard let meaning = Codes.chatResponse.code(status)?.text else { return }
      return giveUp(id, reason: meaning)
    }
    agree(id, packet, on: connection)
  }

  private func agree(_ id: Identifier, _ packet: PacketView, on connection: Connection) {
    guard let action = additions[id].flatMap({ addition in follow(addition.state, .keyReceived) }), action.0 == .agreeOnKeys else { return }
    additions[id]?.state = action.1
    let name = packet[ChatRequestResponse.name]
    guard Digest.identifier(sha256: packet[ChatRequestResponse.publicKey]) == id else { return giveUp(id, reason: "the ID is not that of the key") }
    guard let key = usableKey(packet[ChatRequestResponse.publicKey]), let secret = agree(identity, with: key) else {
      return giveUp(id, reason: "invalid key")
    }
    guard UserName.isValid(name) else { return giveUp(id, reason: "invalid name") }
    guard let next = follow(action.1, .keysAgreed), next.0 == .storeFriend else { return }
    _ = end(id)
    let friend = befriend(key, name: String(decoding: name, as: UTF8.self), secret, as: identity)
    learn(connection.remote, of: friend)
    if friend.route == nil { _ = take(connection, to: friend) }
    tellAbout(friend)
    friend.greeting.isDue = true
    pump(friend)
  }

  private func follow(_ state: PeerState, _ event: StateEvent) -> (StateAction, PeerState)? {
    var next = state
    return Transitions.follow(&next, event).map { ($0, next) }
  }

  /// D-H is done: the friend is stored with the key pinned.
  func befriend(_ key: PeerKey, name: String, _ secret: SecretBytes, as own: Identity) -> Friend {
    let friend: Friend
    if let known = friends[key.userID] {
      friend = known
      friend.record.name = name
    } else {
      let address = discovered[key.userID]
      let record = FriendRecord(id: key.userID, name: name, publicKey: key.field, address: address, knowsUsAs: own.userID)
      friend = friends.add(record, key)
    }
    friend.record.knowsUsAs = own.userID
    save(friend)
    if friend.bond?.keys.own != own.userID { keep(secret, of: own, with: friend) }
    forgetOldIdentities()
    return friend
  }
}
