import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// Floods of requests at bootstrap servers, and servers that fall silent for one address (S2WMP §6: "ban" the client).
struct RequestDetector {
  private struct Source {
    var flood = Evidence()
  }

  /// Between one address and one server.
  private struct Relation {
    var pending = Evidence()
    var firstPending = CaptureTime.none
    var lastPending = CaptureTime.none
    /// Answers of the server to others when the first pending request came.
    var answersBefore: UInt64 = 0
    var wasRefused = false
  }

  private struct Place: Hashable {
    var source: Endpoint
    var server: Endpoint
  }

  private static let enoughPending = 3
  private static let enoughTime: Int64 = 1_000_000_000
  private var sources = BoundedMap<Endpoint, Source>(SecurityWords.subjectLimit)
  private var relations = BoundedMap<Place, Relation>(4096)
  private var answers = BoundedMap<Endpoint, UInt64>(256)

  mutating func note(_ packet: borrowing Dissection, _ view: PacketView) {
    switch view.layout {
    case .registration: request(packet, view[Registration.userID])
    case .lookup where view.type != .broadcastPeer: request(packet, view[Lookup.userID], isBroadcast: view.type == .broadcastServer)
    case .idChange where packet.transport == .udp || packet.destination.port == DefaultPort.bootstrap: request(packet, view[IDChange.userID])
    case .legacyRegistration: request(packet, view[LegacyRegistration.userID])
    case .legacyLookup: request(packet, view[LegacyLookup.userID])
    case .registrationResponse: answer(packet, isRefusal: view[RegistrationResponse.status] == 2)
    case .lookupResponse where view.type != .broadcastPeerResponse: answer(packet, isRefusal: view[LookupResponse.status] == 2)
    case .legacyRegistrationResponse, .legacyLookupResponse: answer(packet, isRefusal: false)
    default: return
    }
  }

  private mutating func request(_ packet: borrowing Dissection, _ user: Identifier, isBroadcast: Bool = false) {
    let (frame, time, source, server) = (packet.frame, packet.time, packet.source.host, packet.destination.host)
    if packet.findings.contains(.flood) { sources.update(source, Source()) { $0.flood.add(frame, user) } }
    if isBroadcast { return }
    let answered = answers[server] ?? 0
    relations.update(Place(source: source, server: server), Relation()) { relation in
      if relation.pending.count == 0 { (relation.firstPending, relation.answersBefore) = (time, answered) }
      relation.lastPending = time
      relation.pending.add(frame, user)
    }
  }

  private mutating func answer(_ packet: borrowing Dissection, isRefusal: Bool) {
    let (source, server) = (packet.destination.host, packet.source.host)
    answers.update(server, 0) { $0 &+= 1 }
    relations.update(Place(source: source, server: server), Relation()) { relation in
      relation.pending = Evidence()
      relation.wasRefused = isRefusal
    }
  }

  func findings() -> [SecurityFinding] {
    let floods = sources.entries.map { source, known in
      known.flood.finding(.flood, "\(source.addressText) sent more than 50 requests a second to a bootstrap server, for \(Self.seconds(known.flood.count))")
    }
    return floods + SecurityWords.leftOut(.flood, sources.leftOut) + relations.entries.compactMap { silence($0, $1) }.prefix(SecurityWords.subjectLimit)
  }

  /// Why the server seems to have banned this address; nil when it was never seen to answer, or was not asked often enough.
  private func silence(_ place: Place, _ relation: Relation) -> SecurityFinding? {
    let answered = answers[place.server] ?? 0
    guard relation.pending.count >= Self.enoughPending, relation.answersBefore > 0 else { return nil }
    if !relation.firstPending.isNone, relation.lastPending.nanoseconds &- relation.firstPending.nanoseconds < Self.enoughTime { return nil }
    let cause: String
    if relation.wasRefused {
      cause = "after a refusal"
    } else if sources[place.source] != nil {
      cause = "after a flood"
    } else if answered > relation.answersBefore {
      cause = "while it answered others"
    } else {
      return nil
    }
    let count = SecurityWords.count(relation.pending.count, "request")
    return relation.pending.finding(.serverSilent, "\(place.server.addressText) left \(count) of \(place.source.addressText) without an answer, \(cause)")
  }

  private static func seconds(_ count: UInt64) -> String { count == 1 ? "a second at least" : "about \(count) seconds" }
}
