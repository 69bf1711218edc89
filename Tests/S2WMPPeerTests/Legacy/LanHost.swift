import S2WMPCrypto
import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// A host of a `Lan` with one legacy peer, its store and its diary.
final class LanHost {
  let address: Endpoint
  let configuration: PeerConfiguration
  private(set) var peer: LegacyPeer
  let store: StoreRecord
  private(set) var events: [PeerEvent] = []
  private(set) var keyLog: [String] = []
  private(set) var hasStopped = false

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
    var snapshot = PeerSnapshot(identities: [])
    snapshot.legacyIdentities = [identity]
    try self.init(.ipv4(0x0a00_0000 | number, port: 5000), configuration, StoreRecord(snapshot))
  }

  init(_ address: Endpoint, _ configuration: PeerConfiguration, _ store: StoreRecord) throws {
    self.address = address
    self.configuration = configuration
    self.store = store
    let surroundings = Surroundings(store, seed: address.low)
    peer = try LegacyPeer(configuration: configuration, snapshot: store.snapshot, surroundings: surroundings)
  }

  /// The same host after `kill -9`: what it had stored is all that it knows.
  func restarted() throws -> LanHost { try LanHost(address, configuration, store) }

  func note(_ effect: PeerEffect) {
    switch effect {
    case .store(let change): store.apply(change)
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
  private let store: StoreRecord
  private var generator: SeededGenerator

  init(_ store: StoreRecord, seed: UInt64) {
    self.store = store
    generator = SeededGenerator(state: seed)
  }

  func randomBytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) } }
  func listeningEndpoint(for asker: Endpoint) -> Endpoint? { nil }
  func hasAccepted(sender: Identifier, datetime: UInt64) -> Bool { store.hasAccepted(sender, datetime) }
}
