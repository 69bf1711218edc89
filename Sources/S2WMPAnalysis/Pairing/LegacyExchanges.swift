import S2WMPFlow
import S2WMPWire

/// The legacy dialect answers on new connections, so its exchanges are tied by IDs and addresses alone (appendix L).
extension Analyzer {
  func legacyExchange(_ view: PacketView, _ record: inout PacketRecord) -> AwaitedAnswer? {
    switch view.layout {
    case .legacyMessaging:
      return .anywhere(messageKey(view[LegacyMessaging.datetime], view[LegacyMessaging.senderID], at: source(record)))
    case .legacyRegistration:
      return .anywhere(key(.registration, id: .zero, asker: view[LegacyRegistration.userID], at: source(record)))
    case .legacyRegistrationResponse:
      answer(key(.registration, id: .zero, asker: view[LegacyRegistrationResponse.userID], at: destination(record)), true, &record)
    case .legacyLookup:
      return .anywhere(key(.lookup, id: view[LegacyLookup.requestID], asker: .zero, at: source(record)))
    case .legacyLookupResponse:
      answer(key(.lookup, id: view[LegacyLookupResponse.requestID], asker: .zero, at: destination(record)), true, &record)
    case .legacyUserBroadcast: return announcement(view, &record)
    case .legacyChatRequest: return chat(view, &record)
    default: break
    }
    return nil
  }

  /// An ACK, which looks the same in both dialects, may answer a legacy message of another connection.
  func answerLegacyMessage(_ datetime: UInt64, _ sender: Identifier, _ record: inout PacketRecord) -> Bool {
    answer(messageKey(datetime, sender, at: destination(record)), false, &record)
    return record.replyTo != 0
  }

  private func chat(_ view: PacketView, _ record: inout PacketRecord) -> AwaitedAnswer? {
    let requestor = view[LegacyChatRequest.requestorID]
    let user = view[LegacyChatRequest.userID]
    // An accepting peer answers with a chat request of its own, the IDs swapped or as they were.
    for (asker, asked) in [(user, requestor), (requestor, user)] where record.replyTo == 0 {
      answer(key(.chat, id: asked, asker: asker, at: destination(record)), false, &record)
    }
    return record.replyTo == 0 ? .anywhere(key(.chat, id: user, asker: requestor, at: source(record))) : nil
  }

  private func announcement(_ view: PacketView, _ record: inout PacketRecord) -> AwaitedAnswer? {
    let id = Identifier(high: view[UserBroadcast.timestamp], low: 0)
    let asker = view[UserBroadcast.userID]
    guard view.bytes.count == UserBroadcast.shortLength else {
      return .anywhere(key(.announcement, id: id, asker: asker, at: source(record)))
    }
    let key = key(.announcement, id: id, asker: asker, at: destination(record))
    settle(exchanges.answer(key, repeatedly: true) { _ in true }, &record)
    return nil
  }

  private func answer(_ key: ExchangeKey, _ repeatedly: Bool, _ record: inout PacketRecord) {
    let from = source(record)
    settle(
      exchanges.answer(key, repeatedly: repeatedly) { $0.destination.high == from.high && $0.destination.low == from.low }, &record)
  }

  private func source(_ record: PacketRecord) -> Endpoint { record.conversation.pointee.source(record.direction) }
  private func destination(_ record: PacketRecord) -> Endpoint { record.conversation.pointee.destination(record.direction) }

  private func messageKey(_ datetime: UInt64, _ sender: Identifier, at endpoint: Endpoint) -> ExchangeKey {
    key(.message, id: Identifier(high: datetime, low: 0), asker: sender, at: endpoint)
  }

  private func key(_ kind: ExchangeKind, id: Identifier, asker: Identifier, at endpoint: Endpoint) -> ExchangeKey {
    ExchangeKey(kind, .legacy, id: id, asker: asker, at: endpoint, port: false)
  }
}
