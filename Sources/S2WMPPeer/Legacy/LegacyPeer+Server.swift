import S2WMPFlow
import S2WMPWire

/// A request to the bootstrap server that has not been answered.
struct LegacyServerRequest {
  let requestID: Identifier
  var tries = 1
}

/// The bootstrap server (S2WMP §4.4, wire format appendix L): REG and LP from our UDP port to its, answered to our UDP port 5002.
extension LegacyPeer {
  func register(at now: PeerTime, _ effects: inout PeerEffects) {
    guard configuration.bootstrapServer != nil else { return }
    registration = LegacyServerRequest(requestID: randomID())
    sendRegistration(at: now, &effects)
  }

  private func sendRegistration(at now: PeerTime, _ effects: inout PeerEffects) {
    guard let request = registration, let server = configuration.bootstrapServer else { return }
    timers.set(.registration, at: now.monotonic + LegacyTiming.serverReply)
    effects.append(.datagram(LegacyPackets.registration(userID, request: request.requestID), .endpoint(server)))
  }

  /// No answer yet, or time to register again.
  func repeatRegistration(at now: PeerTime, _ effects: inout PeerEffects) {
    guard let request = registration else { return register(at: now, &effects) }
    if request.tries < LegacyTiming.serverTries {
      registration?.tries += 1
      return sendRegistration(at: now, &effects)
    }
    registration = nil
    timers.set(.registration, at: now.monotonic + LegacyTiming.registrationRetry)
    effects.append(.event(.registered(status: nil)))
    if isStarting { startWithoutServer(at: now, &effects) }
  }

  /// RREG: it names us, not the request.
  func receiveRegistrationResponse(_ view: PacketView, at now: PeerTime, _ effects: inout PeerEffects) {
    guard registration != nil, view[LegacyRegistrationResponse.userID] == userID else { return }
    registration = nil
    let status = view[LegacyRegistrationResponse.status]
    effects.append(.event(.registered(status: status)))
    timers.set(.registration, at: now.monotonic + LegacyTiming.registrationRefresh)
    if isStarting { startWithServer(at: now, &effects) }
    // 1: somebody else has our ID (S2WMP §4.4).
    if status == 1 { changeIdentity(at: now, &effects) }
  }

  // MARK: - Lookup

  func lookUp(_ wanted: Identifier, at now: PeerTime, _ effects: inout PeerEffects) {
    guard configuration.bootstrapServer != nil else {
      return effects.append(.event(.error("there is no bootstrap server to ask: configure one")))
    }
    guard lookups[wanted] == nil else { return }
    guard lookups.count < configuration.limits.pendingRequests else {
      return effects.append(.event(.error("\(lookups.count) lookups wait for an answer: wait for some of them")))
    }
    lookups[wanted] = LegacyServerRequest(requestID: randomID())
    sendLookup(wanted, at: now, &effects)
  }

  private func sendLookup(_ wanted: Identifier, at now: PeerTime, _ effects: inout PeerEffects) {
    guard let request = lookups[wanted], let server = configuration.bootstrapServer else { return }
    timers.set(.lookup(wanted), at: now.monotonic + LegacyTiming.serverReply)
    let packet = LegacyPackets.lookup(wanted, by: userID, timestamp: now.wall, request: request.requestID)
    effects.append(.datagram(packet, .endpoint(server)))
  }

  func repeatLookup(_ wanted: Identifier, at now: PeerTime, _ effects: inout PeerEffects) {
    guard let request = lookups[wanted] else { return }
    if request.tries < LegacyTiming.serverTries {
      lookups[wanted]?.tries += 1
      return sendLookup(wanted, at: now, &effects)
    }
    finishLookup(wanted, nil, nil, at: now, &effects)
  }

  /// LPR. The authors' server swaps the two IDs, and tells an address even when it found none.
  func receiveLookupResponse(_ view: PacketView, at now: PeerTime, _ effects: inout PeerEffects) {
    let named = [view[LegacyLookupResponse.userID], view[LegacyLookupResponse.lookupID]]
    let requestID = view[LegacyLookupResponse.requestID]
    guard let wanted = named.first(where: { lookups[$0]?.requestID == requestID }) else { return }
    let status = view[LegacyLookupResponse.status]
    let address = Endpoint.ipv4(view[LegacyLookupResponse.address].value, port: ports.reply)
    finishLookup(wanted, status, status == 0 ? address : nil, at: now, &effects)
  }

  private func finishLookup(
    _ wanted: Identifier, _ status: UInt8?, _ address: Endpoint?, at now: PeerTime, _ effects: inout PeerEffects
  ) {
    lookups[wanted] = nil
    timers.cancel(.lookup(wanted))
    effects.append(.event(.lookup(id: wanted, status: status, address: address)))
    receiveAddress(address, of: wanted, at: now, &effects)
  }
}
