import S2WMPFlow
import S2WMPWire

/// A request's half of an exchange, to be noted once its record has a handle.
enum AwaitedAnswer {
  /// On the same TCP connection.
  case onConnection(PendingRequest)
  /// Anywhere: UDP, and the legacy dialect.
  case anywhere(ExchangeKey)

  var owesAnswer: Bool {
    switch self {
    case .onConnection: true
    case .anywhere(let key): key.kind.owesAnswer
    }
  }
}

/// Ties answers to their requests.
extension Analyzer {
  /// Looks for the request that this packet answers; gives what it waits for itself.
  func exchange(_ view: PacketView, _ record: inout PacketRecord) -> AwaitedAnswer? {
    switch view.layout {
    case .messaging:
      return request(.message, view[Messaging.datetime], view[Messaging.senderID], record)
    case .acknowledgement: answerByACK(view, &record)
    case .chatRequest:
      return request(.chat, 0, view[ChatRequest.requestorID], record, asked: view[ChatRequest.userID])
    case .chatRequestResponse: answerByCRR(view, &record)
    case .idChange:
      return request(.idChange, view[IDChange.timestamp], view[IDChange.userID], record, requestID: view[IDChange.requestID].value)
    case .registration:
      return request(.registration, 0, view[Registration.userID], record, requestID: view[Registration.requestID].value)
    case .registrationResponse: answer([.registration, .idChange], view[RegistrationResponse.requestID].value, nil, &record)
    case .lookup:
      let kind: ExchangeKind = view.type == .lookup ? .lookup : view.type == .broadcastServer ? .server : .peer
      return request(kind, 0, view[Lookup.userID], record, requestID: view[Lookup.requestID].value)
    case .lookupResponse:
      let kind: ExchangeKind = view.type == .lookupResponse ? .lookup : view.type == .broadcastServerResponse ? .server : .peer
      answer([kind], view[LookupResponse.requestID].value, view[LookupResponse.userID], &record)
    default: return legacyExchange(view, &record)
    }
    return nil
  }

  func remember(_ awaited: AwaitedAnswer, _ record: PacketRecord, _ handle: RecordHandle) {
    let conversation = record.conversation
    switch awaited {
    case .onConnection(var request):
      request.record = handle
      if let displaced = conversation.pointee[record.direction].requests.append(request) { sequencer.release(displaced.record) }
    case .anywhere(let key):
      let copy = Exchange.Copy(frame: record.frame, time: record.time, record: handle)
      let displaced = exchanges.add(key, to: conversation.pointee.destination(record.direction), copy)
      for copy in displaced { sequencer.release(copy.record) }
    }
  }

  private func request(
    _ kind: ExchangeKind, _ datetime: UInt64, _ asker: Identifier, _ record: PacketRecord, requestID: UInt64 = 0, asked: Identifier = .zero
  ) -> AwaitedAnswer {
    let conversation = record.conversation
    if conversation.pointee.transport == .tcp {
      return .onConnection(
        PendingRequest(
          kind: kind, datetime: datetime, asker: asker, asked: asked, requestID: requestID, frame: record.frame, time: record.time,
          record: .none))
    }
    let source = conversation.pointee.source(record.direction)
    return .anywhere(Self.key(kind, requestID: requestID, asker: asker, at: source))
  }

  /// REG and IC share the RREG, which carries no user ID.
  private static func key(_ kind: ExchangeKind, requestID: UInt64, asker: Identifier, at source: Endpoint) -> ExchangeKey {
    let isRegistration = kind == .registration || kind == .idChange
    return ExchangeKey(
      isRegistration ? .registration : kind, .v1, id: Identifier(high: requestID, low: 0), asker: isRegistration ? .zero : asker, at: source,
      port: true)
  }

  private func link(_ request: PendingRequest, _ record: inout PacketRecord) {
    record.replyTo = request.frame
    record.latency = Self.latency(request.time, record.time)
    sequencer.release(request.record)
  }

  static func latency(_ from: CaptureTime, _ to: CaptureTime) -> Int64? {
    from.isNone || to.isNone ? nil : to.nanoseconds &- from.nanoseconds
  }

  // MARK: - Answers of v1

  private func answerByACK(_ view: PacketView, _ record: inout PacketRecord) {
    let datetime = view[Acknowledgement.datetime]
    let user = view[Acknowledgement.userID]
    let conversation = record.conversation
    let asking = record.direction.opposite
    if conversation.pointee.transport == .tcp {
      let found = conversation.pointee[asking].requests.take {
        ($0.kind == .message || $0.kind == .idChange) && $0.datetime == datetime && $0.asker == user
      }
      if let found { return link(found, &record) }
      // A refused chat request is answered with a datetime of 0; a message of that very moment comes first.
      let chat = datetime != 0 ? nil : conversation.pointee[asking].requests.take { $0.kind == .chat && $0.asker == user }
      if let chat { return link(chat, &record) }
    }
    if answerLegacyMessage(datetime, user, &record) { return }
    record.findings.insert(.ackUnmatched)
  }

  private func answerByCRR(_ view: PacketView, _ record: inout PacketRecord) {
    let asker = view[ChatRequestResponse.requestorID]
    let asked = view[ChatRequestResponse.userID]
    let found = record.conversation.pointee[record.direction.opposite].requests.take {
      $0.kind == .chat && $0.asker == asker && $0.asked == asked
    }
    if let found { link(found, &record) }
  }

  /// RREG, LPR, BSR, BPR: by request ID.
  private func answer(_ kinds: [ExchangeKind], _ requestID: UInt64, _ asker: Identifier?, _ record: inout PacketRecord) {
    let conversation = record.conversation
    if conversation.pointee.transport == .tcp {
      let found = conversation.pointee[record.direction.opposite].requests.take { request in
        kinds.contains(request.kind) && request.requestID == requestID && (asker == nil || request.asker == asker)
      }
      if let found { link(found, &record) }
      return
    }
    let from = conversation.pointee.source(record.direction)
    let key = Self.key(kinds[0], requestID: requestID, asker: asker ?? .zero, at: conversation.pointee.destination(record.direction))
    let isBroadcast = kinds[0] == .server || kinds[0] == .peer
    settle(exchanges.answer(key, repeatedly: true) { isBroadcast || $0.destination == from }, &record)
  }

  func settle(_ answered: (frame: UInt64, time: CaptureTime, settled: [RecordHandle])?, _ record: inout PacketRecord) {
    guard let answered else { return }
    record.replyTo = answered.frame
    record.latency = Self.latency(answered.time, record.time)
    for handle in answered.settled { sequencer.release(handle) }
  }

  // MARK: - No answer

  func markUnanswered(_ handle: RecordHandle) {
    totals.unanswered += 1
    sequencer.release(handle, adding: Findings(.requestUnanswered))
  }

  /// Settles the requests to which no answer can come any more, once all packets of the conversation were judged.
  func settleIfOver(_ pointer: ConversationPointer) {
    guard pointer.pointee.sorting == 0 else { return }
    if pointer.pointee[.forward].hasEnded { settleUnanswered(pointer, .backward) }
    if pointer.pointee[.backward].hasEnded { settleUnanswered(pointer, .forward) }
  }

  private func settleUnanswered(_ pointer: ConversationPointer, _ direction: FlowDirection) {
    guard !pointer.pointee[direction].requests.isEmpty else { return }
    for request in pointer.pointee[direction].requests.removeAll() { markUnanswered(request.record) }
  }
}
