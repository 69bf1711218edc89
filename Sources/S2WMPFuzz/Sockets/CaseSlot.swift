import Glibc
import S2WMPFlow
import S2WMPWire

/// Carries out one instance after the other: does what it can at once, and says what it waits for.
///
/// Whoever owns it calls `start`, then `advance` until it is done, then `finish`; in between it passes on what the epoll set tells (`receive`) and
/// that the time is over (`expire`).
final class CaseSlot {
  var instance = Instance()
  var observation = Observation()
  /// Until when it waits.
  private(set) var deadline: UInt64 = .max
  private(set) var isBusy = false

  let wire: SocketWire
  /// Nothing else is run beside it: then the epoll set can be left out as long as there is but one connection.
  var isLone = false
  /// It waits for bytes on its only connection, which the epoll set does not watch.
  private(set) var waitsAlone = false
  /// Whether the instance is plain.
  private(set) var isPlain = false
  private let token: UInt64
  private var links: [Link] = []
  private var datagramSockets: [DatagramSocket] = []
  private var action = 0
  private var source = 0
  /// When the first byte went out.
  private var began: UInt64 = 0
  private var received = 0
  private var datagrams = 0
  /// Datagram sockets that this run emptied first.
  private var drained: Set<Int> = []
  private var isRetried = false
  private var isFlooded = false

  private static let maximumDatagramSockets = 64

  init(_ wire: SocketWire, index: Int) {
    self.wire = wire
    token = UInt64(index) << 32
  }

  // MARK: One run

  func start() throws(TargetFault) {
    isRetried = false
    isPlain = instance.isPlain
    if instance.isFresh { link(0).drop() }
    try begin()
  }

  private func begin() throws(TargetFault) {
    observation.reset()
    (action, source, began, received, datagrams) = (0, 0, 0, 0, 0)
    (isBusy, isFlooded, deadline) = (true, false, .max)
    if !drained.isEmpty { drained.removeAll(keepingCapacity: true) }
  }

  /// Once more from the start, on new connections.
  func restart() throws(TargetFault) {
    disconnect()
    try begin()
  }

  /// Goes on as far as possible; true when there is nothing left to do or to wait for.
  func advance() throws(TargetFault) -> Bool {
    waitsAlone = false
    while action < instance.actions.count, !observation.isLate, !isFlooded {
      if let patience = try perform(instance.actions[action]) {
        if deadline == .max { deadline = MonotonicTime.now + patience }
        return false
      }
      action += 1
      deadline = .max
    }
    return true
  }

  /// The wait that it is in ended by time.
  func expire() {
    guard action < instance.actions.count else { return }
    observation.isLate = true
    switch instance.actions[action] {
    // No answer to the attempt to connect at all.
    case .send(_, let connection), .end(let connection), .awaitReplies(_, let connection, _), .awaitEnd(let connection):
      if connection >= 0, connection < links.count, links[connection].isConnecting { links[connection].refuse() }
    default: break
    }
  }

  /// Closes the books of a run. False when it must be carried out once more, on a new connection: it is begun again then.
  ///
  /// - thorough: looks once more at every connection, for bytes too many and for its end.
  func finish(thorough: Bool) throws(TargetFault) -> Bool {
    if thorough { look() }
    if mustRetry {
      isRetried = true
      try restart()
      return false
    }
    close()
    return true
  }

  /// Closes the books as they are.
  func close() {
    noteEndings()
    if let last = observation.replies.last { observation.duration = last.at }
    isBusy = false
    deadline = .max
  }

  /// Makes ready for the next run: what can be used again is kept.
  func settle(keeping: Bool) {
    if !links.isEmpty {
      if keeping, isReusable {
        links[0].sendCourtesies()
        links[0].keep()
      } else {
        links[0].drop()
      }
      var index = 1
      while index < links.count {
        links[index].drop()
        index += 1
      }
    }
    if datagramSockets.count > Self.maximumDatagramSockets { datagramSockets.removeAll() }
  }

  /// Looks for what came meanwhile, when there was no time to wait for it.
  func catchUp() {
    guard isBusy else { return }
    look()
  }

  /// Connection 0 for many instances in flight: opened if it is not open.
  func sharedLink() throws(TargetFault) -> Link {
    source = 0
    let link = try usedLink(0)
    return link
  }

  /// Watches the shared connection.
  func watchShared(_ link: Link, forRoom: Bool) { link.watch(token: token, forRoom: forRoom) }

  /// Closes everything.
  func disconnect() {
    for link in links { link.close() }
    datagramSockets.removeAll()
  }

  /// Gives the run up: nothing is told about it.
  func abandon() {
    isBusy = false
    deadline = .max
    for link in links { link.drop() }
  }

  // MARK: How it ended

  enum Break {
    /// A connection was to stay open and did not, though everything came that is owed.
    case late
    /// Less came than is owed before the connection ended.
    case early
    case refused
  }

  /// What is odd enough about how the connections stand to ask whether the target still lives.
  var broken: Break? {
    var found: Break?
    for index in links.indices where links[index].isTouched {
      switch links[index].ending {
      case .open: continue
      case .refused: return .refused
      case .closed, .reset:
        if links[index].replies < owed(index) { found = .early } else if found == nil, !mayEnd(index) { found = .late }
      }
    }
    return datagramSockets.contains { $0.isRefused } ? .refused : found
  }

  private func mayEnd(_ connection: Int) -> Bool { connection < instance.fates.count && instance.fates[connection] != .open }

  private func owed(_ connection: Int) -> Int {
    var count = 0
    for expected in instance.expected where expected.connection == connection && !expected.isOptional { count += 1 }
    return count
  }

  /// A peer may close a connection that is idle; that it met our next packet is nobody's fault.
  private var mustRetry: Bool {
    guard !isRetried, let first = links.first, first.isReused, first.isTouched, first.replies == 0 else { return false }
    guard first.ending == .closed || first.ending == .reset else { return false }
    return instance.expected.contains { $0.connection == 0 }
  }

  private var isReusable: Bool {
    let first = links[0]
    return first.isOpen && first.ending == .open && !first.isEndedByUs && !first.framer.isGarbage && !observation.isLate && first.source == 0
  }

  private func noteEndings() {
    let count = max(instance.fates.count, links.count)
    var index = 0
    while index < count {
      observation.endings.append(index < links.count && links[index].isTouched ? links[index].ending : .open)
      index += 1
    }
    while observation.endings.count > instance.fates.count, observation.endings.last == .open { observation.endings.removeLast() }
  }

  private func look() {
    for index in links.indices where links[index].isTouched {
      while read(index), !isFlooded {}
      if observation.isLate { noteRest(index) }
    }
    for socket in datagramSockets { readDatagrams(socket) }
  }

  // MARK: What comes

  /// Something happened at that descriptor.
  func receive(_ descriptor: Int32) {
    guard isBusy else { return unwatch(descriptor) }
    var index = 0
    while index < links.count {
      if links[index].descriptor == descriptor {
        _ = read(index)
        return
      }
      index += 1
    }
    for socket in datagramSockets where socket.descriptor == descriptor { readDatagrams(socket) }
  }

  /// Between two runs nobody listens; it is watched again when it is used again.
  private func unwatch(_ descriptor: Int32) {
    for link in links where link.descriptor == descriptor { link.unwatch() }
    for socket in datagramSockets where socket.descriptor == descriptor { socket.unwatch() }
  }

  /// Waits on the only connection; without the epoll set, which costs a call more each time.
  ///
  /// - isKept: the connection stays for long, so that it pays to have its reads wait.
  func receiveAlone(isKept: Bool) {
    let link = links[0]
    if isPlain, isKept {
      _ = read(0, patience: wire.replyTime)
    } else {
      let now = MonotonicTime.now
      let milliseconds = deadline > now ? Int32(min((deadline - now) / 1_000_000 + 1, 60_000)) : 0
      if SystemSocket.wait(link.descriptor, for: POLLIN, milliseconds: milliseconds) { _ = read(0) }
    }
  }

  /// Reads once; whether there may be more.
  private func read(_ connection: Int, patience: UInt64? = nil) -> Bool {
    let link = links[connection]
    var at: UInt64 = 0
    let count = link.read(wire.scratch, patience: patience) { bytes, isGarbage in
      if at == 0 { at = MonotonicTime.now &- began }
      link.replies += 1
      observation.note(bytes, connection: connection, at: at, isGarbage: isGarbage)
    }
    guard let count else { return false }
    received += count
    if received > SocketWire.maximumReceived { flood(connection, MonotonicTime.now &- began) }
    return count == wire.scratch.count
  }

  /// The start of a packet whose end never came.
  private func noteRest(_ connection: Int) {
    let at = MonotonicTime.now &- began
    links[connection].framer.end { observation.note($0, connection: connection, at: at, isGarbage: $1) }
  }

  private func readDatagrams(_ socket: DatagramSocket) {
    while !isFlooded, let count = socket.read(wire.scratch) {
      received += max(count, 1)
      let bytes = UnsafeRawBufferPointer(rebasing: wire.scratch[..<count])
      let isPacket = Framer.datagram(bytes, wire.settings.dialect) == .packet
      if !isPacket || ReplyFramer.isReply(bytes[1], wire.settings.dialect) {
        datagrams += 1
        observation.note(bytes, connection: -1, at: MonotonicTime.now &- began, isGarbage: !isPacket)
      }
      if received > SocketWire.maximumReceived { flood(-1, MonotonicTime.now &- began) }
    }
  }

  private func flood(_ connection: Int, _ at: UInt64) {
    isFlooded = true
    if connection >= 0 { links[connection].framer.giveUp() }
    observation.note(UnsafeRawBufferPointer(start: nil, count: 0), connection: connection, at: at, isGarbage: true)
  }
}

extension Observation {
  /// Adds a reply.
  mutating func note(_ bytes: UnsafeRawBufferPointer, connection: Int, at: UInt64, isGarbage: Bool) {
    let start = received.count
    received.append(contentsOf: bytes)
    replies.append(Reply(range: start..<start + bytes.count, connection: connection, at: at, isGarbage: isGarbage))
  }
}

extension Instance {
  /// Bytes on connection 0, answers on it, and nothing that could end it.
  var isPlain: Bool {
    guard !isFresh, fates.count == 1, fates[0] == .open, !expected.isEmpty else { return false }
    var index = 0
    while index < actions.count {
      switch actions[index] {
      case .send(_, connection: 0), .awaitReplies(_, connection: 0, .reply): index += 1
      default: return false
      }
    }
    return true
  }

  /// How many replies a plain instance waits for in all.
  var awaited: Int {
    var most = 0
    for action in actions {
      if case .awaitReplies(let count, _, _) = action, count > most { most = count }
    }
    return most
  }
}

// MARK: What is done

extension CaseSlot {
  /// Nil: done. Else how long to wait before it is tried again, or before the wait is over.
  private func perform(_ action: Action) throws(TargetFault) -> UInt64? {
    switch action {
    case .send(let range, let connection): return try send(range, connection)
    case .awaitReplies(let count, let connection, let patience):
      let link = try usedLink(connection)
      return link.replies >= count || link.isSilent ? nil : wait(link, wire.nanoseconds(patience))
    case .awaitEnd(let connection):
      let link = try usedLink(connection)
      return link.isSilent ? nil : wait(link, wire.endTime)
    case .end(let connection):
      let link = try usedLink(connection)
      guard link.isEstablished() != nil else { return wait(link, wire.replyTime, forRoom: true) }
      link.halfClose()
    case .reset(let connection): try usedLink(connection).reset()
    case .source(let index): source = index
    case .datagram(let range): try sendDatagram(range)
    case .awaitDatagrams(let count): return awaitDatagrams(count)
    case .status(let code): wire.process?.setStatus(code)
    }
    return nil
  }

  private func send(_ range: Range<Int>, _ connection: Int) throws(TargetFault) -> UInt64? {
    let link = try usedLink(connection, forSending: true)
    if began == 0 { began = MonotonicTime.now }
    guard range.lowerBound >= 0, range.upperBound <= instance.buffer.count else { return nil }
    let progress = instance.buffer.withUnsafeBytes { link.write(UnsafeRawBufferPointer(rebasing: $0[range])) }
    return progress == .done ? nil : wait(link, wire.replyTime, forRoom: true)
  }

  private func wait(_ link: Link, _ patience: UInt64, forRoom: Bool = false) -> UInt64 {
    if began == 0 { began = MonotonicTime.now }
    waitsAlone = isLone && !forRoom && links.count == 1 && datagramSockets.isEmpty && !link.isConnecting
    if !waitsAlone { link.watch(token: token, forRoom: forRoom) }
    return patience
  }

  private func sendDatagram(_ range: Range<Int>) throws(TargetFault) {
    let socket = try datagramSocket()
    if drained.insert(source).inserted { socket.drain(wire.scratch) }
    if began == 0 { began = MonotonicTime.now }
    guard range.lowerBound >= 0, range.upperBound <= instance.buffer.count else { return }
    instance.buffer.withUnsafeBytes { socket.send(UnsafeRawBufferPointer(rebasing: $0[range])) }
  }

  private func awaitDatagrams(_ count: Int) -> UInt64? {
    if datagrams >= count { return nil }
    var isRefused = false
    for socket in datagramSockets {
      readDatagrams(socket)
      socket.watch(token: token)
      if socket.isRefused { isRefused = true }
    }
    if datagrams >= count || isFlooded { return nil }
    return isRefused ? 0 : wire.replyTime
  }

  private func link(_ connection: Int) -> Link {
    // Numbers are small: an instance that asks for more gets the last.
    let index = min(max(connection, 0), 255)
    while links.count <= index { links.append(Link(wire.poller, wire.settings.dialect)) }
    return links[index]
  }

  /// The connection, opened when it is used first, and again after a reset of ours. One that an earlier run left is of use only from the same source.
  private func usedLink(_ connection: Int, forSending: Bool = false) throws(TargetFault) -> Link {
    let link = link(connection)
    if !link.isTouched, link.isOpen, link.source != source { link.drop() }
    if !link.isUsed {
      try link.open(wire.settings, source: source)
    } else if forSending, !link.isOpen, link.isEndedByUs, link.ending == .open {
      let replies = link.replies
      try link.open(wire.settings, source: source)
      link.replies = replies
    }
    link.isTouched = true
    return link
  }

  private func datagramSocket() throws(TargetFault) -> DatagramSocket {
    for socket in datagramSockets where socket.source == source { return socket }
    let socket = try DatagramSocket(wire.poller, wire.settings, source: source)
    datagramSockets.append(socket)
    return socket
  }
}
