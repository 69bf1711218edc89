import S2WMPCrypto
import S2WMPPeer
import S2WMPWire

/// What the peer holds after a call, beside its limits and beside what the connections saw.
enum PeerUpkeep {
  static func check(_ peer: Peer, _ stage: PeerStage, _ call: PeerCall) throws(FuzzViolation) {
    let (holdings, limits) = (peer.holdings, stage.setting.configuration.limits)
    try FuzzViolation.require(holdings.keptAnswers == 0, "answers are kept back")
    try FuzzViolation.require(holdings.countedBytes == holdings.unfinishedBytes, "unfinished bytes are miscounted: \(holdings)")
    let within =
      holdings.connections <= limits.connections && holdings.unfinishedBytes <= limits.unfinishedBytes
      && holdings.pendingRequests <= limits.pendingRequests && holdings.discoveredPeers <= limits.discoveredPeers
      && holdings.longestQueue <= max(limits.outgoingMessages, stage.setting.snapshot.outgoing.count) && holdings.additions <= 256
      && holdings.inquiries <= 4096
    try FuzzViolation.require(within, "a limit is exceeded: \(holdings), \(limits)")
    try checkDeadline(peer.nextDeadline, stage)
    if stage.hasStopped { return }
    let open = stage.lines.values.filter { $0.phase != .gone }
    // The one that is being made is not in the list yet.
    if case .connection = call {
    } else {
      try FuzzViolation.require(open.count == holdings.connections, "it holds \(holdings.connections) connections of \(open.count)")
    }
    let unfinished = open.reduce(0) { $0 + $1.unfinished.count }
    try FuzzViolation.require(unfinished == holdings.unfinishedBytes, "it holds \(holdings.unfinishedBytes) unfinished bytes of \(unfinished)")
  }

  private static func checkDeadline(_ due: UInt64?, _ stage: PeerStage) throws(FuzzViolation) {
    if stage.hasStopped { return try FuzzViolation.require(due == nil, "it waits for something after it has stopped") }
    let patience = stage.setting.configuration.readTimeout
    let stalls = stage.lines.values.compactMap { $0.phase == .open && !$0.unfinished.isEmpty ? $0.lastByteAt + patience : nil }
    guard let first = stalls.min() else { return }
    try FuzzViolation.require(due.map { $0 <= first } ?? false, "a stall inside a packet is not timed")
  }
}

extension PeerStage {
  /// Whether the read timeout has passed inside a packet (S2WMP wire format, section 4).
  func isStalled(_ line: PeerLine) -> Bool {
    line.phase == .open && !line.unfinished.isEmpty && now.monotonic >= line.lastByteAt + setting.configuration.readTimeout
  }

  func store(_ change: StoreChange) throws(FuzzViolation) {
    try ledger.apply(change)
    if case .identityAdded(let identity) = change {
      judge.identity = identity
      judge.ownIDs.insert(identity.userID)
    }
  }

  func show(_ message: FuzzMessage) throws(FuzzViolation) { try ledger.show(message) }

  /// A packet that the peer sends of its own accord must be one that its receiver accepts.
  func checkRequest(_ packet: PacketView, on line: PeerLine, _ call: PeerCall) throws(FuzzViolation) {
    try FuzzViolation.require(packet.undefinedValues.isEmpty, "it sends undefined values: \(Array(packet.bytes))")
    switch packet.layout {
    case .chatRequest:
      let isOurs = ledger.identities.first?.publicKey == Array(packet[ChatRequest.publicKey]) && packet[ChatRequest.requestorID] == judge.identity.userID
      try FuzzViolation.require(line.isOurs && isOurs, "it sends a CR that is not in order")
    case .idChange:
      let isOurs = judge.ownIDs.contains(packet[IDChange.userID]) && ledger.identities.contains { $0.userID == packet[IDChange.newID] }
      try FuzzViolation.require(isOurs, "it sends an IC from \(packet[IDChange.userID]) to \(packet[IDChange.newID])")
    default: try checkMessaging(packet, call)
    }
  }

  private func checkMessaging(_ packet: PacketView, _ call: PeerCall) throws(FuzzViolation) {
    let (sender, receiver) = (packet[Messaging.senderID], packet[Messaging.receiverID])
    guard let friend = ledger.friends[receiver], let key = try? PeerKey(field: friend.publicKey) else {
      // Their ID may have changed behind it, in the same call.
      if case .bytes = call { return }
      throw FuzzViolation("it sends to \(receiver), who is no friend")
    }
    guard let own = ledger.identities.first(where: { $0.userID == sender }), let pair = pairs.pair(own, key) else {
      throw FuzzViolation("it sends as \(sender)")
    }
    let header = UnsafeRawBufferPointer(rebasing: packet.bytes[..<48])
    try FuzzViolation.require(pair.decryptClientID(packet[Messaging.clientID], bound: header) == ClientID.own, "it sends a wrong client ID")
    let datetime = packet[Messaging.datetime]
    var plaintext: [UInt8] = []
    if packet.type == .message {
      let message = ledger.outgoing.first { $0.to == receiver && $0.datetime == datetime }
      guard let message else { throw FuzzViolation("it sends a message that is not stored") }
      plaintext = Array(message.text.utf8)
      try FuzzViolation.require(pair.openBody(packet[Messaging.body], header: header, .sent) == plaintext, "it sends another text than it stored")
    }
    try FuzzViolation.require(datetime <= friend.sentDatetime, "it sends a datetime that the store does not know")
    let hash = plaintext.withUnsafeBytes { pair.hash(.sent, header: header, plaintext: $0) }
    try FuzzViolation.require(hash == packet[Messaging.hash], "it sends a wrong hash")
  }
}
