import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

@testable import S2WMPPeer

/// How bad the network is, in cases of a thousand.
struct Weather {
  var datagramLoss = 0
  var datagramDuplication = 0
  /// A byte of a piece of a stream is changed.
  var corruption = 0
  /// A connection breaks while a piece is under way.
  var breaks = 0
  /// The process dies between two of its effects.
  var crashes = 0
  /// Longest delay of a piece or a datagram, milliseconds.
  var delay: UInt64 = 20

  static let calm = Weather()
  static let storm = Weather(datagramLoss: 200, datagramDuplication: 100, corruption: 15, breaks: 40, crashes: 4, delay: 400)
}

/// Peers, a bootstrap server and what lies between them, on a clock of their own. A seed repeats everything.
final class VirtualNetwork {
  private struct Appointment {
    var time: UInt64
    var order: UInt64
    var action: () -> Void
  }

  var random: SeededRandom
  var weather: Weather
  private(set) var monotonic: UInt64 = 1_000_000_000
  private var appointments: [Appointment] = []
  private var order: UInt64 = 0
  private(set) var nodes: [VirtualNode] = []
  /// The bootstrap server's entries; nil while there is no server.
  var registrations: [Identifier: Endpoint]?
  /// What the server says to the next registrations.
  var nextStatuses: [UInt8] = []
  static let server = Endpoint.ipv4(0x0a00_00fe, port: 5005)

  init(seed: UInt64, weather: Weather = .calm) {
    random = SeededRandom(seed: seed)
    self.weather = weather
  }

  @discardableResult func add(_ identity: Identity, name: String, configure: (inout PeerConfiguration) -> Void = { _ in }) -> VirtualNode {
    var configuration = PeerConfiguration(name: name)
    configuration.acceptance = .auto
    configure(&configuration)
    let address = Endpoint.ipv4(0x0a00_0001 + UInt32(nodes.count), port: 5000)
    let node = VirtualNode(self, address, configuration, StoreRecord(identity))
    nodes.append(node)
    return node
  }

  func later(_ delay: UInt64, _ action: @escaping () -> Void) {
    order += 1
    appointments.append(Appointment(time: monotonic + delay, order: order, action: action))
  }

  var someDelay: UInt64 { .milliseconds(UInt64.random(in: 1...max(1, weather.delay), using: &random)) }

  /// Runs everything that happens in that time.
  func run(_ nanoseconds: UInt64) {
    let end = monotonic + nanoseconds
    while true {
      let next = appointments.indices.min { (appointments[$0].time, appointments[$0].order) < (appointments[$1].time, appointments[$1].order) }
      let timer = nodes.filter { $0.deadline != nil }.min { ($0.deadline ?? 0) < ($1.deadline ?? 0) }
      let due = min(next.map { appointments[$0].time } ?? .max, timer?.deadline ?? .max)
      guard due <= end else { break }
      monotonic = max(monotonic, due)
      if let next, appointments[next].time == due { appointments.remove(at: next).action() } else { timer?.timeOut() }
    }
    monotonic = end
  }

  func node(at endpoint: Endpoint) -> VirtualNode? { nodes.first { $0.address == endpoint } }

  func datagram(_ bytes: [UInt8], from source: VirtualNode, to destination: DatagramDestination) {
    switch destination {
    case .endpoint(Self.server): deliver { self.serve(bytes, source.address) }
    case .endpoint(let endpoint): node(at: endpoint).map { target in deliver { target.receive(bytes, from: source.address) } }
    case .peers: for target in nodes { deliver { target.receive(bytes, from: source.address) } }
    case .servers: deliver { self.serve(bytes, source.address) }
    }
  }

  private func deliver(_ action: @escaping () -> Void) {
    if random.happens(perMille: weather.datagramLoss) { return }
    later(someDelay, action)
    if random.happens(perMille: weather.datagramDuplication) { later(someDelay, action) }
  }

  /// A bootstrap server in a few lines: what it has to be for a peer (S2WMP wire format, section 6.2).
  private func serve(_ bytes: [UInt8], _ source: Endpoint) {
    guard registrations != nil, let answer = try? serverAnswer(bytes, source), let target = node(at: source) else { return }
    deliver { target.receive(answer, from: Self.server) }
  }

  private func serverAnswer(_ bytes: [UInt8], _ source: Endpoint) throws -> [UInt8]? {
    try bytes.withUnsafeBytes { buffer -> [UInt8]? in
      guard let packet = PacketView(buffer, .v1) else { return nil }
      switch packet.type {
      case .registration:
        let status = nextStatuses.isEmpty ? 0 : nextStatuses.removeFirst()
        if status == 0 { registrations?[packet[Registration.userID]] = source }
        return try Build.registered(status, to: bytes)
      case .idChange:
        registrations?[packet[IDChange.userID]] = nil
        registrations?[packet[IDChange.newID]] = source
        return try Build.registered(0, to: bytes)
      case .lookup:
        let found = registrations?[packet[Lookup.lookupID]]
        return try Build.lookupResponse(.lookupResponse, to: bytes, status: found == nil ? 1 : 0, endpoint: found)
      case .broadcastServer:
        return try Build.lookupResponse(.broadcastServerResponse, to: bytes, lookupID: Identifier(high: 1, low: 2), endpoint: Self.server)
      default: return nil
      }
    }
  }
}
