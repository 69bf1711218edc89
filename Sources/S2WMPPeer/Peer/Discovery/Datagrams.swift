import S2WMPFlow
import S2WMPWire

/// One datagram, one packet (S2WMP wire format, section 4).
extension Peer {
  public func receiveDatagram(_ bytes: UnsafeRawBufferPointer, from remote: Endpoint, at now: PeerTime, _ effects: inout PeerEffects) {
    enter(now, &effects) {
      guard !hasStopped else { return }
      guard rules.accepts(datagram: bytes), let packet = PacketView(framed: bytes, .v1), packet.undefinedValues.isEmpty else {
        if let answer = rules.answer(toMalformed: bytes) { emit(.datagram(answer, .endpoint(remote))) }
        return
      }
      switch packet.type {
      case .broadcastPeer: receivePeerSearch(packet, from: remote)
      case .broadcastPeerResponse: receivePeerResponse(packet)
      case .broadcastServerResponse: receiveServerResponse(packet)
      case .lookupResponse: receiveLookupResponse(packet)
      case .registrationResponse: receiveRegistrationResponse(packet)
      default: break
      }
    }
  }

  /// BPM: answered when it is meant for us or for anybody; when invisible, to friends only; never to ourselves (S2WMP wire format, section 6.1).
  private func receivePeerSearch(_ packet: PacketView, from remote: Endpoint) {
    let (asker, wanted) = (packet[Lookup.userID], packet[Lookup.lookupID])
    guard rules.answers(isAddressed: wanted.isZero || isOwn(wanted)) else { return }
    guard rules.answers(isVisible: ownStatus != .invisible || friends[asker] != nil), !isOwn(asker) else { return }
    guard let endpoint = surroundings.listeningEndpoint(for: remote) else { return }
    let own = !wanted.isZero && isOwn(wanted) ? wanted : userID
    let requestID = rules.echo(requestID: packet[Lookup.requestID])
    emit(.datagram(peerResponsePacket(wall: now.wall, requestID: requestID, asker: asker, own: own, endpoint: endpoint), .endpoint(remote)))
  }

  /// The question that a response answers, if we asked it.
  private func inquiry(answeredBy packet: PacketView, _ requestID: Opaque64, as types: PacketType...) -> Inquiry? {
    guard let inquiry = inquiries[requestID.value], types.contains(inquiry.type) else { return nil }
    guard packet.layout != .lookupResponse || packet[LookupResponse.userID] == inquiry.asker else { return nil }
    return inquiry
  }

  private func receivePeerResponse(_ packet: PacketView) {
    let requestID = packet[LookupResponse.requestID]
    let id = packet[LookupResponse.lookupID]
    guard var inquiry = inquiry(answeredBy: packet, requestID, as: .broadcastPeer), !isOwn(id), !id.isZero else { return }
    guard packet[LookupResponse.status] == 0, let address = packet.endpoint, inquiry.wanted.isZero || inquiry.wanted == id else { return }
    let isNew = note(id, at: address)
    switch inquiry.purpose {
    case .discovery(let all):
      let isFirst = inquiry.heard.count < configuration.limits.discoveredPeers && inquiry.heard.insert(id).inserted
      inquiries[requestID.value] = inquiry
      if isNew || (all && isFirst) { tell(.peerFound(id: id, address: address)) }
    case .friend(let serial):
      close(inquiry: requestID.value)
      seekEnded(serial, address: address)
    case .addition(let id):
      close(inquiry: requestID.value)
      searchEnded(id, address: address)
    default: break
    }
  }

  /// Remembers where a peer is. Whether that is new.
  private func note(_ id: Identifier, at address: Endpoint) -> Bool {
    guard discovered[id] != address else { return false }
    if discovered[id] == nil, discovered.count >= configuration.limits.discoveredPeers, let oldest = discovered.keys.first { discovered[oldest] = nil }
    discovered[id] = address
    if let friend = friends[id] {
      learn(address, of: friend)
      pump(friend)
    }
    return true
  }

  private func receiveServerResponse(_ packet: PacketView) {
    let requestID = packet[LookupResponse.requestID]
    guard inquiry(answeredBy: packet, requestID, as: .broadcastServer) != nil, packet[LookupResponse.status] == 0 else { return }
    guard let address = packet.endpoint else { return }
    close(inquiry: requestID.value)
    server = address
    step(.serverFound)
  }

  private func receiveLookupResponse(_ packet: PacketView) {
    let requestID = packet[LookupResponse.requestID]
    guard let inquiry = inquiry(answeredBy: packet, requestID, as: .lookup), packet[LookupResponse.lookupID] == inquiry.wanted else { return }
    close(inquiry: requestID.value)
    let status = packet[LookupResponse.status]
    let address = status == 0 ? packet.endpoint : nil
    switch inquiry.purpose {
    case .lookup(let id): tell(.lookup(id: id, status: status, address: address))
    case .friend(let serial): seekEnded(serial, address: address)
    case .addition(let id): searchEnded(id, address: address)
    default: break
    }
  }

  private func receiveRegistrationResponse(_ packet: PacketView) {
    let requestID = packet[RegistrationResponse.requestID]
    guard let inquiry = inquiry(answeredBy: packet, requestID, as: .registration, .idChange) else { return }
    close(inquiry: requestID.value)
    switch inquiry.purpose {
    case .server:
      registration.answer = inquiry.asker == userID ? packet[RegistrationResponse.status] : nil
      step(.serverAnswers)
    case .registration: registrationAnswered(packet[RegistrationResponse.status], askedAs: inquiry.asker)
    case .serverIDChange: register()
    default: break
    }
  }
}
