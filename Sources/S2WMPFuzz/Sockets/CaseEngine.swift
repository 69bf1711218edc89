import S2WMPFlow
import S2WMPWire

/// Makes the next instance for a worker; false: there are no more.
public typealias NextInstance = (_ worker: Int, _ instance: inout Instance) -> Bool
/// Takes what came of an instance; false: stop.
public typealias InstanceDone = (_ worker: Int, _ instance: inout Instance, _ observation: inout Observation) -> Bool

/// Runs many instances side by side: several workers, each with a connection of its own, in one thread over one epoll set.
///
/// Instances and observations are used again, so that nothing is allocated for a case once all have grown.
///
/// When the target's process ends, or nothing listens any more, nobody can tell which of the instances in flight did it: all of them are handed out with
/// `Observation.death`. `done` may restart the target then (`SpawnedTarget.restart`), at the first of them or later: what is in flight at that time is sent again.
public final class CaseEngine {
  private let wire: SocketWire
  private var lanes: [CaseLane] = []
  private var ready: [CaseLane] = []
  private var isFresh = false
  private var isOver = false
  /// No lane's deadline is before this.
  private var nextDeadline: UInt64 = .max

  /// A lane that never has to wait lets others go on after so many instances.
  private static let turnLength = 64

  /// - spawned: the target's process, when this program started it.
  public init(_ settings: TargetSettings, spawned: SpawnedTarget? = nil) throws(TargetFault) {
    wire = try SocketWire(settings, process: spawned?.process)
  }

  public var settings: TargetSettings { wire.settings }

  /// Runs instances until `next` has no more for any worker, or `done` says stop.
  ///
  /// For each worker `done` is called in the order of `next`; with a pipeline up to that many lie between. A worker alone asks for the next one while it waits for
  /// the answers to the last.
  ///
  /// - pipeline: how many plain instances (one connection, every answer owed, nothing that ends it) may be in flight on a worker's connection at a time.
  /// - isFresh: a new connection for every instance, closed with a reset when nothing else is said.
  public func drive(workers: Int, pipeline: Int = 1, isFresh: Bool = false, next: NextInstance, done: InstanceDone) throws(TargetFault) {
    _ = wire.meetNewProcess()
    self.isFresh = isFresh
    isOver = false
    nextDeadline = .max
    lanes = (0..<max(workers, 1)).map { CaseLane(wire, index: $0, pipeline: isFresh ? 1 : pipeline) }
    ready = []
    defer {
      for lane in lanes { lane.abandon() }
      lanes = []
    }
    // A process has to be heard as well, which takes the epoll set.
    lanes[0].slot.isLone = lanes.count == 1 && wire.process == nil
    for lane in lanes.reversed() { makeReady(lane) }
    while try step(next, done) {}
  }

  /// One round: lanes that can go on, then what the epoll set tells, then those whose time is over. False at the end.
  private func step(_ next: NextInstance, _ done: InstanceDone) throws(TargetFault) -> Bool {
    var turns = ready.count
    while turns > 0, let lane = ready.popLast() {
      turns -= 1
      lane.isReady = false
      try turn(lane, next, done)
      if isOver { return false }
    }
    if ready.isEmpty, !lanes.contains(where: { $0.isBusy }) { return false }
    if ready.isEmpty, lanes[0].slot.waitsAlone {
      try meetAlone(lanes[0], next, done)
      return !isOver
    }
    let now = MonotonicTime.now
    let count = wire.poller.wait(until: ready.isEmpty ? nextDeadline : 0, now: now)
    for index in 0..<count {
      try meet(wire.poller.token(index), next, done)
      if isOver { return false }
    }
    // Judged by the time before the wait: what had come by then has been read.
    if now >= nextDeadline, !wire.poller.isFull(count) { try expire(now, next, done) }
    return !isOver
  }

  private func meetAlone(_ lane: CaseLane, _ next: NextInstance, _ done: InstanceDone) throws(TargetFault) {
    lane.slot.receiveAlone(isKept: !isFresh)
    try turn(lane, next, done)
    // Still the same wait: is it over?
    if lane.slot.waitsAlone, lane.slot.deadline <= MonotonicTime.now {
      lane.slot.expire()
      try turn(lane, next, done)
    }
  }

  private func makeReady(_ lane: CaseLane) {
    guard !lane.isReady else { return }
    lane.isReady = true
    ready.append(lane)
  }

  private func meet(_ token: UInt64, _ next: NextInstance, _ done: InstanceDone) throws(TargetFault) {
    if token & SocketWire.processToken != 0 { return wire.hearProcess(token) }
    let index = Int(token >> 32)
    guard index < lanes.count else { return }
    let lane = lanes[index]
    if lane.isSharing {
      try meetShared(lane, done)
    } else {
      lane.slot.receive(Int32(truncatingIfNeeded: token & 0xffff_ffff))
    }
    if !isOver { try turn(lane, next, done) }
  }

  private func expire(_ now: UInt64, _ next: NextInstance, _ done: InstanceDone) throws(TargetFault) {
    nextDeadline = .max
    for lane in lanes {
      if lane.deadline <= now {
        if lane.isSharing { try fail(lane, isLate: true, done) } else { lane.slot.expire() }
        if !isOver { try turn(lane, next, done) }
        if isOver { return }
      }
      nextDeadline = min(nextDeadline, lane.deadline)
    }
  }

  // MARK: One lane

  /// Goes on with a lane until it has to wait.
  private func turn(_ lane: CaseLane, _ next: NextInstance, _ done: InstanceDone) throws(TargetFault) {
    for _ in 0..<Self.turnLength {
      if lane.slot.isBusy {
        guard try lane.slot.advance() else {
          if lanes.count == 1 { lane.prepare(next) }
          return note(lane.slot.deadline)
        }
        if try finish(lane) { try complete(lane, done) }
        if isOver { return }
      } else if lane.isHeld {
        try begin(lane)
        if lane.isHeld { return }
      } else if lane.takeAlone() {
        try begin(lane)
      } else if lane.isPipelined {
        guard try share(lane, next, done) else { return }
      } else {
        guard try startNext(lane, next) else { return }
      }
    }
    makeReady(lane)
  }

  private func startNext(_ lane: CaseLane, _ next: NextInstance) throws(TargetFault) -> Bool {
    guard lane.takeNext(next) else { return false }
    try begin(lane)
    return true
  }

  /// Starts what is in the slot, or holds it while others must not be disturbed. A target that cannot be heard has no status to change.
  private func begin(_ lane: CaseLane) throws(TargetFault) {
    if lanes.count > 1, wire.process != nil {
      lane.part = lane.slot.instance.statusPart
      lane.isHeld = lane.part != .none && lanes.contains { lane.mustWait(for: $0) }
      if lane.isHeld { return }
    }
    try lane.slot.start()
  }

  private func release(_ lane: CaseLane) {
    guard lane.part != .none else { return }
    lane.part = .none
    for other in lanes where other.isHeld { makeReady(other) }
  }

  private func note(_ deadline: UInt64) { if deadline < nextDeadline { nextDeadline = deadline } }

  private func finish(_ lane: CaseLane) throws(TargetFault) -> Bool {
    try lane.slot.finish(thorough: lane.slot.observation.isLate || !lane.slot.isPlain)
  }

  private func complete(_ lane: CaseLane, _ done: InstanceDone) throws(TargetFault) {
    wire.complete(lane.slot, isAlone: false)
    if let words = lane.slot.observation.death { return try bury(words, first: lane, done) }
    lane.slot.settle(keeping: !isFresh)
    if lane.slot.instance.mayEnd { lane.mayEnd = true }
    try handOut(lane, done)
  }

  private func handOut(_ lane: CaseLane, _ done: InstanceDone) throws(TargetFault) {
    if !done(lane.index, &lane.slot.instance, &lane.slot.observation) { isOver = true }
    release(lane)
    try followProcess()
  }

  /// Was the target started anew meanwhile, by whoever was told of something? Then what was sent to the old one counts for nothing.
  private func followProcess() throws(TargetFault) {
    guard !isOver, wire.meetNewProcess() else { return }
    for lane in lanes {
      try lane.startOver()
      makeReady(lane)
    }
  }

  /// The target has ended: everything in flight is over, except what had been answered.
  private func bury(_ words: String, first: CaseLane, _ done: InstanceDone) throws(TargetFault) {
    var suspects: [CaseLane] = []
    for lane in lanes where lane !== first && lane.slot.isBusy {
      lane.slot.catchUp()
      let isAnswered = try lane.slot.advance()
      lane.slot.close()
      if !isAnswered { lane.slot.observation.death = words }
      suspects.append(lane)
    }
    for lane in [first] + suspects {
      lane.slot.settle(keeping: false)
      if !isOver { try handOut(lane, done) }
      makeReady(lane)
    }
  }

  // MARK: Sharing a connection

  /// Fills a lane up. False when it has to wait or is at its end.
  private func share(_ lane: CaseLane, _ next: NextInstance, _ done: InstanceDone) throws(TargetFault) -> Bool {
    lane.fill(next)
    if lane.count == 0 { return lane.isBusy }
    try lane.flush()
    if try lane.isBroken() {
      // What came before it broke is still there to be read.
      try meetShared(lane, done)
      return !isOver
    }
    note(lane.pipelineDeadline)
    return false
  }

  private func meetShared(_ lane: CaseLane, _ done: InstanceDone) throws(TargetFault) {
    let finished = try lane.readShared()
    let isBroken = try lane.isBroken()
    for _ in 0..<finished where !isOver && lane.isSharing {
      if !lane.finishOldest(done) { isOver = true }
    }
    if isOver { return }
    if lane.isSharing, isBroken { return try fail(lane, isLate: false, done) }
    if lane.count == 0, !isBroken { try lane.rest() }
    try followProcess()
  }

  private func fail(_ lane: CaseLane, isLate: Bool, _ done: InstanceDone) throws(TargetFault) {
    if try lane.fail(isLate: isLate), !lane.finishOldest(done) { isOver = true }
    try followProcess()
  }
}
