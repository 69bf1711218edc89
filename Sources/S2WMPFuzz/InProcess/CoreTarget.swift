import S2WMPCrypto
import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// Our own peer core as a target, without sockets: calls in, effects out, on a clock of its own.
public final class CoreTarget: CaseTarget {
  public let name = "in process"
  public let isHeard = true
  public let sources = 1
  public let restartsCheaply = true
  public let identity: Identity
  private let defect: PlantedDefect?
  private let surroundings = CoreSurroundings()
  private var peer: Peer
  private var effects = PeerEffects()
  private var now = PeerTime(wall: 1_800_000_000_000, monotonic: 1_000_000_000)
  private var connections: [Line] = []
  private var isDead = false
  private let readTimeout: UInt64 = .seconds(5)
  private static let remote = Endpoint.ipv4(0x7f00_0002, port: 40_000)

  /// One connection, by the case's number.
  private struct Line {
    var id: ConnectionID?
    var ending = Ending.open
    /// Bytes that are no whole packet yet.
    var unframed: [UInt8] = []
    var replies = 0
  }

  public init(identity: Identity, defect: PlantedDefect? = nil) {
    self.identity = identity
    self.defect = defect
    peer = Self.makePeer(identity, defect, surroundings)
    begin()
  }

  private static func makePeer(_ identity: Identity, _ defect: PlantedDefect?, _ surroundings: CoreSurroundings) -> Peer {
    var configuration = PeerConfiguration(name: "target")
    configuration.acceptance = .auto
    configuration.discovers = false
    // Nobody reads why.
    configuration.tellsRefusals = false
    return Peer(
      configuration: configuration, snapshot: PeerSnapshot(identities: [identity]), surroundings: surroundings, rules: defect?.rules ?? PeerRules())
  }

  private func begin() {
    var seen = Observation()
    peer.start(at: now, &effects)
    apply(&seen)
  }

  public func restart() -> Bool {
    peer = Self.makePeer(identity, defect, surroundings)
    surroundings.accepted.removeAll()
    connections.removeAll()
    isDead = false
    begin()
    return true
  }

  public func disconnect() {
    var seen = Observation()
    for index in connections.indices { drop(index, &seen) }
    connections.removeAll()
  }

  public func run(_ instance: Instance, into seen: inout Observation) {
    seen.reset()
    prepare(instance, &seen)
    let began = now.monotonic
    loop: for action in instance.actions {
      if isDead { break }
      switch action {
      case .send(let range, let number): send(instance.buffer, range, number, &seen)
      case .awaitReplies(let count, let number, let patience):
        guard wait(patience, &seen, for: .replies(count, number)) else {
          // Idling is over, or an answer to a stall did not come: what stands behind tells which.
          if patience == .stall { continue }
          seen.isLate = true
          break loop
        }
      case .awaitEnd(let number):
        guard wait(.reply, &seen, for: .end(number)) else {
          seen.isLate = true
          break loop
        }
      case .end(let number): finish(number, &seen)
      case .reset(let number): drop(number, &seen)
      case .source: break
      case .datagram(let range): datagram(instance.buffer, range, &seen)
      case .awaitDatagrams(let count):
        guard wait(.reply, &seen, for: .datagrams(count)) else {
          seen.isLate = true
          break loop
        }
      case .status(let status): command(status, &seen)
      }
    }
    seen.duration = now.monotonic - began
    for line in connections { seen.endings.append(line.ending) }
  }

  private func prepare(_ instance: Instance, _ seen: inout Observation) {
    if connections.first?.ending != .open || instance.isFresh || connections.first?.unframed.isEmpty == false { disconnect() }
    while connections.count > 1 {
      drop(connections.count - 1, &seen)
      connections.removeLast()
    }
    if !connections.isEmpty { connections[0].replies = 0 }
  }

  /// What is waited for.
  private enum Goal {
    case replies(Int, Int)
    case end(Int)
    case datagrams(Int)
  }

  private func isReached(_ goal: Goal, _ seen: borrowing Observation) -> Bool {
    switch goal {
    case .replies(let count, let number):
      guard number < connections.count else { return count <= 0 }
      return connections[number].replies >= count || connections[number].ending != .open
    case .end(let number): return number < connections.count && connections[number].ending != .open
    case .datagrams(let count): return seen.replies.reduce(0) { $0 + ($1.connection < 0 ? 1 : 0) } >= count
    }
  }

  /// Time passes only when something is waited for.
  private func wait(_ patience: Patience, _ seen: inout Observation, for goal: Goal) -> Bool {
    if isReached(goal, seen) { return true }
    let span: UInt64 = patience == .stall ? readTimeout + .seconds(2) : patience == .atOnce ? readTimeout / 2 : .seconds(2)
    let end = now.monotonic + span
    while !isReached(goal, seen), !isDead, let due = peer.nextDeadline, due <= end {
      pass(to: max(due, now.monotonic))
      peer.receiveTimeout(at: now, &effects)
      apply(&seen)
    }
    if !isReached(goal, seen) { pass(to: end) }
    return isReached(goal, seen)
  }

  private func pass(to monotonic: UInt64) {
    now.wall &+= (monotonic - now.monotonic) / 1_000_000
    now.monotonic = monotonic
  }

  private func open(_ number: Int, _ seen: inout Observation) -> ConnectionID? {
    while connections.count <= number { connections.append(Line()) }
    if let id = connections[number].id { return connections[number].ending == .open ? id : nil }
    guard let id = peer.receiveConnection(from: Self.remote, at: now, &effects) else {
      connections[number].ending = .refused
      return nil
    }
    connections[number].id = id
    connections[number].ending = .open
    apply(&seen)
    return id
  }

  private func send(_ buffer: [UInt8], _ range: Range<Int>, _ number: Int, _ seen: inout Observation) {
    guard let id = open(number, &seen) else { return }
    buffer.withUnsafeBytes { peer.receiveBytes(UnsafeRawBufferPointer(rebasing: $0[range]), on: id, at: now, &effects) }
    apply(&seen)
  }

  private func finish(_ number: Int, _ seen: inout Observation) {
    guard let id = open(number, &seen) else { return }
    peer.receiveEnd(of: id, at: now, &effects)
    apply(&seen)
  }

  private func drop(_ number: Int, _ seen: inout Observation) {
    guard connections.indices.contains(number), let id = connections[number].id else { return }
    peer.receiveClosed(id, at: now, &effects)
    connections[number] = Line()
    apply(&seen)
  }

  private func datagram(_ buffer: [UInt8], _ range: Range<Int>, _ seen: inout Observation) {
    buffer.withUnsafeBytes { peer.receiveDatagram(UnsafeRawBufferPointer(rebasing: $0[range]), from: Self.remote, at: now, &effects) }
    apply(&seen)
  }

  private func command(_ status: UserStatusCode, _ seen: inout Observation) {
    let word: UserStatus = [.online, .busy, .away, .invisible][Int(status.rawValue)]
    peer.perform(.status(word), at: now, &effects)
    apply(&seen)
  }

  // Effects.

  private func apply(_ seen: inout Observation) {
    var index = 0
    while index < effects.count {
      carryOut(effects[index], &seen)
      index += 1
    }
    effects.removeAll(keepingCapacity: true)
  }

  private func carryOut(_ effect: PeerEffect, _ seen: inout Observation) {
    switch effect {
    case .send(let id, let bytes): receive(bytes, id, &seen)
    case .close(let id): end(id, .closed)
    case .abort(let id): end(id, .reset)
    case .connect(let id, _):
      var more = PeerEffects()
      peer.receiveConnectFailure(id, reason: "nobody listens in process", at: now, &more)
      effects += more
    case .datagram(let bytes, .endpoint): reply(bytes[...], -1, isGarbage: false, &seen)
    case .store(.messageReceived(let sender, let datetime, _, _)): surroundings.accepted[sender, default: []].insert(datetime)
    case .event(let event): hear(event, &seen)
    case .crash:
      isDead = true
      seen.death = "the process ended"
    case .datagram, .store, .keyLog, .makeIdentity, .stopped: break
    }
  }

  private func hear(_ event: PeerEvent, _ seen: inout Observation) {
    switch event {
    case .message(let sender, _, _, let datetime): seen.heard.append(.message(from: sender, datetime: datetime))
    case .friend(let id, _, _, let status):
      if let status { seen.heard.append(.status(of: id, Self.code(of: status))) }
    default: break
    }
  }

  private static func code(of status: UserStatus) -> UserStatusCode {
    switch status {
    case .online: .online
    case .busy: .busy
    case .away: .away
    case .invisible: .invisible
    }
  }

  private func end(_ id: ConnectionID, _ ending: Ending) {
    guard let number = connections.firstIndex(where: { $0.id == id }) else { return }
    connections[number].ending = ending
    var more = PeerEffects()
    if ending == .closed { peer.receiveClosed(id, at: now, &more) }
    effects += more
  }

  private func receive(_ bytes: [UInt8], _ id: ConnectionID, _ seen: inout Observation) {
    guard let number = connections.firstIndex(where: { $0.id == id }) else { return }
    if connections[number].unframed.isEmpty {
      let used = frame(bytes[...], number, &seen)
      if used < bytes.count { connections[number].unframed = Array(bytes[used...]) }
    } else {
      let all = connections[number].unframed + bytes
      connections[number].unframed = Array(all[frame(all[...], number, &seen)...])
    }
  }

  /// Takes whole packets off the front; how many bytes that were.
  private func frame(_ bytes: ArraySlice<UInt8>, _ number: Int, _ seen: inout Observation) -> Int {
    var rest = bytes
    while !rest.isEmpty {
      switch rest.withUnsafeBytes({ Framer.frame($0, .v1) }) {
      case .framed(let length):
        take(rest.prefix(length), number, &seen)
        rest = rest.dropFirst(length)
      case .incomplete: return bytes.count - rest.count
      case .fault:
        reply(rest, number, isGarbage: true, &seen)
        return bytes.count
      }
    }
    return bytes.count
  }

  /// What the target says of its own accord is no reply.
  private func take(_ packet: ArraySlice<UInt8>, _ number: Int, _ seen: inout Observation) {
    let type = PacketType(rawValue: packet[packet.startIndex + 1])
    switch type {
    case .message, .statusChange, .idChange, .chatRequest: break
    default: reply(packet, number, isGarbage: false, &seen)
    }
  }

  private func reply(_ bytes: ArraySlice<UInt8>, _ number: Int, isGarbage: Bool, _ seen: inout Observation) {
    let start = seen.received.count
    seen.received += bytes
    seen.replies.append(Reply(range: start..<seen.received.count, connection: number, at: 0, isGarbage: isGarbage))
    if number >= 0 { connections[number].replies += 1 }
  }
}

/// What the core asks of its surroundings: random bytes that are the same every time, and which messages were accepted.
private final class CoreSurroundings: PeerSurroundings {
  var accepted: [Identifier: Set<UInt64>] = [:]
  private var random = SeededRandom(seed: 1)

  func randomBytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
  func listeningEndpoint(for asker: Endpoint) -> Endpoint? { Endpoint.ipv4(0x7f00_0001, port: 5000) }
  func hasAccepted(sender: Identifier, datetime: UInt64) -> Bool { accepted[sender]?.contains(datetime) ?? false }
  func latestAccepted(sender: Identifier, limit: Int) -> [UInt64]? { accepted[sender]?.sorted().suffix(limit) ?? [] }
}
