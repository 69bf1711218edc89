import S2WMPCrypto
import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// A packet that a bootstrap server has to answer, read a second time (S2WMP wire format, section 6.2 and appendix L).
struct ModelRequest {
  enum Kind { case registration, lookup, idChange, broadcast }

  var kind: Kind
  var dialect: Dialect
  var requestID: [UInt8]
  var userID: Identifier
  var target = Identifier.zero
  var key: [UInt8] = []

  /// Nil for what is not for a server over that transport, and for undefined values.
  init?(_ packet: PacketView, _ transport: Transport) {
    guard packet.undefinedValues.isEmpty else { return nil }
    switch (packet.layout, packet.type) {
    case (.registration, _):
      (kind, dialect, requestID, userID) = (.registration, .v1, packet[Registration.requestID].wireBytes, packet[Registration.userID])
    case (.lookup, .lookup), (.lookup, .broadcastServer):
      guard packet.type == .lookup || transport == .udp else { return nil }
      kind = packet.type == .lookup ? .lookup : .broadcast
      (dialect, requestID, userID, target) = (.v1, packet[Lookup.requestID].wireBytes, packet[Lookup.userID], packet[Lookup.lookupID])
    case (.idChange, _):
      (kind, dialect, requestID, userID) = (.idChange, .v1, packet[IDChange.requestID].wireBytes, packet[IDChange.userID])
      (target, key) = (packet[IDChange.newID], Array(packet[IDChange.publicKey]))
    case (.legacyRegistration, _):
      (kind, dialect, requestID, userID) = (.registration, .legacy, packet[LegacyRegistration.requestID].bytes, packet[LegacyRegistration.userID])
    case (.legacyLookup, _):
      (kind, dialect, requestID, userID) = (.lookup, .legacy, packet[LegacyLookup.requestID].bytes, packet[LegacyLookup.userID])
      target = packet[LegacyLookup.lookupID]
    default: return nil
    }
  }
}

/// What is to be said to a request; `statuses` has several where the order of the table's housekeeping decides.
struct ModelAnswer {
  var request: ModelRequest
  var statuses: [UInt8]
  var address: Endpoint?
}

/// The bootstrap server a second time, as simple as it gets: a dictionary, and a list of what each source may still do.
struct BootstrapModel {
  private struct Entry {
    var address: Endpoint
    var expires: UInt64
  }

  private struct Source: Hashable {
    var high: UInt64
    var low: UInt64
    init(_ endpoint: Endpoint) { (high, low) = (endpoint.high, endpoint.low) }
  }

  private let configuration: BootstrapConfiguration
  private var entries: [Identifier: Entry] = [:]
  /// Until when each source has used up its tokens, and until when it is banned.
  private var spent: [Source: UInt64] = [:]
  private var bans: [Source: UInt64] = [:]

  init(_ configuration: BootstrapConfiguration) { self.configuration = configuration }

  enum Admission { case admitted, exceeded, banned }

  /// The rate is looked at before anything else; the request too many bans, and what comes during the ban does not prolong it.
  mutating func admit(_ endpoint: Endpoint, at now: UInt64) -> Admission {
    let source = Source(endpoint)
    if let end = bans[source], end > now { return .banned }
    let token = max(1, 1_000_000_000 / configuration.rate)
    let used = max(spent[source] ?? 0, now) - now
    guard used + token <= token * configuration.burst else {
      bans[source] = now + configuration.ban
      return .exceeded
    }
    spent[source] = now + used + token
    return .admitted
  }

  func isBanned(_ endpoint: Endpoint, at now: UInt64) -> Bool { bans[Source(endpoint)].map { $0 > now } ?? false }

  func live(at now: UInt64) -> Int { entries.values.reduce(0) { $0 + ($1.expires > now ? 1 : 0) } }

  private func find(_ id: Identifier, _ now: UInt64) -> Entry? { entries[id].flatMap { $0.expires > now ? $0 : nil } }

  private static func isSame(_ one: Endpoint, _ other: Endpoint) -> Bool { Source(one) == Source(other) }

  /// One request that was admitted.
  func answer(_ request: ModelRequest, from source: Endpoint, at now: UInt64) -> ModelAnswer {
    switch request.kind {
    case .registration: ModelAnswer(request: request, statuses: registration(request, source, now))
    case .idChange: ModelAnswer(request: request, statuses: [change(request, source, now)])
    case .lookup: lookup(request, source, now)
    case .broadcast: ModelAnswer(request: request, statuses: [0], address: BootstrapSetting.home)
    }
  }

  private func registration(_ request: ModelRequest, _ source: Endpoint, _ now: UInt64) -> [UInt8] {
    if request.userID.isZero { return [request.dialect == .legacy ? 2 : 3] }
    if let known = find(request.userID, now) { return [Self.isSame(known.address, source) ? 0 : 1] }
    if live(at: now) >= configuration.maximumRegistrations { return [2] }
    // What has expired takes its place until it is swept away.
    return entries.count >= configuration.maximumRegistrations ? [0, 2] : [0]
  }

  private func change(_ request: ModelRequest, _ source: Endpoint, _ now: UInt64) -> UInt8 {
    guard request.key.withUnsafeBytes({ Digest.identifier(sha256: $0) }) == request.target else { return 3 }
    guard let entry = find(request.userID, now), Self.isSame(entry.address, source) else { return 2 }
    if let other = find(request.target, now), !Self.isSame(other.address, source) { return 1 }
    return 0
  }

  private func lookup(_ request: ModelRequest, _ source: Endpoint, _ now: UInt64) -> ModelAnswer {
    let isLegacy = request.dialect == .legacy
    var answer = ModelAnswer(request: request, statuses: [0])
    if request.target.isZero {
      answer.statuses = [isLegacy ? 2 : 3]
    } else if request.userID.isZero {
      answer.statuses = [3]
    } else if find(request.userID, now).map({ !Self.isSame($0.address, source) }) ?? true {
      answer.statuses = [isLegacy ? 3 : 2]
    } else if let found = find(request.target, now), !isLegacy || found.address.isIPv4 {
      answer.address = found.address
    } else {
      answer.statuses = [1]
    }
    return answer
  }

  /// What follows from the answer that was given.
  mutating func apply(_ request: ModelRequest, status: UInt8, from source: Endpoint, over transport: Transport, at now: UInt64) {
    guard status == 0 else { return }
    switch request.kind {
    case .registration:
      let port = transport == .tcp || request.dialect == .legacy ? DefaultPort.peer : source.port
      let address = Endpoint(high: source.high, low: source.low, port: port, isIPv4: source.isIPv4)
      entries[request.userID] = Entry(address: address, expires: now + configuration.lifetime)
    case .idChange: if let entry = entries.removeValue(forKey: request.userID) { entries[request.target] = entry }
    default: break
    }
  }

  /// What a store kept, as it comes back.
  mutating func restore(_ registration: BootstrapRegistration, at now: PeerTime, isTaken: Bool) {
    guard isTaken else { return }
    let left = min(registration.expires - now.wall, configuration.lifetime / 1_000_000) * 1_000_000
    entries[registration.id] = Entry(address: registration.address, expires: now.monotonic + left)
  }

  func address(of id: Identifier, at now: UInt64) -> Endpoint? { find(id, now)?.address }
}
