import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

@testable import S2WMPPeer

/// One host: a peer, its store, its sockets. It can die and come back with nothing but its store.
final class VirtualNode: PeerSurroundings {
  private unowned let network: VirtualNetwork
  let address: Endpoint
  let configuration: PeerConfiguration
  let store: StoreRecord
  private(set) var peer: Peer?
  private(set) var events: [PeerEvent] = []
  private var links: [ConnectionID: VirtualLink] = [:]
  private(set) var deaths = 0
  /// It died while it carried out a command.
  private(set) var hasDiedAtCommand = false
  private var isCommanded = false
  var rules: () -> PeerRules = { PeerRules() }

  init(_ network: VirtualNetwork, _ address: Endpoint, _ configuration: PeerConfiguration, _ store: StoreRecord) {
    (self.network, self.address, self.configuration, self.store) = (network, address, configuration, store)
  }

  var userID: Identifier { store.identities[0].userID }
  var deadline: UInt64? { peer?.nextDeadline }
  private var now: PeerTime { PeerTime(wall: 1_700_000_000_000 + network.monotonic / 1_000_000, monotonic: network.monotonic) }

  func randomBytes(_ count: Int) -> [UInt8] { network.random.bytes(count) }
  func listeningEndpoint(for asker: Endpoint) -> Endpoint? { address }
  func hasAccepted(sender: Identifier, datetime: UInt64) -> Bool { store.hasAccepted(sender, datetime) }
  func latestAccepted(sender: Identifier, limit: Int) -> [UInt64]? { store.received[sender]?.sorted().suffix(limit) ?? [] }

  func start() {
    guard peer == nil else { return }
    peer = Peer(configuration: configuration, snapshot: store.snapshot, surroundings: self, rules: rules())
    call { $0.start(at: $1, &$2) }
  }

  /// Everything but the store is gone at once.
  func die() {
    peer = nil
    deaths += 1
    for link in links.values { link.breakOff(except: self) }
    links = [:]
  }

  func perform(_ command: PeerCommand) {
    isCommanded = true
    call { $0.perform(command, at: $1, &$2) }
    isCommanded = false
  }

  func timeOut() { call { $0.receiveTimeout(at: $1, &$2) } }

  func receive(_ bytes: [UInt8], from remote: Endpoint) {
    bytes.withUnsafeBytes { buffer in call { $0.receiveDatagram(buffer, from: remote, at: $1, &$2) } }
  }

  // What links say.

  func accept(_ link: VirtualLink, from remote: Endpoint) -> ConnectionID? {
    var id: ConnectionID?
    call { id = $0.receiveConnection(from: remote, at: $1, &$2) }
    if let id, peer != nil { links[id] = link }
    return peer == nil ? nil : id
  }

  func opened(_ id: ConnectionID) { call { $0.receiveConnected(id, at: $1, &$2) } }

  func failed(_ id: ConnectionID) {
    links[id] = nil
    call { $0.receiveConnectFailure(id, reason: "refused", at: $1, &$2) }
  }

  func bytes(_ bytes: [UInt8], on id: ConnectionID) {
    bytes.withUnsafeBytes { buffer in call { $0.receiveBytes(buffer, on: id, at: $1, &$2) } }
  }

  func end(_ id: ConnectionID) { call { $0.receiveEnd(of: id, at: $1, &$2) } }

  func closed(_ id: ConnectionID) {
    links[id] = nil
    call { $0.receiveClosed(id, at: $1, &$2) }
  }

  private func call(_ body: (Peer, PeerTime, inout PeerEffects) -> Void) {
    guard let peer else { return }
    var effects: PeerEffects = []
    body(peer, now, &effects)
    for effect in effects {
      if network.random.happens(perMille: network.weather.crashes) {
        die()
        if isCommanded { hasDiedAtCommand = true }
        network.later(.seconds(UInt64.random(in: 1...5, using: &network.random))) { self.start() }
        return
      }
      carryOut(effect)
    }
  }

  private func carryOut(_ effect: PeerEffect) {
    switch effect {
    case .connect(let id, let endpoint): links[id] = VirtualLink(network, from: self, id, to: endpoint)
    case .send(let id, let bytes): links[id]?.send(bytes, from: self)
    case .close(let id): links[id]?.close(from: self)
    case .abort(let id): links.removeValue(forKey: id)?.breakOff(except: self)
    case .datagram(let bytes, let destination): network.datagram(bytes, from: self, to: destination)
    case .store(let change): store.apply(change)
    case .event(let event): events.append(event)
    case .makeIdentity:
      let deaths = deaths
      network.later(.milliseconds(50)) {
        guard deaths == self.deaths else { return }
        self.call { $0.receiveIdentity(try? Identity.generate(suite: .dh, group: .x25519), at: $1, &$2) }
      }
    case .keyLog, .stopped, .crash: break
    }
  }
}

/// One TCP connection: in order, both ways, until it breaks.
final class VirtualLink {
  private struct Side {
    let node: VirtualNode
    var id: ConnectionID
    var hasClosed = false
    /// When the last piece for this side arrives: none overtakes another.
    var arrival: UInt64 = 0
  }

  private unowned let network: VirtualNetwork
  private var sides: [Side] = []
  private var isBroken = false

  init(_ network: VirtualNetwork, from node: VirtualNode, _ id: ConnectionID, to endpoint: Endpoint) {
    self.network = network
    sides = [Side(node: node, id: id)]
    network.later(network.someDelay) { self.reach(endpoint) }
  }

  private func reach(_ endpoint: Endpoint) {
    guard !isBroken else { return }
    let caller = sides[0]
    guard let target = network.node(at: endpoint), target.peer != nil, let id = target.accept(self, from: caller.node.address) else {
      isBroken = true
      return network.later(network.someDelay) { caller.node.failed(caller.id) }
    }
    sides.append(Side(node: target, id: id))
    network.later(network.someDelay) { if !self.isBroken { caller.node.opened(caller.id) } }
  }

  /// Cut anywhere, sometimes damaged, sometimes the end of the connection.
  func send(_ bytes: [UInt8], from node: VirtualNode) {
    guard let to = other(than: node) else { return }
    var rest = bytes[...]
    while !rest.isEmpty {
      var piece = Array(rest.prefix(Int.random(in: 1...200, using: &network.random)))
      rest = rest.dropFirst(piece.count)
      if network.random.happens(perMille: network.weather.corruption) {
        piece[Int.random(in: 0..<piece.count, using: &network.random)] ^= UInt8.random(in: 1...255, using: &network.random)
      }
      let breaks = network.random.happens(perMille: network.weather.breaks)
      arrive(at: to) {
        if breaks { self.breakOff(except: nil) } else { self.sides[to].node.bytes(piece, on: self.sides[to].id) }
      }
    }
  }

  func close(from node: VirtualNode) {
    guard let from = sides.firstIndex(where: { $0.node === node }), !isBroken else { return }
    sides[from].hasClosed = true
    guard let to = other(than: node) else { return breakOff(except: nil) }
    arrive(at: to) { self.sides[to].node.end(self.sides[to].id) }
    if sides[to].hasClosed {
      arrive(at: to) { self.breakOff(except: nil) }
    } else {
      network.later(.seconds(1)) { self.breakOff(except: nil) }
    }
  }

  /// Both sides learn that it is gone. `except` knows already.
  func breakOff(except node: VirtualNode?) {
    guard !isBroken else { return }
    isBroken = true
    for side in sides where side.node !== node {
      network.later(network.someDelay) { side.node.closed(side.id) }
    }
  }

  private func other(than node: VirtualNode) -> Int? {
    guard !isBroken, sides.count == 2 else { return nil }
    return sides[0].node === node ? 1 : 0
  }

  private func arrive(at side: Int, _ action: @escaping () -> Void) {
    let time = max(network.monotonic + network.someDelay, sides[side].arrival + 1)
    sides[side].arrival = time
    network.later(time - network.monotonic) { if !self.isBroken { action() } }
  }
}
