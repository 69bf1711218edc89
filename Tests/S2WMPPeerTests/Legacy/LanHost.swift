import S2WMPCrypto
import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// A host of a `Lan` with one legacy peer, its store and its diary.
final class LanHost {
  let address: Endpoint
  let configuration: PeerConfiguration
  private(set) var peer: LegacyPeer
  private(set) var store: LanStore
  private(set) var events: [PeerEvent] = []
  private(set) var keyLog: [String] = []
  private(set) var hasStopped = false
  private let memory = Memory()

  /// Where connections of this host come from.
  var outgoing: Endpoint {
    var endpoint = address
    endpoint.port = 40_000
    return endpoint
  }

  var id: Identifier { peer.userID }

  /// `number` is the last byte of the address 10.0.0.x.
  convenience init(
    _ name: String, _ number: UInt32, key: LegacyKey, acceptance: PeerConfiguration.Acceptance = .auto, server: Endpoint? = nil,
    _ change: (inout PeerConfiguration) -> Void = { _ in }
  ) throws {
    var configuration = PeerConfiguration(name: name)
    configuration.acceptance = acceptance
    configuration.bootstrapServer = server
    configuration.discovers = false
    change(&configuration)
    let identity = LegacyIdentity(userID: LegacyIdentity.userID(from: Array(name.utf8)), key: key)
    try self.init(.ipv4(0x0a00_0000 | number, port: 5000), configuration, LanStore(identity))
  }

  init(_ address: Endpoint, _ configuration: PeerConfiguration, _ store: LanStore) throws {
    self.address = address
    self.configuration = configuration
    self.store = store
    memory.received = store.receivedKeys
    let surroundings = Surroundings(memory, seed: address.low)
    peer = try LegacyPeer(configuration: configuration, snapshot: store.snapshot, surroundings: surroundings)
  }

  /// The same host after `kill -9`: what it had stored is all that it knows.
  func restarted() throws -> LanHost { try LanHost(address, configuration, store) }

  func note(_ effect: PeerEffect) {
    switch effect {
    case .store(let change):
      store.apply(change)
      memory.received = store.receivedKeys
    case .event(let event): events.append(event)
    case .keyLog(let line): keyLog.append(line)
    case .stopped: hasStopped = true
    default: break
    }
  }

  // MARK: - What happened

  var texts: [String] {
    events.compactMap { if case .message(_, _, let text, _) = $0 { text } else { nil } }
  }

  var states: [String] {
    events.compactMap { if case .state(let name) = $0 { name } else { nil } }
  }

  var errorsSent: [UInt8] {
    events.compactMap { if case .rejected(let error, _, _) = $0 { error } else { nil } }
  }
}

/// What the peer asks; apart from the host, which the peer would otherwise keep alive.
private final class Surroundings: PeerSurroundings {
  private let memory: Memory
  private var generator: SeededGenerator

  init(_ memory: Memory, seed: UInt64) {
    self.memory = memory
    generator = SeededGenerator(state: seed)
  }

  func randomBytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) } }
  func listeningEndpoint(for asker: Endpoint) -> Endpoint? { nil }
  func hasAccepted(sender: Identifier, datetime: UInt64) -> Bool {
    memory.received.contains(LanStore.Key(from: sender, datetime: datetime))
  }
}

private final class Memory { var received: Set<LanStore.Key> = [] }
