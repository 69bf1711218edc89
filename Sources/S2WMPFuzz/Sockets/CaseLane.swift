import S2WMPWire

/// One worker: a connection, and one instance after the other on it, or several plain ones in flight at a time.
///
/// Answers come in the order of the requests (S2WMP wire format, section 4), so each is of the oldest instance that lacks one. Should a target leave one out, the next
/// answer shows it by what it echoes: the instances that were passed over are late then, and the others still get their own.
final class CaseLane {
  let slot: CaseSlot
  let index: Int
  /// `next` said that there are no more.
  var isExhausted = false
  /// What is in the slot waits for other lanes, and has not begun.
  var isHeld = false
  var part = StatusPart.none
  /// In the list of those that can go on at once.
  var isReady = false

  private let wire: SocketWire
  /// A ring: the oldest at `head`.
  private var flights: [Flight] = []
  private var head = 0
  private(set) var count = 0
  /// How many of the oldest are to be run again, alone, before anything else.
  private var redo = 0
  /// An instance that cannot share a connection, and waits until those in flight are done.
  private let aside = Flight()
  private var isAsideFull = false
  /// The next instance, made while the one in the slot waits for its answer.
  private var prepared = Instance()
  private var isPrepared = false
  private var outgoing: [UInt8] = []
  private var receivedSinceReply = 0
  /// When the last answer came, and whether the connection had been idle for long when the last write began: then the target may have closed it meanwhile.
  private var answeredAt: UInt64 = 0
  private var wasIdle = false
  /// Something went over the connection after which the target may close it.
  var mayEnd = false
  private(set) var pipelineDeadline: UInt64 = .max

  /// A second: no peer closes a connection for idleness sooner.
  private static let idleTime: UInt64 = 1_000_000_000

  init(_ wire: SocketWire, index: Int, pipeline: Int) {
    self.wire = wire
    self.index = index
    slot = CaseSlot(wire, index: index)
    if pipeline > 1 { flights = (0..<pipeline).map { _ in Flight() } }
  }

  var isPipelined: Bool { !flights.isEmpty }
  /// Several instances are in flight on the connection now.
  var isSharing: Bool { !slot.isBusy && count > redo }
  var deadline: UInt64 { slot.isBusy ? slot.deadline : isSharing ? pipelineDeadline : .max }
  var isBusy: Bool { isHeld || slot.isBusy || count > 0 || isAsideFull || isPrepared }

  func abandon() {
    slot.abandon()
    (isHeld, part) = (false, .none)
    dropOutgoing()
    (count, redo, isAsideFull, isPrepared, pipelineDeadline) = (0, 0, false, false, .max)
  }

  private func dropOutgoing() {
    outgoing.removeAll(keepingCapacity: true)
    receivedSinceReply = 0
    mayEnd = false
  }

  // MARK: Alone

  /// Makes the next instance before its turn: the target works at the same time.
  func prepare(_ next: NextInstance) {
    if isPrepared || isExhausted || isPipelined { return }
    prepared.reset()
    isPrepared = next(index, &prepared)
    isExhausted = !isPrepared
  }

  /// Puts the next instance into the slot; false: there is none.
  func takeNext(_ next: NextInstance) -> Bool {
    prepare(next)
    guard isPrepared else { return false }
    swap(&slot.instance, &prepared)
    isPrepared = false
    return true
  }

  /// Moves an instance that must be run alone into the slot: one to be run again, or the one that was put aside.
  func takeAlone() -> Bool {
    if redo > 0 {
      swap(&slot.instance, &flights[head].instance)
      removeOldest()
      redo -= 1
      return true
    }
    guard count == 0, isAsideFull else { return false }
    swap(&slot.instance, &aside.instance)
    isAsideFull = false
    return true
  }

  private func removeOldest() {
    head = head + 1 == flights.count ? 0 : head + 1
    count -= 1
  }

  // MARK: Sharing

  /// Puts as many instances in flight as there may be.
  func fill(_ next: (Int, inout Instance) -> Bool) {
    guard redo == 0 else { return }
    let now = MonotonicTime.now
    if count == 0 {
      pipelineDeadline = now + wire.times.reply
      wasIdle = now &- answeredAt > Self.idleTime
    }
    while !isExhausted, !isAsideFull, count < flights.count {
      let flight = flights[(head + count) % flights.count]
      flight.instance.reset()
      guard next(index, &flight.instance) else {
        isExhausted = true
        return
      }
      if flight.instance.isPlain, !flight.instance.mayEnd || !wire.closesAfterRejection {
        flight.begin(now)
        mayEnd = mayEnd || flight.instance.mayEnd
        appendSends(of: flight.instance)
        count += 1
      } else {
        swap(&aside.instance, &flight.instance)
        isAsideFull = true
      }
    }
  }

  private func appendSends(of instance: Instance) {
    for action in instance.actions {
      if case .send(let range, _) = action, range.lowerBound >= 0, range.upperBound <= instance.buffer.count {
        outgoing.append(contentsOf: instance.buffer[range])
      }
    }
  }

  /// Sends what waits to be sent, and watches the connection.
  func flush() throws(TargetFault) {
    guard count > 0 else { return }
    let link = try slot.sharedLink()
    var isBlocked = false
    if !outgoing.isEmpty {
      isBlocked = outgoing.withUnsafeBytes { link.write($0) } == .blocked
      if !isBlocked { outgoing.removeAll(keepingCapacity: true) }
    }
    slot.watchShared(link, forRoom: isBlocked)
  }

  /// Reads once, and tells how many of the oldest flights are done.
  func readShared() throws(TargetFault) -> Int {
    let link = try slot.sharedLink()
    let now = MonotonicTime.now
    var finished = 0
    let size = link.read(wire.scratch) { bytes, isGarbage in attribute(bytes, isGarbage, now, &finished) }
    receivedSinceReply = finished > 0 ? 0 : receivedSinceReply + (size ?? 0)
    if receivedSinceReply > SocketWire.maximumReceived { link.framer.giveUp() }
    if finished > 0 {
      answeredAt = now
      pipelineDeadline = now + wire.times.reply
      if outgoing.isEmpty { link.sendCourtesies() }
    }
    return finished
  }

  private func flight(_ position: Int) -> Flight { flights[(head + position) % flights.count] }

  /// Gives a reply to the instance that it belongs to.
  ///
  /// - finished: how many of the oldest are done.
  private func attribute(_ bytes: UnsafeRawBufferPointer, _ isGarbage: Bool, _ now: UInt64, _ finished: inout Int) {
    guard count > 0 else { return }
    // A reply too many is of the last that got one.
    let oldest = flight(min(finished, count - 1))
    guard finished < count, !isGarbage, !oldest.isOwed(bytes) else {
      oldest.observation.note(bytes, connection: 0, at: now &- oldest.sentAt, isGarbage: isGarbage)
      if finished < count, !isGarbage { answer(oldest, &finished) }
      return
    }
    if finished > 0, flight(finished - 1).wasAnswered(by: bytes) {
      let last = flight(finished - 1)
      return last.observation.note(bytes, connection: 0, at: now &- last.sentAt, isGarbage: false)
    }
    var owner = finished
    while owner < count, !flight(owner).isOwed(bytes) { owner += 1 }
    // Nobody's: the oldest was answered wrongly.
    if owner == count { owner = finished }
    while finished < owner {
      flight(finished).observation.isLate = true
      finished += 1
    }
    let found = flight(owner)
    found.observation.note(bytes, connection: 0, at: now &- found.sentAt, isGarbage: false)
    answer(found, &finished)
  }

  private func answer(_ flight: Flight, _ finished: inout Int) {
    flight.answered += 1
    if flight.isDone { finished += 1 }
  }

  /// Whether no more replies can come.
  func isBroken() throws(TargetFault) -> Bool { try slot.sharedLink().isSilent }

  /// Hands out the oldest flight and forgets it.
  func finishOldest(_ done: (Int, inout Instance, inout Observation) -> Bool) -> Bool {
    let flight = flights[head]
    if flight.observation.endings.isEmpty { flight.observation.endings.append(.open) }
    flight.observation.duration = flight.observation.replies.last?.at ?? 0
    wire.process?.takeEvents(into: &flight.observation.heard)
    removeOldest()
    return done(index, &flight.instance, &flight.observation)
  }

  /// The connection broke, or the time is over. The oldest instance without its answer is held to account; those behind it are run again, alone. True when there is
  /// an oldest one to hand out; false when the target may close the connection there: then all are run again.
  func fail(isLate: Bool) throws(TargetFault) -> Bool {
    let link = try slot.sharedLink()
    let isExcused = !isLate && mayBreak(link)
    if isExcused {
      redo = count
    } else {
      flights[head].observation.isLate = isLate
      flights[head].observation.endings = [link.ending]
      flights[head].observation.death = wire.deathWords(breakOf(link), isLate: isLate, isAlone: false)
      redo = count - 1
    }
    link.drop()
    dropOutgoing()
    return !isExcused
  }

  /// Whether it is nobody's fault that the connection ended: it had been idle and broke before anything came, or something was rejected on it.
  private func mayBreak(_ link: Link) -> Bool {
    if link.framer.isGarbage || link.ending == .refused { return false }
    if mayEnd { wire.closesAfterRejection = true }
    return mayEnd || wasIdle && link.isReused && flights[head].observation.replies.isEmpty
  }

  private func breakOf(_ link: Link) -> CaseSlot.Break? {
    switch link.ending {
    case .open: nil
    case .refused: .refused
    case .closed, .reset: .early
    }
  }

  /// The target was started anew: everything in flight is run again.
  func startOver() throws(TargetFault) {
    if slot.isBusy {
      try slot.restart()
    } else {
      slot.disconnect()
      redo = count
      dropOutgoing()
    }
  }

  /// Nothing is in flight on the connection for the moment.
  func rest() throws(TargetFault) {
    let link = try slot.sharedLink()
    link.keep()
  }
}
