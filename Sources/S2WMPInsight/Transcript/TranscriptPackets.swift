import S2WMPAnalysis
import S2WMPCrypto
import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// What each packet contributes to the transcript.
extension TranscriptBook {
  func take(_ packet: borrowing Dissection, _ view: PacketView) {
    switch view.layout {
    case .messaging: messaging(packet, view, view[Messaging.senderID], view[Messaging.receiverID], view[Messaging.datetime], view[Messaging.status])
    case .legacyMessaging:
      messaging(
        packet, view, view[LegacyMessaging.senderID], view[LegacyMessaging.receiverID], view[LegacyMessaging.datetime], view[LegacyMessaging.status])
    case .legacyStatus: legacyStatus(packet, view[LegacyStatus.status])
    case .acknowledgement: acknowledgement(packet, view)
    case .chatRequest: request(packet, view)
    case .chatRequestResponse: response(packet, view)
    case .legacyChatRequest: legacyRequest(packet, view)
    case .idChange: idChange(packet, view)
    default: service(packet, view)
    }
  }

  private func messaging(
    _ packet: borrowing Dissection, _ view: PacketView, _ sender: Identifier, _ receiver: Identifier, _ datetime: UInt64, _ status: UInt8
  ) {
    let isMessage = view.type == .message
    let body = view.layout == .messaging ? view[Messaging.body] : view[LegacyMessaging.body]
    var event = TranscriptEvent(
      packet, isMessage ? .message(text: packet.opened?.plaintext, length: UInt64(body.count)) : .status(isHello: greets(sender)))
    (event.from, event.to, event.datetime, event.status) = (sender, receiver, datetime, status)
    if isMessage { event.repetition = repetition(of: event, digest: Digest.identifier(sha256: view.bytes).high) }
    add(event)
  }

  /// It names nobody: what is known is where it came from.
  private func legacyStatus(_ packet: borrowing Dissection, _ status: UInt8) {
    var event = TranscriptEvent(packet, .status(isHello: false))
    event.from = user(at: packet.source, packet.stream)
    event.to = user(at: packet.destination, packet.stream)
    event.status = status
    add(event)
  }

  private func acknowledgement(_ packet: borrowing Dissection, _ view: PacketView) {
    let (datetime, sender) = (view[Acknowledgement.datetime], view[Acknowledgement.userID])
    // An ACK that contradicts itself is no acceptance.
    let error = view[Acknowledgement.error]
    let code = error == 0 && view[Acknowledgement.ack] != 1 ? .max : error
    if answer(packet, code: code, { $0.datetime == datetime && $0.from == sender }) { return }
    // What it answers may be a chat request, which its own event tells, or lie outside of what is kept.
    guard packet.replyTo == 0 else { return refusalOfRequest(packet, sender, code) }
    var event = TranscriptEvent(packet, .strayAnswer)
    event.from = user(at: packet.source, packet.stream)
    event.to = sender
    event.answer = TranscriptEvent.Answer(frame: packet.frame, latency: nil, code: code)
    add(event)
  }

  /// A chat request whose name is no user name is answered by an ACK (wire format, section 6.1).
  private func refusalOfRequest(_ packet: borrowing Dissection, _ requestor: Identifier, _ code: UInt8) {
    let request = packet.replyTo
    guard let index = events.lastIndex(where: { $0.frame == request }), case .request = events[index].kind else { return }
    events[index].answer = TranscriptEvent.Answer(frame: packet.frame, latency: packet.latency, code: code)
  }

  // MARK: - Friendship

  private func request(_ packet: borrowing Dissection, _ view: PacketView) {
    let name = Array(view[ChatRequest.name])
    var event = TranscriptEvent(packet, .request(name: name, key: Self.key(view[ChatRequest.publicKey], .v1)))
    (event.from, event.to) = (view[ChatRequest.requestorID], view[ChatRequest.userID])
    if !packet.findings.contains(.idMismatch) { people.name(event.from, name) }
    add(event)
  }

  private func response(_ packet: borrowing Dissection, _ view: PacketView) {
    let status = view[ChatRequestResponse.status]
    let name = Array(view[ChatRequestResponse.name])
    let kind = status == 0 ? TranscriptEvent.Kind.accepted(name: name, key: Self.key(view[ChatRequestResponse.publicKey], .v1)) : .refused(status: status)
    var event = TranscriptEvent(packet, kind)
    (event.from, event.to) = (view[ChatRequestResponse.userID], view[ChatRequestResponse.requestorID])
    if status == 0 && !packet.findings.contains(.idMismatch) { people.name(event.from, name) }
    add(event)
  }

  /// An accepting peer of the legacy dialect answers with a request of its own.
  private func legacyRequest(_ packet: borrowing Dissection, _ view: PacketView) {
    let (status, name) = (view[LegacyChatRequest.status], Array(view[LegacyChatRequest.name]))
    let key = Self.key(view[LegacyChatRequest.publicKey], .legacy)
    let isAnswer = packet.replyTo != 0
    var event = TranscriptEvent(packet, status != 1 ? .refused(status: status) : isAnswer ? .accepted(name: name, key: key) : .request(name: name, key: key))
    (event.from, event.to) = (view[LegacyChatRequest.requestorID], view[LegacyChatRequest.userID])
    if status == 1 { people.name(event.from, name) }
    add(event)
  }

  private func idChange(_ packet: borrowing Dissection, _ view: PacketView) {
    let (old, new) = (view[IDChange.userID], view[IDChange.newID])
    var event = TranscriptEvent(packet, .idChange(new: new, key: Self.key(view[IDChange.publicKey], .v1)))
    event.from = old
    event.datetime = view[IDChange.timestamp]
    // It names no receiver; over TCP it goes to a friend.
    if packet.transport == .tcp { event.to = user(at: packet.destination, packet.stream) }
    people.meet(new)
    add(event)
  }

  private static func key(_ bytes: UnsafeRawBufferPointer, _ dialect: Dialect) -> String {
    PublicKeyField.parse(bytes, dialect)?.description ?? "no valid key"
  }

  // MARK: - Discovery and servers

  private func service(_ packet: borrowing Dissection, _ view: PacketView) {
    switch view.layout {
    case .registration: add(packet, .registration, view[Registration.userID])
    case .legacyRegistration: add(packet, .registration, view[LegacyRegistration.userID])
    case .registrationResponse: serverAnswer(packet, view[RegistrationResponse.status])
    case .legacyRegistrationResponse: serverAnswer(packet, view[LegacyRegistrationResponse.status])
    case .lookup: lookup(packet, view)
    case .lookupResponse: found(packet, view)
    case .legacyLookup: add(packet, .lookup(wanted: view[LegacyLookup.lookupID]), view[LegacyLookup.userID], view[LegacyLookup.lookupID])
    case .legacyLookupResponse: serverAnswer(packet, view[LegacyLookupResponse.status])
    case .legacyUserBroadcast: broadcast(packet, view)
    default: return
    }
  }

  private func add(_ packet: borrowing Dissection, _ kind: TranscriptEvent.Kind, _ from: Identifier, _ to: Identifier = .zero) {
    var event = TranscriptEvent(packet, kind)
    (event.from, event.to) = (from, to)
    add(event)
  }

  private func serverAnswer(_ packet: borrowing Dissection, _ status: UInt8) { _ = answer(packet, code: status) { $0.datetime == 0 || $0.transport == .udp } }

  private func lookup(_ packet: borrowing Dissection, _ view: PacketView) {
    let (asker, wanted) = (view[Lookup.userID], view[Lookup.lookupID])
    switch view.type {
    case .lookup: add(packet, .lookup(wanted: wanted), asker, wanted)
    case .broadcastPeer: add(packet, .announcement(wanted: wanted), asker, wanted)
    default: add(packet, .serverSearch, asker)
    }
  }

  private func found(_ packet: borrowing Dissection, _ view: PacketView) {
    switch view.type {
    case .broadcastPeerResponse: add(packet, .presence, view[LookupResponse.lookupID], view[LookupResponse.userID])
    default: serverAnswer(packet, view[LookupResponse.status])
    }
  }

  /// The cut form is an answer that repeats the asker's own bytes.
  private func broadcast(_ packet: borrowing Dissection, _ view: PacketView) {
    let id = view[UserBroadcast.userID]
    if view.bytes.count == UserBroadcast.shortLength { return add(packet, .presence, user(at: packet.source, packet.stream), id) }
    people.name(id, view.broadcastName)
    add(packet, .announcement(wanted: .zero), id)
  }
}
