import S2WMPFlow
import S2WMPWire

/// Peers on the local network (S2WMP §2.1; wire format, appendix L: User Broadcast).
extension LegacyPeer {
  func announce(at now: PeerTime, _ effects: inout PeerEffects) {
    let packet = LegacyPackets.userBroadcast(userID, name: configuration.name, timestamp: now.wall, isReply: false)
    effects.append(.datagram(packet, .peers))
  }

  /// A datagram that is not exactly one packet with every value defined is dropped without an answer.
  public func receiveDatagram(_ bytes: UnsafeRawBufferPointer, from remote: Endpoint, at now: PeerTime, _ effects: inout PeerEffects) {
    guard let view = PacketView(bytes, .legacy) else { return }
    if view.layout == .legacyUserBroadcast { return receiveUserBroadcast(view, from: remote, at: now, &effects) }
    guard view.undefinedValues.isEmpty, configuration.bootstrapServer?.hasHost(of: remote) ?? false else { return }
    switch view.layout {
    case .legacyRegistrationResponse: receiveRegistrationResponse(view, at: now, &effects)
    case .legacyLookupResponse: receiveLookupResponse(view, at: now, &effects)
    default: break
    }
  }

  private func receiveUserBroadcast(_ view: PacketView, from remote: Endpoint, at now: PeerTime, _ effects: inout PeerEffects) {
    let id = view[UserBroadcast.userID]
    // Whatever its last byte, one that was cut is a reply: in the authors' replies half a character stands there.
    let isCut = view.bytes.count == UserBroadcast.shortLength
    guard !id.isZero, !isMine(id), let flag = view.bytes.last, isCut || (view.undefinedValues.isEmpty && flag <= 1) else { return }
    remember(id, at: replyEndpoint(remote), &effects)
    guard !isCut, flag == 0, status != .invisible || friends[id] != nil else { return }
    var asker = remote
    asker.port = ports.discovery
    let reply = LegacyPackets.userBroadcast(userID, name: configuration.name, timestamp: now.wall, isReply: true)
    effects.append(.datagram(reply, .endpoint(asker)))
  }

  private func remember(_ id: Identifier, at address: Endpoint, _ effects: inout PeerEffects) {
    guard discovered[id] != nil || discovered.count < configuration.limits.discoveredPeers else { return }
    discovered[id] = address
    effects.append(.event(.peerFound(id: id, address: address)))
  }
}
