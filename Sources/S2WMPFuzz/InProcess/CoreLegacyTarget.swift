import S2WMPCrypto
import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// Our own legacy peer core as a target, without sockets. What it answers on connections of its own counts for the connection that was sent on last.
public final class CoreLegacyTarget: CaseTarget {
  public let name = "in process"
  public let isHeard = false
  public let sources = 1
  public let restartsCheaply = true
  private let identity: LegacyIdentity
  private let surroundings = Surroundings()
  private var peer: LegacyPeer
  private var effects = PeerEffects()
  private var now = PeerTime(wall: 1_800_000_000_000, monotonic: 1_000_000_000)
  private var lines: [Line] = []
  private var current = 0
  private static let ours = Endpoint.ipv4(0x7f00_0002, port: 40_000)

  private struct Line {
    var id: ConnectionID?
    var ending = Ending.open
    var replies = 0
  }

  public init(_ identity: LegacyIdentity) throws {
    self.identity = identity
    peer = try Self.makePeer(identity, surroundings)
  }

  private static func makePeer(_ identity: LegacyIdentity, _ surroundings: Surroundings) throws(LegacyPeerError) -> LegacyPeer {
    var configuration = PeerConfiguration(name: "target")
    configuration.acceptance = .auto
    configuration.discovers = false
    var snapshot = PeerSnapshot(identities: [])
    snapshot.legacyIdentities = [identity]
    return try LegacyPeer(configuration: configuration, snapshot: snapshot, surroundings: surroundings)
  }

  public var spokenID: Identifier? { peer.userID }

  public func restart() throws(TargetFault) -> Bool {
    do throws(LegacyPeerError) { peer = try Self.makePeer(identity, surroundings) } catch { throw TargetFault(error.description) }
    surroundings.accepted.removeAll()
    lines.removeAll()
    return true
  }

  public func disconnect() {
    var seen = Observation()
    for line in lines { if let id = line.id, line.ending == .open { peer.receiveClosed(id, at: now, &effects) } }
    apply(&seen)
    lines.removeAll()
  }

  public func run(_ instance: Instance, into seen: inout Observation) {
    seen.reset()
    disconnect()
    for action in instance.actions where !seen.isLate { carryOut(action, instance.buffer, &seen) }
    for line in lines { seen.endings.append(line.ending) }
  }

  private func carryOut(_ action: Action, _ buffer: [UInt8], _ seen: inout Observation) {
    switch action {
    case .send(let range, let number):
      guard let id = open(number) else { return }
      buffer.withUnsafeBytes { peer.receiveBytes(UnsafeRawBufferPointer(rebasing: $0[range]), on: id, at: now, &effects) }
      apply(&seen)
    case .awaitReplies(let count, let number, let patience): wait(patience, number, &seen) { $0.replies >= count }
    case .awaitEnd(let number): wait(.reply, number, &seen) { $0.ending != .open }
    case .end(let number):
      guard let id = open(number) else { return }
      peer.receiveEnd(of: id, at: now, &effects)
      apply(&seen)
    case .reset(let number):
      if lines.indices.contains(number), let id = lines[number].id { peer.receiveClosed(id, at: now, &effects) }
      if lines.indices.contains(number) { lines[number] = Line() }
    case .datagram(let range):
      buffer.withUnsafeBytes { peer.receiveDatagram(UnsafeRawBufferPointer(rebasing: $0[range]), from: Self.ours, at: now, &effects) }
      apply(&seen)
    case .awaitDatagrams(let count): seen.isLate = seen.replies.count { $0.connection < 0 } < count
    case .source, .status, .pause: break
    }
  }

  private func open(_ number: Int) -> ConnectionID? {
    while lines.count <= number { lines.append(Line()) }
    current = number
    if let id = lines[number].id { return lines[number].ending == .open ? id : nil }
    lines[number].id = peer.receiveConnection(from: Self.ours, at: now, &effects)
    return lines[number].id
  }

  private func wait(_ patience: Patience, _ number: Int, _ seen: inout Observation, until isDone: (Line) -> Bool) {
    let end = now.monotonic + (patience == .stall ? .seconds(7) : .seconds(2))
    while lines.indices.contains(number), !isDone(lines[number]), let due = peer.nextDeadline, due <= end {
      now.monotonic = max(due, now.monotonic)
      peer.receiveTimeout(at: now, &effects)
      apply(&seen)
    }
    if lines.indices.contains(number), !isDone(lines[number]) {
      now.monotonic = end
      seen.isLate = true
    }
    now.wall = 1_800_000_000_000 + now.monotonic / 1_000_000
  }

  private func apply(_ seen: inout Observation) {
    var index = 0
    while index < effects.count {
      carryOut(effects[index], &seen)
      index += 1
    }
    effects.removeAll(keepingCapacity: true)
  }

  private func carryOut(_ effect: PeerEffect, _ seen: inout Observation) {
    var more = PeerEffects()
    switch effect {
    case .connect(let id, let destination) where destination.withoutPort == Self.ours.withoutPort: peer.receiveConnected(id, at: now, &more)
    case .connect(let id, _): peer.receiveConnectFailure(id, reason: "nobody listens in process", at: now, &more)
    case .send(_, let bytes):
      note(bytes, current, &seen)
      if lines.indices.contains(current) { lines[current].replies += 1 }
    case .close(let id):
      if let number = lines.firstIndex(where: { $0.id == id }) { lines[number].ending = .closed }
      peer.receiveClosed(id, at: now, &more)
    case .abort(let id): if let number = lines.firstIndex(where: { $0.id == id }) { lines[number].ending = .reset }
    case .datagram(let bytes, .endpoint): note(bytes, -1, &seen)
    case .store(.messageReceived(let sender, let datetime, _, _)): surroundings.accepted.insert(Surroundings.Name(sender: sender, datetime: datetime))
    default: break
    }
    effects += more
  }

  private func note(_ bytes: [UInt8], _ number: Int, _ seen: inout Observation) {
    let isPacket = bytes.withUnsafeBytes { Framer.datagram($0, .legacy) } == .packet
    bytes.withUnsafeBytes { seen.note($0, connection: number, at: 0, isGarbage: !isPacket) }
  }

  private final class Surroundings: PeerSurroundings {
    struct Name: Hashable {
      var sender: Identifier
      var datetime: UInt64
    }

    var accepted: Set<Name> = []
    private var random = SeededRandom(seed: 1)

    func randomBytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
    func listeningEndpoint(for asker: Endpoint) -> Endpoint? { nil }
    func hasAccepted(sender: Identifier, datetime: UInt64) -> Bool { accepted.contains(Name(sender: sender, datetime: datetime)) }
  }
}

extension Endpoint {
  /// The address alone.
  var withoutPort: Endpoint { Endpoint(high: high, low: low, port: 0, isIPv4: isIPv4) }
}
