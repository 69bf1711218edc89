import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// The bootstrap server of the wire format, section 6.2, without sockets, clock or randomness of its own.
///
/// It keeps who is registered where, answers requests of both dialects, each in its own, and bans sources that ask too often. A source is an IP address
/// without its port. Nothing a stranger sends makes it grow without limit (`BootstrapConfiguration`). One thread at a time.
public final class BootstrapServer {
  public let configuration: BootstrapConfiguration
  /// 16 random bytes made once: the `lookup_id` of BSR.
  public let serverID: Identifier
  public internal(set) var counters = BootstrapCounters()
  private var table: RegistrationTable
  private var limiter: RateLimiter
  private var changes: [BootstrapChange] = []
  let rules: BootstrapRules

  /// - rules: the specification's, or those of a planted defect.
  /// - randomBytes: unpredictable bytes, as many as it is asked for; they seed the tables.
  public init(
    _ configuration: BootstrapConfiguration, serverID: Identifier, rules: BootstrapRules = BootstrapRules(), randomBytes: (Int) -> [UInt8]
  ) {
    self.configuration = configuration
    self.serverID = serverID
    self.rules = rules
    let numbers = (0..<4).map { _ in randomBytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
    table = RegistrationTable(maximum: max(1, configuration.maximumRegistrations), hash: SeededHash(seed: (numbers[0], numbers[1])))
    limiter = RateLimiter(configuration, hash: SeededHash(seed: (numbers[2], numbers[3])))
  }

  // MARK: Inputs

  /// One datagram. Nil: nothing is to be said. Borrowed for the call.
  ///
  /// - listening: where this server takes TCP connections, as the asker can reach it; only asked when a BSR carries it.
  public func receiveDatagram(
    _ bytes: UnsafeRawBufferPointer, from source: Endpoint, at now: PeerTime, listening: () -> Endpoint?
  ) -> BootstrapAnswer? {
    guard let packet = rules.packet(bytes) else {
      counters.malformedDatagrams += 1
      return rules.answer(toMalformed: bytes).map { BootstrapAnswer(bytes: $0) }
    }
    guard let request = BootstrapRequest(packet, rules) else {
      if packet.undefinedValues.isEmpty { counters.ignoredPackets += 1 } else { counters.malformedDatagrams += 1 }
      return nil
    }
    // Nothing can be sent to port 0.
    guard source.port != 0, let answer = answer(request, from: source, over: .udp, at: now, listening: listening) else { return nil }
    return BootstrapAnswer(bytes: answer, port: request.dialect == .legacy ? DefaultPort.legacyReply : nil)
  }

  /// One framed packet of a TCP connection; nil when it is ignored.
  func receivePacket(_ packet: PacketView, from source: Endpoint, at now: PeerTime) -> [UInt8]? {
    guard let request = BootstrapRequest(packet, rules), request.kind != .broadcast || rules.answersStreamedSearches else {
      counters.ignoredPackets += 1
      return nil
    }
    return answer(request, from: source, over: .tcp, at: now) { nil }
  }

  /// Whether a source is met with silence.
  func isBanned(_ source: Endpoint, at now: PeerTime) -> Bool { limiter.isBanned(source, at: now.monotonic) }

  /// To be called about once a second: forgets some of what has expired.
  public func receiveTick(at now: PeerTime) { table.sweepSome(at: now.monotonic) }

  /// A registration that a store kept; ignored when it has expired, cut to the lifetime when the clock was set back.
  public func restore(_ registration: BootstrapRegistration, at now: PeerTime) {
    guard registration.expires > now.wall, !registration.id.isZero else { return }
    let left = min(registration.expires - now.wall, configuration.lifetime / 1_000_000) * 1_000_000
    _ = table.put(registration.id, registration.address, expires: Self.sum(now.monotonic, left), at: now.monotonic)
  }

  // MARK: Outputs

  /// What a store has to keep since the last call; always empty unless `configuration.persists`.
  public func takeChanges() -> [BootstrapChange] {
    defer { changes.removeAll(keepingCapacity: true) }
    return changes
  }

  /// Live registrations. Counts them: not for the hot path.
  public func liveRegistrations(at now: PeerTime) -> Int { table.liveCount(at: now.monotonic) }

  /// Sources banned right now. Counts them: not for the hot path.
  public func bannedSources(at now: PeerTime) -> Int { limiter.bannedCount(at: now.monotonic) }

  // MARK: The rules of section 6.2

  private func answer(
    _ request: BootstrapRequest, from source: Endpoint, over transport: Transport, at now: PeerTime, listening: () -> Endpoint?
  ) -> [UInt8]? {
    counters.note(request)
    switch rules.verdict(limiter.admit(source, at: now.monotonic)) {
    case .banned:
      counters.bannedRequests += 1
      if rules.extendsBan { limiter.ban(source, at: now.monotonic) }
      return nil
    case .exceeded:
      counters.bans += 1
      return reply(to: request, BootstrapStatus.invalidClient, at: now)
    case .admitted: break
    }
    switch request.kind {
    case .registration: return reply(to: request, register(request, from: source, over: transport, at: now), at: now)
    case .idChange: return reply(to: request, changeID(request, from: source, at: now), at: now)
    case .lookup: return lookUp(request, from: source, at: now)
    case .broadcast: return reply(to: request, BootstrapStatus.done, address: listening(), at: now)
    }
  }

  /// REG: zero ID, ID of another source, or stored.
  private func register(_ request: BootstrapRequest, from source: Endpoint, over transport: Transport, at now: PeerTime) -> UInt8 {
    // A legacy status 2 is "error", the only one for an ID that cannot be.
    guard rules.isUser(request.userID.isZero) else { return request.dialect == .legacy ? BootstrapStatus.legacyError : BootstrapStatus.invalidUser }
    let known = table.find(request.userID, at: now.monotonic)
    guard rules.mayRegister(isFromElsewhere: known.map { !$0.isFrom(source) } ?? false) else { return BootstrapStatus.collision }
    var address = source
    // A connection's own port takes no connections, and a legacy peer always listens on the default one.
    if transport == .tcp || request.dialect == .legacy { address.port = DefaultPort.peer }
    address.port = rules.port(address.port, known: known?.port)
    let left = known.map { $0.expires > now.monotonic ? $0.expires - now.monotonic : 0 }
    let lifetime = rules.lifetime(configuration.lifetime, left: left)
    return store(request.userID, address, lifetime: lifetime, at: now) ? BootstrapStatus.done : BootstrapStatus.invalidClient
  }

  /// IC: a wrong ID, an ID that is not this source's, an ID of another source, or moved.
  private func changeID(_ request: BootstrapRequest, from source: Endpoint, at now: PeerTime) -> UInt8 {
    guard rules.accepts(newIDIsKeys: Digest.identifier(sha256: request.key) == request.target) else { return BootstrapStatus.invalidUser }
    guard let entry = table.find(request.userID, at: now.monotonic), rules.mayMove(isFromHere: entry.isFrom(source)) else {
      return BootstrapStatus.invalidClient
    }
    let isFree = table.find(request.target, at: now.monotonic)?.isFrom(source) ?? true
    guard rules.mayTake(isFree: isFree) else { return BootstrapStatus.collision }
    guard request.userID != request.target else { return BootstrapStatus.done }
    if rules.forgetsOldID {
      table.remove(request.userID)
      if configuration.persists { changes.append(.removed(request.userID)) }
    }
    let moved = store(request.target, entry.endpoint, lifetime: entry.expires - now.monotonic, at: now)
    return moved ? BootstrapStatus.done : BootstrapStatus.invalidClient
  }

  /// LP: a zero ID, an asker who is not registered from this source, unknown, or found.
  private func lookUp(_ request: BootstrapRequest, from source: Endpoint, at now: PeerTime) -> [UInt8] {
    let legacy = request.dialect == .legacy
    let unknownAsker = legacy ? BootstrapStatus.legacyInvalidRequestor : BootstrapStatus.invalidClient
    guard rules.refusesZeroFirst || isKnown(request, source, now) else { return reply(to: request, unknownAsker, at: now) }
    guard rules.isLookedUp(request.target.isZero) else {
      return reply(to: request, legacy ? BootstrapStatus.legacyInvalidLookup : BootstrapStatus.invalidUser, at: now)
    }
    if request.userID.isZero { return reply(to: request, BootstrapStatus.invalidUser, at: now) }
    guard isKnown(request, source, now) else { return reply(to: request, unknownAsker, at: now) }
    // A legacy response has no room for an IPv6 address.
    guard let found = table.find(request.target, at: now.monotonic), !legacy || found.isIPv4 else {
      return reply(to: request, BootstrapStatus.notFound, at: now)
    }
    return reply(to: request, BootstrapStatus.done, address: found.endpoint, at: now)
  }

  /// Whether who asks may look others up.
  private func isKnown(_ request: BootstrapRequest, _ source: Endpoint, _ now: PeerTime) -> Bool {
    let asker = table.find(request.userID, at: now.monotonic)
    return rules.mayAsk(isRegistered: asker != nil, isFromHere: asker?.isFrom(source) ?? false)
  }

  private func store(_ id: Identifier, _ address: Endpoint, lifetime: UInt64, at now: PeerTime) -> Bool {
    guard table.put(id, address, expires: Self.sum(now.monotonic, lifetime), at: now.monotonic) else {
      counters.refusedRegistrations += 1
      return false
    }
    if configuration.persists {
      let expires = Self.sum(now.wall, lifetime / 1_000_000)
      changes.append(.saved(BootstrapRegistration(id: id, address: address, expires: expires)))
    }
    return true
  }

  private func reply(to request: BootstrapRequest, _ status: UInt8, address: Endpoint? = nil, at now: PeerTime) -> [UInt8] {
    counters.note(status, to: request)
    switch request.kind {
    case .registration, .idChange: return AnswerPackets.registration(request, status, requestID: rules.echo(request.requestID.low))
    case .lookup: return AnswerPackets.lookup(request, status, lookupID: request.target, address: address, wall: now.wall)
    case .broadcast:
      let own = rules.serverID(serverID, asked: request.requestID.low)
      return AnswerPackets.lookup(request, status, lookupID: own, address: address, wall: now.wall)
    }
  }

  private static func sum(_ time: UInt64, _ more: UInt64) -> UInt64 {
    let (sum, overflows) = time.addingReportingOverflow(more)
    return overflows ? .max : sum
  }
}

/// Status values of RREG, LPR and BSR (S2WMP §3.2.4, §3.2.5).
enum BootstrapStatus {
  static let done: UInt8 = 0
  static let collision: UInt8 = 1
  static let notFound: UInt8 = 1
  static let invalidClient: UInt8 = 2
  static let invalidUser: UInt8 = 3
  static let legacyError: UInt8 = 2
  static let legacyInvalidLookup: UInt8 = 2
  static let legacyInvalidRequestor: UInt8 = 3
}
