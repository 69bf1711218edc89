import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// Our own bootstrap server core as a target, without sockets: calls in, answers out, on a clock of its own.
public final class CoreBootstrapTarget: CaseTarget {
  public let name = "in process"
  public let isHeard = false
  public let restartsCheaply = true
  public let sources: Int
  private let defect: ServerDefect?
  private let dialect: Dialect
  private var server: BootstrapServer
  private var now = PeerTime(wall: 1_800_000_000_000, monotonic: 1_000_000_000)
  private var lines: [Line] = []
  private var source = 0
  /// Nanoseconds that pass before each run.
  public var pause: UInt64 = .milliseconds(1)

  /// One connection, by the case's number.
  private struct Line {
    var stream: BootstrapStream?
    var ending = Ending.open
    /// FIN was sent to it.
    var isEnded = false
    var replies = 0
  }

  /// - sources: source addresses that there are to be.
  /// - dialect: whose answers are heard: those of the legacy dialect go to a port of their own.
  public init(sources: Int = 1 << 20, defect: ServerDefect? = nil, dialect: Dialect = .v1) {
    self.sources = sources
    self.dialect = dialect
    self.defect = defect
    server = Self.makeServer(defect)
  }

  private static func makeServer(_ defect: ServerDefect?) -> BootstrapServer {
    var random = SeededRandom(seed: 7)
    return BootstrapServer(BootstrapConfiguration(), serverID: Identifier(high: random.next(), low: random.next()), rules: defect?.rules ?? BootstrapRules()) {
      (0..<$0).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }
  }

  public func restart() -> Bool {
    server = Self.makeServer(defect)
    disconnect()
    return true
  }

  public func disconnect() { lines.removeAll(keepingCapacity: true) }

  public func run(_ instance: Instance, into seen: inout Observation) {
    seen.reset()
    disconnect()
    source = 0
    pass(pause)
    let began = now.monotonic
    for action in instance.actions where !seen.isLate { carryOut(action, instance.buffer, &seen) }
    seen.duration = now.monotonic - began
    for line in lines { seen.endings.append(line.ending) }
  }

  private func carryOut(_ action: Action, _ buffer: [UInt8], _ seen: inout Observation) {
    switch action {
    case .send(let range, let number): send(buffer, range, number, &seen)
    case .awaitReplies(let count, let number, let patience): wait(patience, number, &seen) { $0.replies >= count }
    case .awaitEnd(let number): wait(.reply, number, &seen) { _ in false }
    case .end(let number): finish(number, &seen)
    case .reset(let number): if lines.indices.contains(number) { lines[number] = Line() }
    case .source(let number): source = number
    case .datagram(let range): datagram(buffer, range, &seen)
    case .awaitDatagrams(let count):
      guard seen.replies.reduce(0, { $0 + ($1.connection < 0 ? 1 : 0) }) < count else { return }
      pass(.seconds(2))
      seen.isLate = true
    case .pause(let span): pass(span)
    case .status: break
    }
  }

  private func pass(_ span: UInt64) {
    let before = now.monotonic / 1_000_000_000
    now.monotonic += span
    now.wall = 1_800_000_000_000 + now.monotonic / 1_000_000
    if now.monotonic / 1_000_000_000 != before { server.receiveTick(at: now) }
  }

  /// Where a source's datagrams come from: the port is another one for each, and where a legacy server answers to in that dialect.
  private func place(_ source: Int) -> Endpoint {
    .ipv4(0x7f01_0000 &+ UInt32(truncatingIfNeeded: source), port: dialect == .legacy ? DefaultPort.legacyReply : 40_000 &+ UInt16(source % 8_000))
  }

  private func note(_ seen: inout Observation) {
    if !seen.places.contains(where: { $0.source == source }) { seen.places.append(Place(source: source, endpoint: place(source))) }
  }

  private func datagram(_ buffer: [UInt8], _ range: Range<Int>, _ seen: inout Observation) {
    note(&seen)
    let answer = buffer.withUnsafeBytes { bytes in
      server.receiveDatagram(UnsafeRawBufferPointer(rebasing: bytes[range]), from: place(source), at: now) { Endpoint.ipv4(0x7f00_0001, port: 5005) }
    }
    guard let answer else { return }
    guard (answer.port ?? place(source).port) == place(source).port else { return }
    let isPacket = answer.bytes.withUnsafeBytes { Framer.datagram($0, dialect) } == .packet
    reply(answer.bytes[...], -1, isGarbage: !isPacket, &seen)
  }

  // Streams.

  private func open(_ number: Int, _ seen: inout Observation) -> BootstrapStream? {
    while lines.count <= number { lines.append(Line()) }
    if let stream = lines[number].stream { return lines[number].ending == .open ? stream : nil }
    note(&seen)
    var from = place(source)
    from.port = 50_000 &+ UInt16(truncatingIfNeeded: number)
    let stream = BootstrapStream(from: from)
    lines[number].stream = stream
    return stream
  }

  private func send(_ buffer: [UInt8], _ range: Range<Int>, _ number: Int, _ seen: inout Observation) {
    guard let stream = open(number, &seen) else { return }
    let outcome = buffer.withUnsafeBytes { stream.receive(UnsafeRawBufferPointer(rebasing: $0[range]), server, at: now) }
    take(outcome, number, &seen)
  }

  private func finish(_ number: Int, _ seen: inout Observation) {
    guard let stream = open(number, &seen) else { return }
    take(stream.receiveEnd(server, at: now), number, &seen)
  }

  /// Time passes only when something is waited for.
  private func wait(_ patience: Patience, _ number: Int, _ seen: inout Observation, until isDone: (Line) -> Bool) {
    let span: UInt64 = patience == .stall ? .seconds(7) : patience == .atOnce ? .milliseconds(2500) : .seconds(2)
    let end = now.monotonic + span
    while lines.indices.contains(number), lines[number].ending == .open, !isDone(lines[number]) {
      guard let stream = lines[number].stream, let due = stream.deadline, due <= end else {
        pass(end - now.monotonic)
        seen.isLate = patience != .stall
        return
      }
      pass(max(due, now.monotonic) - now.monotonic)
      take(stream.receiveTimeout(server, at: now), number, &seen)
    }
  }

  private func take(_ outcome: BootstrapStream.Outcome, _ number: Int, _ seen: inout Observation) {
    var rest = outcome.bytes[...]
    while !rest.isEmpty {
      guard case .framed(let length) = rest.withUnsafeBytes({ Framer.frame($0, .v1) }) else {
        reply(rest, number, isGarbage: true, &seen)
        break
      }
      reply(rest.prefix(length), number, isGarbage: false, &seen)
      rest = rest.dropFirst(length)
    }
    if outcome.closes { lines[number].ending = .closed }
  }

  private func reply(_ bytes: ArraySlice<UInt8>, _ number: Int, isGarbage: Bool, _ seen: inout Observation) {
    let start = seen.received.count
    seen.received += bytes
    seen.replies.append(Reply(range: start..<seen.received.count, connection: number, at: 0, isGarbage: isGarbage))
    if number >= 0 { lines[number].replies += 1 }
  }
}
