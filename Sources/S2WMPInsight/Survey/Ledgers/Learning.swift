import S2WMPAnalysis
import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// What the fields of each packet say about users, servers and exchanges. IDs are taken only from the fields that are user IDs in that layout.
extension SurveyState {
  mutating func learn(_ view: PacketView, _ packet: borrowing Dissection, _ isForward: Bool) {
    let place = PacketPlace(file: file, frame: packet.frame, time: packet.time, dialect: packet.dialect)
    switch view.layout {
    case .messaging:
      talk(view, packet, view[Messaging.senderID], view[Messaging.receiverID], view[Messaging.datetime], place, isForward)
    case .acknowledgement: acknowledge(view, packet, place)
    case .legacyMessaging:
      talk(view, packet, view[LegacyMessaging.senderID], view[LegacyMessaging.receiverID], view[LegacyMessaging.datetime], place, isForward)
    case .chatRequest, .chatRequestResponse, .legacyChatRequest, .idChange:
      learnName(packet)
      introduce(view, packet, place, isForward)
    case .registration, .registrationResponse, .legacyRegistration, .legacyRegistrationResponse: register(view, packet, place, isForward)
    case .lookup, .lookupResponse, .legacyLookup, .legacyLookupResponse: search(view, packet, place, isForward)
    case .legacyUserBroadcast: announce(view, packet, place, isForward)
    case .legacyStatus: break
    }
  }

  /// A packet that is not counted itself.
  mutating func overlook(_ packet: borrowing Dissection) {
    learnName(packet)
    if let view = packet.view, let echo = view.echo(isToServer: packet.isToServer) { request(view, packet, echo, -1) }
  }

  mutating func learnName(_ packet: borrowing Dissection) {
    switch packet.layout {
    case .chatRequest, .chatRequestResponse, .legacyChatRequest, .legacyUserBroadcast: names.learn(from: copy packet)
    default: break
    }
  }

  // MARK: - Messages and their answers

  /// M and SC (S2WMP §3.2.1).
  @inline(__always) private mutating func talk(
    _ view: PacketView, _ packet: borrowing Dissection, _ sender: Identifier, _ receiver: Identifier, _ datetime: UInt64, _ place: PacketPlace,
    _ isForward: Bool
  ) {
    var pair = conversations.pair(isForward) ?? SpeakingPair()
    if pair.isOf(sender, receiver) {
      users.see(pair.senderIndex, place)
      users.see(pair.receiverIndex, place)
    } else {
      pair = meet(sender, receiver, packet, place, isForward)
    }
    let isMessage = view.type == .message
    users.noteSent(pair.senderIndex, message: isMessage)
    if isMessage { users.noteReceived(pair.receiverIndex) }
    users.note(status: view.bytes[2], of: pair.senderIndex, place)
    if packet.opened != nil { noteOpened(packet) }
    request(view, packet, datetime, pair.senderIndex)
  }

  /// A pair that did not speak last in this direction of the conversation.
  private mutating func meet(
    _ sender: Identifier, _ receiver: Identifier, _ packet: borrowing Dissection, _ place: PacketPlace, _ isForward: Bool
  ) -> SpeakingPair {
    let pair = SpeakingPair(
      sender: sender, receiver: receiver, senderIndex: users.find(sender, place), receiverIndex: users.find(receiver, place), isKnown: true)
    users.note(address: packet.peerAddress(isForward), of: pair.senderIndex)
    conversations.place(sender, atSource: true, isForward)
    conversations.place(receiver, atSource: false, isForward)
    conversations.remember(pair, isForward)
    return pair
  }

  private mutating func noteOpened(_ packet: borrowing Dissection) {
    if packet.opened?.plaintext != nil { decrypted &+= 1 }
  }

  /// S2WMP §3.2.6. The ID in it is that of the packet answered, known unless that was not captured.
  @inline(__always) private mutating func acknowledge(_ view: PacketView, _ packet: borrowing Dissection, _ place: PacketPlace) {
    acknowledgements.add(packet.dialect, view[Acknowledgement.error])
    if packet.replyTo == 0 {
      _ = users.find(view[Acknowledgement.userID], place)
    } else {
      _ = answer(packet, echo: view[Acknowledgement.datetime])
    }
  }

  // MARK: - Exchanges

  @inline(__always) mutating func request(_ view: PacketView, _ packet: borrowing Dissection, _ echo: UInt64, _ asker: Int32) {
    requests.add(SeenRequest(frame: packet.frame, echo: echo, asker: asker, type: view.bytes[1], dialect: packet.dialect))
  }

  /// Counts the latency of an answer; gives the request when it is still remembered.
  @discardableResult
  mutating func answer(_ packet: borrowing Dissection, echo: UInt64) -> SeenRequest? {
    guard packet.replyTo != 0 else { return nil }
    let type = packet.bytes[1]
    let request = requests.find(packet.replyTo, answeredBy: type, echo: echo)
    if let latency = packet.latency, let asked = request?.type ?? LatencyLedger.usualRequest(of: type) {
      latencies.add(request?.dialect ?? packet.dialect, asked, type, latency)
    }
    return request
  }

  // MARK: - Friends and keys

  /// CR, CRR, IC (S2WMP §3.2.2).
  private mutating func introduce(_ view: PacketView, _ packet: borrowing Dissection, _ place: PacketPlace, _ isForward: Bool) {
    switch view.layout {
    case .chatRequest:
      let asker = speaker(view[ChatRequest.requestorID], packet, place, isForward)
      listener(view[ChatRequest.userID], place, isForward)
      describe(asker, view[ChatRequest.name], view[ChatRequest.publicKey], packet, place)
      request(view, packet, 0, asker)
    case .chatRequestResponse:
      answer(packet, echo: 0)
      listener(view[ChatRequestResponse.requestorID], place, isForward)
      let user = speaker(view[ChatRequestResponse.userID], packet, place, isForward)
      guard view[ChatRequestResponse.status] == 0 else { return }
      describe(user, view[ChatRequestResponse.name], view[ChatRequestResponse.publicKey], packet, place)
    case .legacyChatRequest: introduceLegacy(view, packet, place, isForward)
    default: changeID(view, packet, place, isForward)
    }
  }

  /// Legacy peers answer a chat request with another one. It may repeat the IDs as they were: then it is from the one who was asked.
  private mutating func introduceLegacy(_ view: PacketView, _ packet: borrowing Dissection, _ place: PacketPlace, _ isForward: Bool) {
    let asked = answer(packet, echo: 0)
    var (speaking, listening) = (view[LegacyChatRequest.requestorID], view[LegacyChatRequest.userID])
    if let asked, asked.asker >= 0, users.index[speaking] == asked.asker { swap(&speaking, &listening) }
    let user = speaker(speaking, packet, place, isForward)
    listener(listening, place, isForward)
    if view[LegacyChatRequest.status] == 1 { describe(user, view[LegacyChatRequest.name], view[LegacyChatRequest.publicKey], packet, place) }
    if packet.replyTo == 0 { request(view, packet, 0, user) }
  }

  private mutating func changeID(_ view: PacketView, _ packet: borrowing Dissection, _ place: PacketPlace, _ isForward: Bool) {
    let old = speaker(view[IDChange.userID], packet, place, isForward)
    let new = users.find(view[IDChange.newID], place)
    users.noteChange(from: old, to: new)
    users.note(address: packet.peerAddress(isForward), of: new)
    users.note(key: KeyFacts(view[IDChange.publicKey], packet, place), of: new)
    conversations.place(view[IDChange.newID], atSource: true, isForward)
    request(view, packet, view.echo(isToServer: packet.isToServer) ?? 0, old)
  }

  private mutating func describe(
    _ user: Int32, _ name: UnsafeRawBufferPointer, _ key: UnsafeRawBufferPointer, _ packet: borrowing Dissection, _ place: PacketPlace
  ) {
    users.note(key: KeyFacts(key, packet, place), of: user)
    if !packet.findings.contains(.idMismatch) { users.note(name: name, of: user) }
  }

  /// The user that a packet claims to be from.
  mutating func speaker(_ id: Identifier, _ packet: borrowing Dissection, _ place: PacketPlace, _ isForward: Bool) -> Int32 {
    let user = users.find(id, place)
    users.noteSent(user, message: false)
    users.note(address: packet.peerAddress(isForward), of: user)
    conversations.place(id, atSource: true, isForward)
    return user
  }

  /// The user that a packet is meant for.
  private mutating func listener(_ id: Identifier, _ place: PacketPlace, _ isForward: Bool) {
    _ = users.find(id, place)
    conversations.place(id, atSource: false, isForward)
  }
}

extension Dissection {
  /// Where the sender of this packet can be reached, as far as its source tells: v1 peers send datagrams from their listening port, and who accepted
  /// a connection listens there. Of who opened one only the address is known.
  func peerAddress(_ isForward: Bool) -> Endpoint {
    if source.port == DefaultPort.peer || dialect == .v1 && transport == .udp { return source }
    let isOpener = isForward || dialect == .legacy || destination.port == DefaultPort.peer || destination.port == DefaultPort.bootstrap
    return isOpener ? source.host : source
  }
}

extension PacketView {
  /// What the answer to a request repeats of it; nil for what is no request.
  func echo(isToServer: Bool) -> UInt64? {
    switch layout {
    case .messaging: self[Messaging.datetime]
    case .legacyMessaging: self[LegacyMessaging.datetime]
    case .idChange: isToServer ? self[IDChange.requestID].value : self[IDChange.timestamp]
    case .registration: self[Registration.requestID].value
    case .lookup: self[Lookup.requestID].value
    case .legacyLookup: self[LegacyLookup.requestID].low
    case .chatRequest, .legacyChatRequest, .legacyRegistration, .legacyUserBroadcast: 0
    default: nil
    }
  }
}

extension KeyFacts {
  /// From the bytes of a `public_key` field.
  init(_ field: UnsafeRawBufferPointer, _ packet: borrowing Dissection, _ place: PacketPlace) {
    let parsed = PublicKeyField.parse(field, packet.dialect)
    let groupBits = parsed.flatMap { $0.group == .x25519 ? nil : $0.groupBits }
    self.init(
      kind: parsed?.description ?? "invalid", bits: parsed.map { min(groupBits ?? $0.rsaBits ?? $0.groupBits, $0.rsaBits ?? .max) },
      digest: Digest.sha256(field), isWeak: parsed?.isWeak ?? false, isForeign: packet.findings.contains(.idMismatch), file: place.file,
      frame: place.frame)
  }
}
