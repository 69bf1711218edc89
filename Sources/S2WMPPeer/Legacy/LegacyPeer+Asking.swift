import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// Adding a friend: our CR, repeated until an answer comes (S2WMP §4.2).
extension LegacyPeer {
  func addFriend(_ id: Identifier, address: Endpoint?, at now: PeerTime, _ effects: inout PeerEffects) {
    if isMine(id) { return effects.append(.event(.error("\(id) is this peer's own ID"))) }
    if friends[id] != nil { return effects.append(.event(.error("\(id) is a friend already: remove it first to ask again"))) }
    if requestors[id] != nil { return accept(id, at: now, &effects) }
    guard requests[id] != nil || requests.count < configuration.limits.pendingRequests else {
      return effects.append(.event(.error("\(requests.count) requests wait for an answer: wait for some of them")))
    }
    requests[id] = LegacyRequest(identity: identity, address: address ?? discovered[id], datetime: newDatetime(at: now))
    if requests[id]?.address != nil { return sendRequest(id, at: now, &effects) }
    guard configuration.bootstrapServer != nil else {
      return fail(id, "no address is known: discover it, name an address, or configure a bootstrap server", &effects)
    }
    lookUp(id, at: now, &effects)
  }

  /// The bootstrap server's answer to the lookup of somebody who is to be added.
  func receiveAddress(_ address: Endpoint?, of id: Identifier, at now: PeerTime, _ effects: inout PeerEffects) {
    guard requests[id] != nil, requests[id]?.address == nil else { return }
    guard let address else { return fail(id, "the bootstrap server does not know the address", &effects) }
    requests[id]?.address = address
    sendRequest(id, at: now, &effects)
  }

  private func sendRequest(_ id: Identifier, at now: PeerTime, _ effects: inout PeerEffects) {
    guard let request = requests[id], let address = request.address else { return }
    timers.set(.request(id), at: now.monotonic + LegacyTiming.requestRepetitions[request.repetitions])
    requests[id]?.repetitions += 1
    let packet = LegacyPackets.chatRequest(
      .valid, datetime: request.datetime, requestor: request.identity.userID, user: id, key: request.identity.key.publicKey, name: configuration.name)
    send(packet, .request(id), to: address, &effects)
  }

  func repeatRequest(_ id: Identifier, at now: PeerTime, _ effects: inout PeerEffects) {
    guard let request = requests[id] else { return }
    if request.repetitions < LegacyTiming.requestRepetitions.count { return sendRequest(id, at: now, &effects) }
    fail(id, "no answer", &effects)
  }

  func receiveUnreachableRequest(_ id: Identifier, _ reason: String, at now: PeerTime, _ effects: inout PeerEffects) {
    guard let failures = requests[id]?.failures else { return }
    requests[id]?.failures = failures + 1
    if failures + 1 >= LegacyTiming.requestReconnections { fail(id, reason, &effects) }
  }

  func fail(_ id: Identifier, _ reason: String, _ effects: inout PeerEffects) {
    forgetRequest(id)
    effects.append(.event(.addFailed(id: id, reason: reason)))
  }

  func forgetRequest(_ id: Identifier) {
    requests[id] = nil
    timers.cancel(.request(id))
  }

  /// A CR that answers ours: with the IDs swapped ("another one") or as we sent them. False: it asks for something itself.
  func receiveAnswer(_ chat: LegacyChat, _ status: LegacyChatStatus, at now: PeerTime, _ effects: inout PeerEffects) -> Bool {
    let isOurs = isMine(chat.requestor) && !isMine(chat.user)
    let other = isOurs ? chat.user : chat.requestor
    guard isOurs || isMine(chat.user), let request = requests[other], request.address?.hasHost(of: chat.remote) == true else {
      return isOurs || status != .valid
    }
    guard status == .valid else {
      fail(other, status.reason, &effects)
      return true
    }
    do throws(KeyFault) {
      let agreement = LegacyAgreement(own: request.identity.key, secret: try request.identity.key.sharedSecret(with: chat.key))
      let requestor = LegacyRequestor(
        identity: request.identity, key: chat.key, name: chat.name, address: request.address ?? chat.remote, datetime: chat.datetime)
      befriend(other, requestor, agreement, at: now, &effects)
    } catch {
      // Both asked at once, each in a group of its own: the request of the smaller ID holds.
      if error == .legacyGroup, !isOurs { return request.identity.userID < other }
      fail(other, "\(error)", &effects)
    }
    return true
  }
}
