import S2WMPFlow
import S2WMPWire

/// What happens around bootstrap servers.
struct BootstrapLedger {
  private struct Edge: Hashable {
    var from: Identifier
    var to: Identifier
  }

  private(set) var facts = BootstrapFacts()
  private var places: [Edge: Int] = [:]
  private let limits: SurveyLimits

  init(_ limits: SurveyLimits) { self.limits = limits }

  mutating func noteRegistration() { facts.registrations &+= 1 }

  mutating func noteRegistrationResponse(isAccepted: Bool) {
    if isAccepted { facts.registrationsAccepted &+= 1 } else { facts.registrationsRefused &+= 1 }
  }

  mutating func noteLookupResponse(isFound: Bool) {
    if isFound { facts.found &+= 1 } else { facts.notFound &+= 1 }
  }

  mutating func noteUnanswered(_ type: PacketType) {
    if type == .registration || type == .lookup || type == .broadcastServer { facts.unanswered &+= 1 }
  }

  mutating func noteLookup(_ from: Identifier, _ to: Identifier, _ file: Int, _ frame: UInt64) {
    facts.lookups &+= 1
    if from.isZero || to.isZero { return }
    let edge = Edge(from: from, to: to)
    if let place = places[edge] {
      facts.interests[place].count &+= 1
    } else if facts.interests.count < limits.interests {
      places[edge] = facts.interests.count
      facts.interests.append(BootstrapFacts.Interest(from: from, to: to, count: 1, file: file, firstFrame: frame))
    } else {
      facts.interestsLeftOut &+= 1
    }
  }

  /// An endpoint that a request went to counts when its port is a server's.
  mutating func noteAsked(_ endpoint: Endpoint) {
    if endpoint.port == DefaultPort.bootstrap { noteServer(endpoint) }
  }

  mutating func noteServer(_ endpoint: Endpoint) {
    if facts.servers.complete(with: endpoint) { return }
    if facts.servers.count < limits.servers { facts.servers.append(endpoint) } else { facts.areServersCut = true }
  }
}

extension Array where Element == Endpoint {
  /// Whether an endpoint says nothing new. Port 0, which stands for "not known", says nothing new of an address that is there; an address that is
  /// there with port 0 gets its port.
  mutating func complete(with endpoint: Endpoint) -> Bool {
    guard let same = firstIndex(where: { $0.isSameHost(endpoint) && ($0.port == endpoint.port || $0.port == 0 || endpoint.port == 0) }) else {
      return false
    }
    if self[same].port == 0 { self[same].port = endpoint.port }
    return true
  }
}

extension Endpoint {
  func isSameHost(_ other: Endpoint) -> Bool { high == other.high && low == other.low && isIPv4 == other.isIPv4 }

  /// The same address, its port not known.
  var host: Endpoint { Endpoint(high: high, low: low, port: 0, isIPv4: isIPv4) }
}
