import S2WMPWire

/// Carries out one instance after the other: does what it can at once, and says what it waits for.
///
/// Whoever owns it calls `start`, then `advance` until it is done, then `finish`; in between it passes on what the epoll set tells (`receive`) and
/// that the time is over (`expire`).
final class CaseSlot {
  var instance = Instance()
  var observation = Observation()
  /// Until when it waits.
  var deadline: UInt64 = .max
  var isBusy = false

  let wire: SocketWire
  /// Nothing else is run beside it: then the epoll set can be left out as long as there is but one connection.
  var isLone = false
  /// It waits for bytes on its only connection, which the epoll set does not watch.
  var waitsAlone = false
  /// Whether the instance is plain.
  var isPlain = false
  let token: UInt64
  var links: [Link] = []
  var datagramSockets: [DatagramSocket] = []
  var action = 0
  var source = 0
  /// When the first byte went out.
  var began: UInt64 = 0
  var received = 0
  var datagrams = 0
  /// Datagram sockets that this run emptied first.
  var drained: Set<Int> = []
  var isRetried = false
  var isFlooded = false

  static let maximumDatagramSockets = 64

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

  func begin() throws(TargetFault) {
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
    if case .awaitReplies(_, let connection, .stall) = instance.actions[action], links.indices.contains(connection), !links[connection].isConnecting {
      // Idling is over, or an answer to a stall did not come: what stands behind tells which.
      action += 1
      deadline = .max
      return
    }
    if case .pause = instance.actions[action] {
      action += 1
      deadline = .max
      return
    }
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
}
