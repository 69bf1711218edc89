import S2WMPCrypto
import S2WMPPeer
import S2WMPWire

/// What a packet from TCP is owed (S2WMP wire format, sections 4 and 6.1).
enum PeerOwed {
  case nothing
  /// ACK that echoes these; `errors`: those that are right.
  case acknowledgement(errors: ClosedRange<UInt8>, datetime: UInt64, userID: Identifier)
  /// CRR at once, with one of these statuses.
  case response([UInt8], requestor: Identifier, userID: Identifier)
  /// CRR when the user has decided, or one with such a status at once: 1 when too many wait.
  case responseLater(now: [UInt8], requestor: Identifier, userID: Identifier)
}

extension PeerOwed {
  /// The same answer, whatever it says: something before it was not decided.
  fileprivate var whatever: PeerOwed {
    switch self {
    case .nothing: .nothing
    case .acknowledgement(let errors, let datetime, let userID):
      .acknowledgement(errors: datetime == 0 && errors == 3...3 ? errors : 0...4, datetime: datetime, userID: userID)
    case .response(_, let requestor, let userID), .responseLater(_, let requestor, let userID):
      .responseLater(now: Array(0...4), requestor: requestor, userID: userID)
    }
  }
}

/// The receiver's table a second time, from the specification alone: it shares rows and ciphers with the peer, but none of its checks.
///
/// It knows of the peer what the store knows, and follows it from packet to packet of one call. Where the answer depends on more than that (which of our
/// former IDs a friend knows), it does not decide; `isCertain` says so.
struct PeerJudge {
  private let configuration: PeerConfiguration
  private let pairs: FuzzPairs
  /// Ours now.
  var identity: Identity
  /// Every ID that we ever had.
  var ownIDs: Set<Identifier>
  /// Whom the user wants as friends.
  var wanted: Set<Identifier> = []
  private(set) var friends: [Identifier: FriendRecord] = [:]
  private var received: [Identifier: Set<UInt64>] = [:]
  private(set) var isCertain = true
  /// Messages that the user must see, in order.
  private(set) var messages: [(message: FuzzMessage, text: String)] = []

  init(_ configuration: PeerConfiguration, _ identity: Identity, _ pairs: FuzzPairs) {
    (self.configuration, self.identity, self.pairs) = (configuration, identity, pairs)
    ownIDs = [identity.userID]
  }

  /// Before each call.
  mutating func begin(_ ledger: PeerLedger) {
    (friends, received) = (ledger.friends, ledger.received)
    isCertain = true
    messages = []
  }

  mutating func judge(_ packet: PacketView) -> PeerOwed {
    let wasCertain = isCertain
    let owed = judgeAlone(packet)
    return wasCertain ? owed : owed.whatever
  }

  private mutating func judgeAlone(_ packet: PacketView) -> PeerOwed {
    switch packet.layout {
    case .messaging:
      let errors = messagingErrors(packet)
      return .acknowledgement(errors: errors, datetime: packet[Messaging.datetime], userID: packet[Messaging.senderID])
    case .idChange:
      return .acknowledgement(errors: changeErrors(packet), datetime: packet[IDChange.timestamp], userID: packet[IDChange.userID])
    case .chatRequest: return requestOwed(packet)
    case .chatRequestResponse:
      // It may make a friend.
      isCertain = false
      return .nothing
    default: return .nothing
    }
  }

  private mutating func doubt() -> ClosedRange<UInt8> {
    isCertain = false
    return 0...4
  }

  // MARK: M and SC

  private mutating func messagingErrors(_ packet: PacketView) -> ClosedRange<UInt8> {
    let isMessage = packet.type == .message
    guard packet[Messaging.status] <= 3, (packet[Messaging.length] > 0) == isMessage else { return 3...3 }
    let (sender, receiver) = (packet[Messaging.senderID], packet[Messaging.receiverID])
    guard let friend = friends[sender] else { return 1...1 }
    guard receiver == identity.userID else { return ownIDs.contains(receiver) ? doubt() : 1...1 }
    guard let pair = pair(with: friend) else { return 1...1 }
    let header = UnsafeRawBufferPointer(rebasing: packet.bytes[..<48])
    guard isAllowed(pair.decryptClientID(packet[Messaging.clientID], bound: header)) else { return 1...1 }
    var plaintext: [UInt8] = []
    if isMessage {
      guard let opened = pair.openBody(packet[Messaging.body], header: header, .received) else { return 4...4 }
      plaintext = opened
    }
    let hash = plaintext.withUnsafeBytes { pair.hash(.received, header: header, plaintext: $0) }
    guard hash == packet[Messaging.hash] else { return 2...2 }
    guard isMessage else { return 0...0 }
    guard let text = String(validating: plaintext, as: UTF8.self) else { return 3...3 }
    let isNew = received[sender, default: []].insert(packet[Messaging.datetime]).inserted
    if isNew { messages.append((FuzzMessage(sender: sender, datetime: packet[Messaging.datetime]), text)) }
    return 0...0
  }

  private func pair(with friend: FriendRecord) -> PairKeys? {
    guard let key = try? PeerKey(field: friend.publicKey) else { return nil }
    return pairs.pair(identity, key)
  }

  private func isAllowed(_ client: Identifier) -> Bool { client == ClientID.own || configuration.allowedClients.contains(client) }

  // MARK: IC

  private mutating func changeErrors(_ packet: PacketView) -> ClosedRange<UInt8> {
    let (old, new, field) = (packet[IDChange.userID], packet[IDChange.newID], packet[IDChange.publicKey])
    guard isUsable(field) else { return 3...3 }
    guard Digest.identifier(sha256: field) == new, old != identity.userID else { return 1...1 }
    if ownIDs.contains(old) { return doubt() }
    let holders = friends.values.filter { $0.formerKeys.contains { $0.userID == old } }
    if holders.count > 1 { return doubt() }
    if let former = holders.first?.formerKeys.first(where: { $0.userID == old && $0.newID == new }) { return repeated(former, packet) }
    guard let friend = friends[old] else { return 1...1 }
    guard let pair = pair(with: friend), isAuthentic(packet, pair) else { return ownIDs.count > 1 ? doubt() : 1...1 }
    if new == identity.userID || (new != old && friends[new] != nil) { return 1...1 }
    if ownIDs.contains(new) { return doubt() }
    if new != old { move(friend, to: new, field) }
    return 0...0
  }

  private func repeated(_ former: FormerKey, _ packet: PacketView) -> ClosedRange<UInt8> {
    let pair = PairKeys(secret: SecretBytes(former.sharedSecret), own: former.ownID, other: former.userID)
    return isAuthentic(packet, pair) ? 0...0 : 1...1
  }

  private func isAuthentic(_ packet: PacketView, _ pair: PairKeys) -> Bool {
    let bound = UnsafeRawBufferPointer(rebasing: packet.bytes[..<50])
    let more = UnsafeRawBufferPointer(rebasing: packet.bytes[66...])
    return isAllowed(pair.decryptClientID(packet[IDChange.clientID], bound: bound, more))
  }

  private mutating func move(_ friend: FriendRecord, to new: Identifier, _ field: UnsafeRawBufferPointer) {
    var moved = friend
    (moved.id, moved.publicKey) = (new, Array(field))
    if let key = try? PeerKey(field: friend.publicKey), let secret = FuzzPeople.secret(identity, key) {
      let bytes = secret.withBytes { Array($0) }
      moved.formerKeys.append(FormerKey(userID: friend.id, newID: new, ownID: identity.userID, sharedSecret: bytes))
    }
    friends[friend.id] = nil
    friends[new] = moved
    received[new, default: []].formUnion(received.removeValue(forKey: friend.id) ?? [])
  }

  // MARK: CR

  private mutating func requestOwed(_ packet: PacketView) -> PeerOwed {
    let (requestor, user, field) = (packet[ChatRequest.requestorID], packet[ChatRequest.userID], packet[ChatRequest.publicKey])
    guard UserName.isValid(packet[ChatRequest.name]) else { return .acknowledgement(errors: 3...3, datetime: 0, userID: requestor) }
    if ownIDs.count > 1, ownIDs.contains(user) != (user == identity.userID) || ownIDs.contains(requestor) {
      isCertain = false
      return .response(Array(0...4), requestor: requestor, userID: user)
    }
    guard user == identity.userID else { return .response([3], requestor: requestor, userID: user) }
    guard Digest.identifier(sha256: field) == requestor, requestor != identity.userID else { return .response([2], requestor: requestor, userID: user) }
    guard isUsable(field) else { return .response([4], requestor: requestor, userID: user) }
    return wish(packet, requestor, user)
  }

  private mutating func wish(_ packet: PacketView, _ requestor: Identifier, _ user: Identifier) -> PeerOwed {
    if friends[requestor] == nil {
      // Whether our own request to them is still open decides.
      if wanted.contains(requestor), configuration.acceptance != .auto {
        isCertain = false
        return configuration.acceptance == .deny
          ? .response([0, 1], requestor: requestor, userID: user) : .responseLater(now: [0, 1], requestor: requestor, userID: user)
      }
      switch configuration.acceptance {
      case .deny: return .response([1], requestor: requestor, userID: user)
      case .ask: return .responseLater(now: [1], requestor: requestor, userID: user)
      case .auto:
        let name = String(decoding: packet[ChatRequest.name], as: UTF8.self)
        friends[requestor] = FriendRecord(
          id: requestor, name: name, publicKey: Array(packet[ChatRequest.publicKey]), address: nil, knowsUsAs: identity.userID)
      }
    }
    return .response([0], requestor: requestor, userID: user)
  }

  /// Section 5.1, with our suite and group.
  private func isUsable(_ field: UnsafeRawBufferPointer) -> Bool {
    guard let key = try? PeerKey(field: field), key.suite == identity.suite, key.group == identity.group else { return false }
    return FuzzPeople.secret(identity, key) != nil
  }
}
