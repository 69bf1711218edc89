import S2WMPCrypto
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPPeer

/// One peer on a table: bytes go in by hand, everything that comes out is kept.
final class Bench: PeerSurroundings {
  static let start: UInt64 = 1_700_000_000_000
  static let stranger = Endpoint.ipv4(0x0a00_0042, port: 40_000)
  static let home = Endpoint.ipv4(0x0a00_0001, port: 5000)

  let store: StoreRecord
  private(set) var peer: Peer!
  private var random = SeededRandom(seed: 7)
  var now = PeerTime(wall: Bench.start, monotonic: 1)
  /// Everything since the last `take`.
  private(set) var effects: PeerEffects = []
  private(set) var hasCrashed = false

  /// A peer that is on its way through life already.
  convenience init(
    _ identity: Identity = Keys.alice, friends: [Identity] = [Keys.bob], rules: PeerRules = PeerRules(),
    configure: (inout PeerConfiguration) -> Void = { _ in }
  ) {
    var snapshot = PeerSnapshot(identities: [identity])
    for friend in friends {
      snapshot.friends.append(
        FriendRecord(id: friend.userID, name: "friend", publicKey: friend.publicKey, address: nil, knowsUsAs: identity.userID))
    }
    self.init(snapshot: snapshot, rules: rules, configure: configure)
    call { peer.start(at: now, &$0) }
    _ = take()
  }

  /// A peer that was not started yet. `received`: a store whose received messages this one's store has as well.
  init(
    snapshot: PeerSnapshot, received: StoreRecord? = nil, rules: PeerRules = PeerRules(), configure: (inout PeerConfiguration) -> Void = { _ in }
  ) {
    store = received ?? StoreRecord(snapshot)
    var configuration = PeerConfiguration(name: "alice")
    configuration.discovers = false
    configure(&configuration)
    peer = Peer(configuration: configuration, snapshot: snapshot, surroundings: self, rules: rules)
  }

  func randomBytes(_ count: Int) -> [UInt8] { random.bytes(count) }
  func listeningEndpoint(for asker: Endpoint) -> Endpoint? { Self.home }
  func hasAccepted(sender: Identifier, datetime: UInt64) -> Bool { store.hasAccepted(sender, datetime) }
  func latestAccepted(sender: Identifier, limit: Int) -> [UInt64]? { store.received[sender]?.sorted().suffix(limit) ?? [] }

  func call(_ body: (inout PeerEffects) -> Void) {
    var new: PeerEffects = []
    body(&new)
    for effect in new {
      if case .store(let change) = effect { store.apply(change) }
      if case .crash = effect { hasCrashed = true }
    }
    effects += new
  }

  func connect(from remote: Endpoint = Bench.stranger) -> ConnectionID {
    var id: ConnectionID?
    call { id = peer.receiveConnection(from: remote, at: now, &$0) }
    return id ?? ConnectionID(rawValue: .max)
  }

  func feed(_ bytes: [UInt8], on connection: ConnectionID) {
    bytes.withUnsafeBytes { buffer in call { peer.receiveBytes(buffer, on: connection, at: now, &$0) } }
  }

  /// One byte a call.
  func trickle(_ bytes: [UInt8], on connection: ConnectionID) {
    for byte in bytes { feed([byte], on: connection) }
  }

  func end(_ connection: ConnectionID) { call { peer.receiveEnd(of: connection, at: now, &$0) } }
  func connected(_ connection: ConnectionID) { call { peer.receiveConnected(connection, at: now, &$0) } }
  func refused(_ connection: ConnectionID) { call { peer.receiveConnectFailure(connection, reason: "refused", at: now, &$0) } }
  func closed(_ connection: ConnectionID) { call { peer.receiveClosed(connection, at: now, &$0) } }
  func perform(_ command: PeerCommand) { call { peer.perform(command, at: now, &$0) } }
  func identity(_ identity: Identity?) { call { peer.receiveIdentity(identity, at: now, &$0) } }

  func datagram(_ bytes: [UInt8], from remote: Endpoint = Bench.stranger) {
    bytes.withUnsafeBytes { buffer in call { peer.receiveDatagram(buffer, from: remote, at: now, &$0) } }
  }

  /// Lets time pass, with every timer that falls due meanwhile.
  func pass(_ nanoseconds: UInt64) {
    let end = now.monotonic + nanoseconds
    while let due = peer.nextDeadline, due <= end {
      advance(to: due)
      call { peer.receiveTimeout(at: now, &$0) }
    }
    advance(to: end)
  }

  private func advance(to monotonic: UInt64) {
    guard monotonic > now.monotonic else { return }
    now.wall += (monotonic - now.monotonic) / 1_000_000
    now.monotonic = monotonic
  }

  func take() -> PeerEffects {
    defer { effects = [] }
    return effects
  }
}

extension PeerEffects {
  /// What was sent on a connection, as one run of bytes.
  func sent(on connection: ConnectionID) -> [UInt8] {
    reduce(into: [UInt8]()) { all, effect in
      if case .send(connection, let bytes) = effect { all.append(contentsOf: bytes) }
    }
  }

  /// Packets sent on a connection, in order.
  func packets(on connection: ConnectionID) -> [[UInt8]] {
    var (rest, packets): ([UInt8], [[UInt8]]) = (sent(on: connection), [])
    while !rest.isEmpty {
      guard case .framed(let length) = rest.withUnsafeBytes({ Framer.frame($0, .v1) }) else { return packets + [rest] }
      packets.append([UInt8](rest[..<length]))
      rest.removeFirst(length)
    }
    return packets
  }

  var events: [PeerEvent] {
    compactMap { effect in
      if case .event(let event) = effect { return event }
      return nil
    }
  }

  var states: [String] {
    events.compactMap { event in
      if case .state(let name) = event { return name }
      return nil
    }
  }

  var messages: [String] {
    events.compactMap { event in
      if case .message(_, _, let text, _) = event { return text }
      return nil
    }
  }

  var connects: [(ConnectionID, Endpoint)] {
    compactMap { effect in
      if case .connect(let id, let endpoint) = effect { return (id, endpoint) }
      return nil
    }
  }

  var datagrams: [([UInt8], DatagramDestination)] {
    compactMap { effect in
      if case .datagram(let bytes, let destination) = effect { return (bytes, destination) }
      return nil
    }
  }

  var keyLog: [String] {
    compactMap { effect in
      if case .keyLog(let line) = effect { return line }
      return nil
    }
  }

  func closes(_ connection: ConnectionID) -> Bool {
    contains { effect in
      if case .close(connection) = effect { return true }
      return false
    }
  }

  func aborts(_ connection: ConnectionID) -> Bool {
    contains { effect in
      if case .abort(connection) = effect { return true }
      return false
    }
  }

  var makesIdentity: Bool {
    contains { effect in
      if case .makeIdentity = effect { return true }
      return false
    }
  }
}
