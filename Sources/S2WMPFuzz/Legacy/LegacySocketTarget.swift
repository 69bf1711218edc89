import Glibc
import S2WMPFlow
import S2WMPWire

/// A peer of the legacy dialect behind sockets. What it answers on connections of its own counts for the connection that was sent on last.
public final class LegacySocketTarget: CaseTarget {
  private var settings: TargetSettings
  private let spawned: SpawnedTarget?
  private let sockets: LegacySockets
  private let discoveryPort: UInt16
  private var lines: [Line] = []
  private var incoming: [Incoming] = []
  private var current = 0
  private var began: UInt64 = 0
  private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 8)

  /// One connection of ours.
  private struct Line {
    var descriptor: Int32 = -1
    var ending = Ending.open
    var replies = 0
    var isTouched = false
  }

  /// One connection that the target opened, for one answer.
  private struct Incoming {
    var descriptor: Int32
    var line: Int
    var bytes: [UInt8] = []
    var isDone = false
  }

  private static let longest = 65_536

  /// - spawned: the target's process, when this program started it.
  public init(_ settings: TargetSettings, spawned: SpawnedTarget?, discoveryPort: UInt16 = DefaultPort.discovery) throws(TargetFault) {
    self.settings = settings
    self.spawned = spawned
    self.discoveryPort = discoveryPort
    sockets = try LegacySockets(target: settings.endpoint, discoveryPort: discoveryPort)
  }

  deinit {
    disconnect()
    sockets.close()
    scratch.deallocate()
  }

  public var name: String { settings.endpoint.description }
  public let isHeard = false
  public let sources = 1
  public var spokenID: Identifier? { spawned?.userID }

  public func disconnect() {
    for line in lines where line.descriptor >= 0 { SystemSocket.closeWithReset(line.descriptor) }
    for entry in incoming where entry.descriptor >= 0 { close(entry.descriptor) }
    lines.removeAll()
    incoming.removeAll()
  }

  public func restart() throws(TargetFault) -> Bool {
    guard let spawned else { return false }
    disconnect()
    let isRestarted = try spawned.restart()
    settings.endpoint = spawned.endpoint
    return isRestarted
  }

  public func run(_ instance: Instance, into seen: inout Observation) throws(TargetFault) {
    seen.reset()
    disconnect()
    drain()
    began = MonotonicTime.now
    for action in instance.actions where !seen.isLate { try carryOut(action, instance.buffer, &seen) }
    look(&seen, 0)
    for line in lines { seen.endings.append(line.ending) }
    seen.duration = MonotonicTime.now - began
    if lines.contains(where: { $0.ending == .refused }) || seen.isLate { seen.death = spawned?.death }
  }

  private func carryOut(_ action: Action, _ buffer: [UInt8], _ seen: inout Observation) throws(TargetFault) {
    switch action {
    case .send(let range, let number):
      try open(number)
      send(buffer, range, number)
    case .awaitReplies(let count, let number, let patience):
      wait(patience, &seen) { _ in self.lines.indices.contains(number) && self.lines[number].replies >= count }
    case .awaitEnd(let number): wait(.reply, &seen) { _ in self.lines.indices.contains(number) && self.lines[number].ending != .open }
    case .end(let number):
      try open(number)
      if lines[number].descriptor >= 0 { shutdown(lines[number].descriptor, Int32(SHUT_WR)) }
    case .reset(let number):
      guard lines.indices.contains(number), lines[number].descriptor >= 0 else { return }
      SystemSocket.closeWithReset(lines[number].descriptor)
      lines[number].descriptor = -1
    case .datagram(let range): buffer.withUnsafeBytes { sockets.send(UnsafeRawBufferPointer(rebasing: $0[range]), to: settings.endpoint) }
    case .awaitDatagrams(let count): wait(.reply, &seen) { seen in seen.replies.count { $0.connection < 0 } >= count }
    case .source, .status, .pause: break
    }
  }

  // Ours.

  private func open(_ number: Int) throws(TargetFault) {
    while lines.count <= number { lines.append(Line()) }
    current = number
    guard !lines[number].isTouched else { return }
    lines[number].isTouched = true
    let descriptor = SystemSocket.make(SOCK_STREAM, isIPv4: settings.endpoint.isIPv4)
    guard descriptor >= 0 else { throw LocalFault.of(-descriptor) }
    SystemSocket.sendAtOnce(descriptor)
    var own = sockets.own
    own.port = 0
    let bound = SystemSocket.bind(descriptor, to: own)
    guard bound == 0 else { throw LocalFault.of(-bound) }
    lines[number].descriptor = descriptor
    let result = -SystemSocket.connect(descriptor, to: settings.endpoint)
    let patience = Int32(min(settings.replyTimeout.boundedNanoseconds / 1_000_000, 600_000))
    if result == 0 || (result == EINPROGRESS && SystemSocket.wait(descriptor, for: POLLOUT, milliseconds: patience) && SystemSocket.isConnected(descriptor)) {
      return
    }
    close(descriptor)
    (lines[number].descriptor, lines[number].ending) = (-1, .refused)
  }

  private func send(_ buffer: [UInt8], _ range: Range<Int>, _ number: Int) {
    let descriptor = lines[number].descriptor
    var sent = range.lowerBound
    let end = MonotonicTime.now + settings.replyTimeout.boundedNanoseconds
    while descriptor >= 0, sent < range.upperBound {
      let count = buffer.withUnsafeBytes { SystemSocket.send(descriptor, UnsafeRawBufferPointer(rebasing: $0[sent..<range.upperBound])) }
      if count >= 0 {
        sent += count
      } else if count == -Int(EAGAIN), MonotonicTime.now < end {
        _ = SystemSocket.wait(descriptor, for: POLLOUT, milliseconds: 50)
      } else {
        return
      }
    }
  }

  // What comes.

  private func wait(_ patience: Patience, _ seen: inout Observation, until isDone: (Observation) -> Bool) {
    var span = settings.replyTimeout.boundedNanoseconds
    if patience == .stall { span += settings.readTimeout.boundedNanoseconds }
    let end = MonotonicTime.now + span
    while !isDone(seen) {
      let now = MonotonicTime.now
      guard now < end else {
        seen.isLate = true
        return
      }
      look(&seen, Int32(min((end - now) / 1_000_000 + 1, 100)))
    }
  }

  /// Waits until something comes, at most that long, and takes it.
  private func look(_ seen: inout Observation, _ milliseconds: Int32) {
    var entries = [sockets.listener, sockets.datagrams].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    for line in lines where line.descriptor >= 0 && line.ending == .open { entries.append(pollfd(fd: line.descriptor, events: Int16(POLLIN), revents: 0)) }
    for entry in incoming where !entry.isDone { entries.append(pollfd(fd: entry.descriptor, events: Int16(POLLIN), revents: 0)) }
    guard poll(&entries, nfds_t(entries.count), milliseconds) > 0 else { return }
    while incoming.count < 256, let descriptor = sockets.accept() { incoming.append(Incoming(descriptor: descriptor, line: current)) }
    for number in lines.indices { readEnd(number) }
    for index in incoming.indices where !incoming[index].isDone { readAnswer(index) }
    hand(&seen)
    readDatagrams(&seen)
  }

  /// Nothing is ever written to a connection of ours: all that comes is its end.
  private func readEnd(_ number: Int) {
    guard lines[number].descriptor >= 0, lines[number].ending == .open else { return }
    let count = SystemSocket.receive(lines[number].descriptor, scratch)
    if count == 0 { lines[number].ending = .closed } else if count < 0, count != -Int(EAGAIN) { lines[number].ending = .reset }
  }

  private func readAnswer(_ index: Int) {
    while incoming[index].bytes.count < Self.longest {
      let count = SystemSocket.receive(incoming[index].descriptor, scratch)
      if count > 0 {
        incoming[index].bytes += scratch[..<count]
      } else {
        if count == -Int(EAGAIN), !isWhole(incoming[index].bytes) { return }
        break
      }
    }
    incoming[index].isDone = true
    close(incoming[index].descriptor)
    incoming[index].descriptor = -1
  }

  private func isWhole(_ bytes: [UInt8]) -> Bool {
    if case .incomplete = bytes.withUnsafeBytes({ Framer.frame($0, .legacy) }) { false } else { true }
  }

  /// Answers in the order in which their connections were opened.
  private func hand(_ seen: inout Observation) {
    while let first = incoming.first, first.isDone {
      incoming.removeFirst()
      guard !first.bytes.isEmpty else { continue }
      note(first.bytes, first.line, &seen)
      if lines.indices.contains(first.line) { lines[first.line].replies += 1 }
    }
  }

  private func readDatagrams(_ seen: inout Observation) {
    for _ in 0..<64 {
      let count = SystemSocket.receive(sockets.datagrams, scratch)
      guard count >= 0 else { return }
      note(Array(scratch[..<count]), -1, &seen)
    }
  }

  private func note(_ bytes: [UInt8], _ number: Int, _ seen: inout Observation) {
    let isPacket = bytes.withUnsafeBytes { Framer.datagram($0, .legacy) } == .packet
    // What the target says of its own accord is no answer: its messages, statuses and announcements.
    if isPacket, !LegacySocketTarget.isAnswer(bytes) { return }
    bytes.withUnsafeBytes { seen.note($0, connection: number, at: MonotonicTime.now - began, isGarbage: !isPacket) }
  }

  private static func isAnswer(_ bytes: [UInt8]) -> Bool {
    switch PacketType(rawValue: bytes[1]) {
    case .message, .statusChange: false
    case .userBroadcast: bytes.count == UserBroadcast.shortLength
    default: true
    }
  }

  /// Throws away what came too late for an earlier run.
  private func drain() {
    for _ in 0..<256 {
      guard let descriptor = sockets.accept() else { break }
      close(descriptor)
    }
    for _ in 0..<256 where SystemSocket.receive(sockets.datagrams, scratch) < 0 { break }
  }

  /// The ID of who answers a User Broadcast; nil when nobody does.
  public func askForID() throws(TargetFault) -> Identifier? {
    guard var packet = PacketBuilder(.userBroadcast, .legacy) else { return nil }
    packet.set(UserBroadcast.userID, Identifier(high: .random(in: 1 ... .max), low: .random(in: 1 ... .max)))
    var (instance, seen) = (Instance(), Observation())
    instance.buffer = packet.build()
    instance.actions = [.datagram(0..<instance.buffer.count), .awaitDatagrams(1)]
    for _ in 0..<3 {
      try run(instance, into: &seen)
      if let reply = seen.replies.first, let answer = LegacyAnswer(seen, reply), answer.type == .userBroadcast { return answer.userID }
    }
    return nil
  }
}
