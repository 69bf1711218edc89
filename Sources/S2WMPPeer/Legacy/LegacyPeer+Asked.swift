import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// Being added: somebody's CR, and our answer, which is another one (S2WMP §4.2).
extension LegacyPeer {
  func receiveChatRequest(_ view: PacketView, from remote: Endpoint, at now: PeerTime, _ effects: inout PeerEffects) {
    let requestor = view[LegacyChatRequest.requestorID]
    guard let status = LegacyChatStatus(rawValue: view[LegacyChatRequest.status]), let chat = LegacyChat(view, from: remote) else {
      effects.append(.event(.rejected(error: 3, remote: remote, reason: "a chat request's status or name is undefined")))
      return answer(LegacyPackets.acknowledgement(error: 3, datetime: 0, sender: requestor), to: remote, &effects)
    }
    if receiveAnswer(chat, status, at: now, &effects) { return }
    guard !requestor.isZero, !isMine(requestor) else { return refuse(chat, .invalidRequestor, "an ID that cannot ask", &effects) }
    guard let asked = identity(chat.user) else { return refuse(chat, .invalidFriend, "the chat request is for somebody else", &effects) }
    if let friend = friends[requestor] { return receiveAgain(chat, friend, &effects) }
    do throws(IdentityError) {
      _ = try agree(with: chat.key, as: asked)
    } catch {
      return refuse(chat, .invalidKey, "\(error)", &effects)
    }
    decide(chat, as: asked, at: now, &effects)
  }

  private func refuse(_ chat: LegacyChat, _ status: LegacyChatStatus, _ reason: String, _ effects: inout PeerEffects) {
    effects.append(.event(.rejected(error: status.rawValue, remote: chat.remote, reason: reason)))
    let packet = LegacyPackets.chatRequest(
      status, datetime: chat.datetime, requestor: chat.requestor, user: chat.user, key: identity.key.publicKey, name: configuration.name)
    answer(packet, to: chat.remote, &effects)
  }

  /// From a friend: with the pinned key it did not get our answer, with another one it may be somebody else.
  private func receiveAgain(_ chat: LegacyChat, _ friend: LegacyFriend, _ effects: inout PeerEffects) {
    guard chat.key == friend.record.publicKey else { return refuse(chat, .invalidKey, "friend \(chat.requestor) came with another key", &effects) }
    let count = friend.answered.datetime == chat.datetime ? friend.answered.count : 0
    guard count < LegacyTiming.repeatedAnswers else { return }
    friends[friend.record.id]?.answered = (chat.datetime, count + 1)
    sendAcceptance(chat.requestor, chat.datetime, to: chat.remote, &effects)
  }

  private func decide(_ chat: LegacyChat, as asked: LegacyIdentity, at now: PeerTime, _ effects: inout PeerEffects) {
    let id = chat.requestor
    let requestor = LegacyRequestor(
      identity: asked, key: chat.key, name: chat.name, address: replyEndpoint(chat.remote), datetime: chat.datetime)
    if requests[id] != nil || configuration.acceptance == .auto {
      requestors[id] = requestor
      return accept(id, at: now, &effects)
    }
    guard configuration.acceptance == .ask, denied[id] != chat.datetime else { return }
    if let known = requestors[id] {
      // Repeated: nothing new to ask, unless it comes with another key.
      if known.key == requestor.key { return requestors[id] = requestor }
    } else if requestors.count >= configuration.limits.pendingRequests {
      return effects.append(.event(.rejected(error: 0, remote: chat.remote, reason: "too many chat requests wait for an answer")))
    }
    requestors[id] = requestor
    effects.append(.event(.request(id: id, name: chat.name, address: requestor.address)))
  }

  func accept(_ id: Identifier, at now: PeerTime, _ effects: inout PeerEffects) {
    guard let requestor = requestors[id] else { return effects.append(.event(.error("\(id) did not ask to be a friend"))) }
    requestors[id] = nil
    let agreement: LegacyAgreement
    do throws(IdentityError) {
      agreement = try agree(with: requestor.key, as: requestor.identity)
    } catch {
      return effects.append(.event(.error("\(id) cannot be added: \(error)")))
    }
    befriend(id, requestor, agreement, at: now, &effects)
    friends[id]?.answered = (requestor.datetime, 1)
    sendAcceptance(id, requestor.datetime, to: requestor.address, &effects)
  }

  /// The dialect has no packet that says no: who is denied hears nothing.
  func deny(_ id: Identifier, _ effects: inout PeerEffects) {
    guard let requestor = requestors.removeValue(forKey: id) else {
      return effects.append(.event(.error("\(id) did not ask to be a friend")))
    }
    if denied.count >= configuration.limits.pendingRequests { denied.removeAll() }
    denied[id] = requestor.datetime
  }

  /// Our own CR, with the `datetime` of the one that it answers: should the other side answer it in turn, the count of answers ends that.
  private func sendAcceptance(_ id: Identifier, _ datetime: UInt64, to remote: Endpoint, _ effects: inout PeerEffects) {
    guard let friend = friends[id] else { return }
    let packet = LegacyPackets.chatRequest(
      .valid, datetime: datetime, requestor: friend.record.knowsUsAs, user: id, key: friend.ownPublicKey, name: configuration.name)
    answer(packet, to: remote, &effects)
  }

  /// D-H is done: a friend from now on.
  func befriend(_ id: Identifier, _ requestor: LegacyRequestor, _ agreement: LegacyAgreement, at now: PeerTime, _ effects: inout PeerEffects) {
    forgetRequest(id)
    requestors[id] = nil
    var record = FriendRecord(id: id, name: requestor.name, publicKey: requestor.key, address: requestor.address, knowsUsAs: requestor.identity.userID)
    if agreement.own !== requestor.identity.key {
      do throws(IdentityError) {
        record.legacyKey = try agreement.own.pkcs8().withBytes { Array($0) }
      } catch {
        return effects.append(.event(.error("\(id) cannot be added: \(error)")))
      }
    }
    friends[id] = LegacyFriend(record, agreement)
    save(id, &effects)
    logKey(of: record, agreement.secret, &effects)
    effects.append(.event(record.event))
  }
}
