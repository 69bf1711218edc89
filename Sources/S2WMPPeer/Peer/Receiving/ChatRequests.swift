import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// What is known about a CR (S2WMP wire format, section 6.1). `PeerRules.verdict` says in which order it counts.
struct RequestChecks {
  let peer: Peer
  let packet: PacketView
  /// The key, when it is usable.
  private(set) var key: PeerKey?

  init(_ peer: Peer, _ packet: PacketView) {
    self.peer = peer
    self.packet = packet
  }

  var requestor: Identifier { packet[ChatRequest.requestorID] }
  var nameIsUserName: Bool { UserName.isValid(packet[ChatRequest.name]) }
  var userIsMe: Bool { peer.identity(asked: packet[ChatRequest.userID], by: requestor) != nil }
  var idIsKeys: Bool { Digest.identifier(sha256: packet[ChatRequest.publicKey]) == requestor }
  var idIsOwn: Bool { peer.isOwn(requestor) }
  /// Costs the most, so it is only looked at when the rest is well.
  mutating func keyIsUsable() -> Bool {
    key = peer.pinnedKey(of: requestor, packet[ChatRequest.publicKey]) ?? peer.usableKey(packet[ChatRequest.publicKey])
    return key != nil
  }
}

/// What is to be said to a CR before anybody's wish counts.
enum RequestVerdict: Equatable {
  /// ACK(0, 3, datetime 0, the requestor's ID).
  case invalidName
  /// CRR.
  case refuse(UInt8)
  case acceptable
}

/// A CR that waits for the user.
struct PendingRequest {
  let key: PeerKey
  let name: String
  var state: PeerState
  /// Where CRRs are owed, one for each CR.
  var connections: [Connection]
  let remote: Endpoint

  /// More CRs of the same requestor than this are denied.
  static let connectionLimit = 8
}

/// CR arrives (S2WMP §4.2; wire format, section 6.1).
///
/// A CR that waits for the user does not hold up the answers to later packets of its connection: its CRR follows when the user has decided. Nothing gets
/// mixed up by that, as ACKs and CRRs name what they answer.
extension Peer {
  func receiveChatRequest(_ packet: PacketView, on connection: Connection) {
    var state = PeerState.listen
    guard Transitions.follow(&state, .requestArrives) == .judgeRequest else { return }
    var checks = RequestChecks(self, packet)
    let requestor = checks.requestor
    switch rules.verdict(on: &checks) {
    case .invalidName:
      acknowledge(3, datetime: 0, userID: requestor, receiverID: packet[ChatRequest.userID], on: connection)
      tellRefusal(3, on: connection, "CR from \(requestor): the name is no user name")
      if rules.closesAfterName, connection.phase == .open { close(connection, reason: "the name is no user name") }
    case .refuse(let status): refuse(status, packet, state, on: connection)
    case .acceptable:
      switch rules.acceptance(wish(for: requestor), isFriend: friends[requestor] != nil) {
      case .deny: refuse(1, packet, state, on: connection)
      case .ask: if let key = checks.key { keepForUser(packet, key, state, on: connection) }
      case .auto: accept(packet, checks.key, state, on: connection)
      }
    }
  }

  /// Friends, and those whom we asked ourselves, need not be asked about.
  private func wish(for requestor: Identifier) -> PeerConfiguration.Acceptance {
    friends[requestor] != nil || additions[requestor] != nil ? .auto : configuration.acceptance
  }

  /// Which identity a CR asks for: the present one or, from a friend, one by which they may know us.
  func identity(asked id: Identifier, by requestor: Identifier) -> Identity? {
    if id == identity.userID { return identity }
    guard let friend = friends[requestor], answers(to: id, for: friend) else { return nil }
    return ownIdentity(id)
  }

  private func refuse(_ status: UInt8, _ packet: PacketView, _ state: PeerState, on connection: Connection) {
    var state = state
    guard Transitions.follow(&state, .refused) == .answer else { return }
    let requestor = packet[ChatRequest.requestorID]
    let sent = rules.status(status)
    answer(chatResponsePacket(status: sent, requestor: requestor, user: packet[ChatRequest.userID], publicKey: [], name: ""), on: connection)
    tellRefusal(sent, on: connection, "CR from \(requestor): \(Codes.chatResponse.code(status)?.text ?? "status \(status)")")
  }

  /// - key: nil only when a planted defect accepts one that is of no use.
  private func accept(_ packet: PacketView, _ key: PeerKey?, _ state: PeerState, on connection: Connection) {
    var state = state
    let (requestor, user) = (packet[ChatRequest.requestorID], packet[ChatRequest.userID])
    guard Transitions.follow(&state, .keySent) == .sendKey else { return }
    let own = identity(asked: user, by: requestor) ?? identity
    answer(
      chatResponsePacket(status: 0, requestor: requestor, user: user, publicKey: own.publicKey, name: configuration.name), on: connection)
    guard let key else { return }
    let isKnown = friends[requestor] != nil
    let name = String(decoding: packet[ChatRequest.name], as: UTF8.self)
    if isKnown, friends[requestor]?.record.name == name { return }
    become(friendOf: key, name: name, own, &state, on: connection, remote: connection.remote)
  }

  private func become(
    friendOf key: PeerKey, name: String, _ own: Identity, _ state: inout PeerState, on connection: Connection?, remote: Endpoint
  ) {
    guard let secret = agree(own, with: key), Transitions.follow(&state, .keysAgreed) == .storeFriend else { return }
    let wasKnown = friends[key.userID] != nil
    let friend = befriend(key, name: name, secret, as: own)
    if let connection, connection.phase == .open, !connection.isOurs, !wasKnown { friend.inbound = connection }
    if friend.record.address == nil { friend.guess = remote.atDefaultPort }
    tellAbout(friend)
    friend.greeting.isDue = true
    pump(friend)
  }
}

/// Requests that wait for the user.
extension Peer {
  private func keepForUser(_ packet: PacketView, _ key: PeerKey, _ state: PeerState, on connection: Connection) {
    if var known = pendingRequests[key.userID] {
      guard known.connections.count < PendingRequest.connectionLimit else { return refuse(1, packet, state, on: connection) }
      known.connections.append(connection)
      pendingRequests[key.userID] = known
      connection.owedResponses += 1
      return
    }
    guard pendingRequests.count < configuration.limits.pendingRequests else { return refuse(1, packet, state, on: connection) }
    let name = String(decoding: packet[ChatRequest.name], as: UTF8.self)
    pendingRequests[key.userID] = PendingRequest(key: key, name: name, state: state, connections: [connection], remote: connection.remote)
    connection.owedResponses += 1
    tell(.request(id: key.userID, name: name, address: connection.remote))
  }

  func acceptRequest(_ id: Identifier) {
    guard var request = pendingRequests.removeValue(forKey: id) else { return tell(.error("no request of \(id) waits")) }
    guard Transitions.follow(&request.state, .keySent) == .sendKey else { return }
    respond(to: request, status: 0)
    let connection = request.connections.first { $0.phase == .open && !$0.hasEnded }
    become(friendOf: request.key, name: request.name, identity, &request.state, on: connection, remote: request.remote)
  }

  func denyRequest(_ id: Identifier) {
    guard var request = pendingRequests.removeValue(forKey: id) else { return tell(.error("no request of \(id) waits")) }
    guard Transitions.follow(&request.state, .refused) == .answer else { return }
    respond(to: request, status: 1)
  }

  /// Our ID changed: they asked for one that is no more.
  func refusePendingRequests() {
    for request in pendingRequests.values { respond(to: request, status: 3) }
    pendingRequests = [:]
  }

  private func respond(to request: PendingRequest, status: UInt8) {
    let user = status == 3 ? formerIdentities.first?.userID ?? userID : userID
    let packet = chatResponsePacket(
      status: status, requestor: request.key.userID, user: user, publicKey: identity.publicKey, name: configuration.name)
    for connection in request.connections where connection.phase == .open {
      answer(packet, on: connection)
      connection.owedResponses -= 1
      if connection.owedResponses == 0, connection.hasEnded { close(connection, reason: "everything is answered") }
    }
  }

  /// The connection is gone; the user may still say yes, and the requestor will ask again.
  func forgetResponses(owedOn connection: Connection) {
    connection.owedResponses = 0
    for (id, request) in pendingRequests where request.connections.contains(where: { $0 === connection }) {
      pendingRequests[id]?.connections = request.connections.filter { $0 !== connection }
    }
  }
}
