import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// A local network on a virtual clock: hosts with legacy peers, TCP connections and datagrams that are late, lost and doubled as `weather` says.
final class Lan {
  /// Of a thousand.
  struct Weather {
    /// Connections refused, datagrams dropped.
    var loss = 0
    /// Connections reset after the packet left and before it arrived.
    var resets = 0
    /// Datagrams that arrive twice, packets that somebody replays on a connection from the same address.
    var duplicates = 0
    /// Nanoseconds of delay at most.
    var delay: UInt64 = .milliseconds(1)
  }

  var weather = Weather()
  private(set) var hosts: [UInt64: LanHost] = [:]
  private(set) var time = PeerTime(wall: 1_795_527_720_000, monotonic: 1)
  private var generator: SeededGenerator
  private var pending: [(at: UInt64, order: Int, action: () -> Void)] = []
  private var order = 0
  private var links: [LinkEnd: Link] = [:]
  /// Every packet that was sent over TCP, and every datagram.
  private(set) var packets: [[UInt8]] = []
  private(set) var datagrams: [(bytes: [UInt8], from: Endpoint, to: Endpoint)] = []

  init(seed: UInt64 = 1) { generator = SeededGenerator(state: seed) }

  private struct LinkEnd: Hashable {
    let host: UInt64
    let connection: ConnectionID
  }

  private final class Link {
    let other: LinkEnd
    var lastArrival: UInt64 = 0
    var isClosed = false
    init(_ other: LinkEnd) { self.other = other }
  }

  func add(_ host: LanHost) {
    hosts[host.address.low] = host
    perform(host) { $0.start(at: $1, &$2) }
  }

  /// Takes a host off the network: nothing reaches it any more.
  func remove(_ host: LanHost) {
    hosts[host.address.low] = nil
    links = links.filter { $0.key.host != host.address.low }
  }

  /// A call into a host's peer, and what it wants done.
  func perform(_ host: LanHost, _ call: (any PeerMachine, PeerTime, inout PeerEffects) -> Void) {
    guard hosts[host.address.low] === host else { return }
    var effects = PeerEffects()
    call(host.peer, time, &effects)
    for effect in effects { carryOut(effect, of: host) }
  }

  func command(_ host: LanHost, _ command: PeerCommand) { perform(host) { $0.perform(command, at: $1, &$2) } }

  /// Bytes that a stranger sends on a connection of its own, in pieces; the stranger never closes unless told.
  func inject(_ pieces: [[UInt8]], from remote: Endpoint, to host: LanHost, thenEnd: Bool = true) {
    var connection: ConnectionID?
    perform(host) { connection = $0.receiveConnection(from: remote, at: $1, &$2) }
    guard let connection else { return }
    for piece in pieces {
      perform(host) { peer, now, effects in piece.withUnsafeBytes { peer.receiveBytes($0, on: connection, at: now, &effects) } }
    }
    if thenEnd { perform(host) { $0.receiveEnd(of: connection, at: $1, &$2) } }
  }

  func deliver(_ datagram: [UInt8], from remote: Endpoint, to host: LanHost) {
    perform(host) { peer, now, effects in datagram.withUnsafeBytes { peer.receiveDatagram($0, from: remote, at: now, &effects) } }
  }

  // MARK: - The clock

  /// Lets everything happen that happens within that time.
  func run(_ duration: UInt64) {
    let end = time.monotonic + duration
    while let next = nextMoment, next <= end {
      advance(to: next)
      if let index = pending.indices.min(by: { (pending[$0].at, pending[$0].order) < (pending[$1].at, pending[$1].order) }),
        pending[index].at <= next
      {
        pending.remove(at: index).action()
      } else {
        for host in hosts.values where host.peer.nextDeadline.map({ $0 <= next }) ?? false {
          perform(host) { $0.receiveTimeout(at: $1, &$2) }
        }
      }
    }
    advance(to: end)
  }

  private var nextMoment: UInt64? { (pending.map(\.at) + hosts.values.compactMap(\.peer.nextDeadline)).min() }

  private func advance(to moment: UInt64) {
    guard moment > time.monotonic else { return }
    time.wall += (moment - time.monotonic) / 1_000_000
    time.monotonic = moment
  }

  private func later(_ action: @escaping () -> Void) -> UInt64 {
    let at = time.monotonic + UInt64.random(in: 0...weather.delay, using: &generator)
    schedule(at, action)
    return at
  }

  private func schedule(_ at: UInt64, _ action: @escaping () -> Void) {
    order += 1
    pending.append((at, order, action))
  }

  private func happens(_ perMille: Int) -> Bool { Int.random(in: 0..<1000, using: &generator) < perMille }

  // MARK: - Effects

  private func carryOut(_ effect: PeerEffect, of host: LanHost) {
    switch effect {
    case .connect(let connection, let endpoint): connect(host, connection, endpoint)
    case .send(let connection, let bytes): transfer(bytes, LinkEnd(host: host.address.low, connection: connection))
    case .close(let connection), .abort(let connection): close(LinkEnd(host: host.address.low, connection: connection))
    case .datagram(let bytes, let destination): send(bytes, from: host, to: destination)
    default: host.note(effect)
    }
  }

  private func connect(_ host: LanHost, _ connection: ConnectionID, _ endpoint: Endpoint) {
    let refused = happens(weather.loss)
    _ = later { [self] in
      let target = hosts[endpoint.low]
      var accepted: ConnectionID?
      if let target, endpoint.port == target.address.port, !refused {
        perform(target) { accepted = $0.receiveConnection(from: host.outgoing, at: $1, &$2) }
      }
      guard let accepted, let target else {
        return perform(host) { $0.receiveConnectFailure(connection, reason: "connection refused", at: $1, &$2) }
      }
      let (near, far) = (
        LinkEnd(host: host.address.low, connection: connection), LinkEnd(host: target.address.low, connection: accepted)
      )
      links[near] = Link(far)
      links[far] = Link(near)
      perform(host) { $0.receiveConnected(connection, at: $1, &$2) }
    }
  }

  private func transfer(_ bytes: [UInt8], _ end: LinkEnd) {
    guard let link = links[end] else { return }
    packets.append(bytes)
    if happens(weather.resets) { return reset(end) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Int.random(in: 1...rest.count, using: &generator)
      let piece = Array(rest.prefix(count))
      rest = rest.dropFirst(count)
      inOrder(link) { lan, host in
        lan.perform(host) { peer, now, effects in piece.withUnsafeBytes { peer.receiveBytes($0, on: link.other.connection, at: now, &effects) } }
      }
    }
    if happens(weather.duplicates), let from = hosts[end.host], let to = hosts[link.other.host] {
      _ = later { [self] in inject([bytes], from: from.outgoing, to: to) }
    }
  }

  private func close(_ end: LinkEnd) {
    guard let link = links[end], !link.isClosed else { return }
    link.isClosed = true
    inOrder(link) { lan, host in
      lan.perform(host) { $0.receiveEnd(of: link.other.connection, at: $1, &$2) }
      if lan.links[link.other]?.isClosed ?? true { lan.reset(end) }
    }
  }

  private func reset(_ end: LinkEnd) {
    guard let link = links[end] else { return }
    links[end] = nil
    links[link.other] = nil
    for gone in [end, link.other] {
      _ = later { [self] in
        if let host = hosts[gone.host] { perform(host) { $0.receiveClosed(gone.connection, at: $1, &$2) } }
      }
    }
  }

  private func inOrder(_ link: Link, _ action: @escaping (Lan, LanHost) -> Void) {
    let at = max(link.lastArrival, time.monotonic + UInt64.random(in: 0...weather.delay, using: &generator))
    link.lastArrival = at
    schedule(at) { [self] in
      if links[link.other] != nil, let host = hosts[link.other.host] { action(self, host) }
    }
  }

  private func send(_ bytes: [UInt8], from host: LanHost, to destination: DatagramDestination) {
    var source = host.address
    source.port = host.address.port
    let targets: [LanHost]
    switch destination {
    case .endpoint(let endpoint):
      datagrams.append((bytes, source, endpoint))
      targets = hosts[endpoint.low].map { [$0] } ?? []
    case .peers:
      datagrams.append((bytes, source, .ipv4(0xffff_ffff, port: 5001)))
      targets = hosts.values.sorted { $0.address.low < $1.address.low }
    case .servers: targets = []
    }
    for target in targets where !happens(weather.loss) {
      for _ in 0..<(happens(weather.duplicates) ? 2 : 1) { _ = later { [self] in deliver(bytes, from: source, to: target) } }
    }
  }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
