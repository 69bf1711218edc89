import S2WMPCrypto
import S2WMPWire

/// A fuzz run: generated cases one after the other on every worker, each judged; what goes wrong is looked into, and then the run goes on.
public final class Campaign {
  let settings: FuzzSettings
  let venue: any FuzzVenue
  let opening: SessionOpening
  private let generator: CaseGenerator
  private var lanes: [FuzzLane]
  private var steering: Steering
  private var features = Features()
  private(set) var tally = RequirementTally()

  private var nextIndex = 0
  /// Stalled cases have numbers of their own, from the top down.
  private var stallsLeft: Int
  private var again: [FuzzLane.Trial] = []
  public private(set) var casesDone = 0
  private var segmentEnd = Campaign.segment
  /// After so many cases the target's memory and speed are looked at.
  private static let segment = 20_000

  private var suspect: Suspect?
  private var recovery: Recovery?
  private var isOver = false
  private let watch = Stopwatch()
  private var lastReport: UInt64 = 0

  /// Called now and then, from the run's own thread.
  public var onProgress: ((FuzzProgress) -> Void)?
  /// The ID that the target has now, when it can have changed.
  public var currentID: () throws -> Identifier? = { nil }
  /// Asked often: whether to end.
  public var isCancelled: () -> Bool = { false }
  /// Looks into what went wrong. True: the target can be used on as it is.
  public var onSuspect: ((Suspect, Campaign) throws -> Void)?
  /// Whether that difference is known already.
  var isKnown: (Mismatch) -> Bool = { _ in false }
  var findingCount: () -> Int = { 0 }
  /// Everything that ran, for those who keep a ledger.
  var onRun: ((FuzzLane, FuzzLane.Trial, Instance, Observation) -> Mismatch?)?

  /// Something that went wrong, not looked into yet.
  public struct Suspect {
    var lane: FuzzLane
    var trial: FuzzLane.Trial
    public var mismatch: Mismatch
    /// The bytes of its packets.
    var sent: [[UInt8]]
  }

  enum Recovery {
    /// New friends; the target goes on.
    case friends
    /// The target has ended, or cannot be trusted any more.
    case restart
  }

  public init(_ settings: FuzzSettings, venue: any FuzzVenue, opening: SessionOpening, session: PeerSession, scope: CaseGenerator.Scope, corpus: [Case] = []) {
    self.settings = settings
    self.venue = venue
    self.opening = opening
    generator = CaseGenerator(seed: settings.seed, scope: scope)
    steering = Steering(generator, corpus: corpus)
    lanes = [FuzzLane(session)]
    stallsLeft = settings.stalls ? Self.stalledCases : 0
  }

  /// Cases of a run that wait for the target's read timeout, and how many lanes they have.
  private static let stalledCases = 4
  private static let stallLanes = 2

  public func run() throws {
    try openLanes()
    while !isOver {
      try drive()
      if let found = suspect { try lookInto(found) }
      try recover()
      if suspect == nil, casesDone >= segmentEnd { segmentEnd += Self.segment }
      suspect = nil
    }
    steering.close()
  }

  public var elapsedSeconds: Double { watch.seconds }
  /// Cases that showed something new.
  public var additions: [Case] { steering.additions }

  // MARK: Lanes

  private var isStalling: Bool { settings.stalls && venue.alone is SocketTarget || settings.stalls && venue.alone is SpawnedTarget }

  private func openLanes() throws {
    let count = max(1, settings.workers) + (isStalling ? Self.stallLanes : 0)
    for number in lanes.count..<max(count, lanes.count) {
      var next = opening
      next.seed = opening.seed &+ UInt64(number)
      next.targetID = lanes[0].session.targetID
      lanes.append(FuzzLane(try next.companion(of: lanes[0].session, venue.alone)))
    }
  }

  private func drive() throws {
    for lane in lanes { again += lane.takeBack() }
    again.sort { $0.index < $1.index }
    try venue.drive(workers: lanes.count, pipeline: settings.pipeline, isFresh: settings.isFresh) { [self] worker, instance in
      next(worker, &instance)
    } done: { [self] worker, instance, seen in
      done(worker, instance, &seen)
    }
    if suspect == nil, recovery == nil, isFinished { isOver = true }
  }

  private var isFinished: Bool {
    if isCancelled() { return true }
    if let cases = settings.cases, casesDone >= cases { return true }
    if let seconds = settings.seconds, watch.seconds >= seconds { return true }
    return false
  }

  // MARK: One case

  private func next(_ worker: Int, _ instance: inout Instance) -> Bool {
    guard suspect == nil, recovery == nil else { return false }
    let lane = lanes[worker]
    if worker >= max(1, settings.workers) { return nextStalled(lane, &instance) }
    while let trial = nextTrial() {
      if make(trial, lane, &instance) { return true }
    }
    return false
  }

  private func nextTrial() -> FuzzLane.Trial? {
    if !again.isEmpty { return again.removeFirst() }
    if nextIndex & 63 == 0, isCancelled() || (settings.seconds.map { watch.seconds >= $0 } ?? false) { return nil }
    guard nextIndex < min(settings.cases ?? .max, segmentEnd) else { return nil }
    defer { nextIndex += 1 }
    return FuzzLane.Trial(index: nextIndex, given: steering.make(nextIndex))
  }

  private func make(_ trial: FuzzLane.Trial, _ lane: FuzzLane, _ instance: inout Instance) -> Bool {
    var trial = trial
    for attempt in 0..<2 {
      do {
        try lane.forge.make(trial.given, checksAlive: trial.index & 3 == 0, into: &instance)
        lane.push(trial)
        return true
      } catch {
        // An extension that the oracle cannot judge gives way to a plain case of the same number.
        if attempt == 0 { trial.given = steering.plain(trial.index) }
      }
    }
    return false
  }

  private func nextStalled(_ lane: FuzzLane, _ instance: inout Instance) -> Bool {
    guard stallsLeft > 0 else { return false }
    stallsLeft -= 1
    let index = Int.max - stallsLeft
    return make(FuzzLane.Trial(index: index, given: generator.stalled(stallsLeft)), lane, &instance)
  }

  private func done(_ worker: Int, _ instance: Instance, _ seen: inout Observation) -> Bool {
    let lane = lanes[worker]
    guard let trial = lane.pop() else { return true }
    casesDone += 1
    tally.take(instance)
    report()
    if lane.judge.isAsOwed(instance, seen) {
      if let found = onRun?(lane, trial, instance, seen) { return meet(found, lane, trial, instance) }
      if trial.index & 7 == 0 || trial.index < 65_536 {
        features.take(trial.given, instance, seen)
        steering.note(trial.index, trial.given, features)
      }
      lane.remember(trial.given)
      return true
    }
    guard let found = lane.judge.mismatch(trial.given, instance, seen) else {
      lane.remember(trial.given)
      return true
    }
    return meet(found, lane, trial, instance)
  }

  private func meet(_ found: Mismatch, _ lane: FuzzLane, _ trial: FuzzLane.Trial, _ instance: Instance) -> Bool {
    if found.kind == .crash { recovery = .restart }
    if isKnown(found) {
      // A new identity that the target took or not leaves it unknown who the mover is.
      if recovery == nil, trial.given.hasIDChange { recovery = .friends }
      return recovery == nil
    }
    let sent = instance.packets.map { Array(instance.buffer[$0.range]) }
    suspect = Suspect(lane: lane, trial: trial, mismatch: found, sent: sent)
    return false
  }

  // MARK: What goes wrong

  private func lookInto(_ found: Suspect) throws {
    for lane in lanes { again += lane.takeBack() }
    again.sort { $0.index < $1.index }
    tell("looking into \(found.mismatch.requirement)")
    try onSuspect?(found, self)
    if settings.stopsAtFinding, findingCount() > 0 { isOver = true }
    recovery = .restart
  }

  private func recover() throws {
    guard let wanted = recovery, !isOver else { return }
    recovery = nil
    if wanted == .restart { _ = try venue.alone.restart() }
    try renewUsers()
  }

  /// New users for every lane, with new keys: whatever the target thinks of the old ones. It may have another ID after it began anew.
  func renewUsers() throws {
    venue.alone.disconnect()
    var next = opening
    next.targetID = try currentID() ?? opening.targetID
    next.identity = try PeerSession.identity(like: lanes[0].session.friend.identity)
    let session = try next.open(venue.alone).0
    lanes[0] = FuzzLane(session)
    let count = lanes.count
    lanes.removeLast(count - 1)
    try openLanes()
  }

  // MARK: Progress

  private func report() {
    guard casesDone & 255 == 0, onProgress != nil else { return }
    let now = MonotonicTime.now
    guard now &- lastReport >= 200_000_000 else { return }
    lastReport = now
    tell(nil)
  }

  func tell(_ activity: String?) {
    let seconds = watch.seconds
    onProgress?(
      FuzzProgress(
        seconds: seconds, cases: casesDone, casesPerSecond: seconds > 0 ? Double(casesDone) / seconds : 0, findings: findingCount(),
        features: steering.featureCount, corpus: steering.pool.count, requirementsMet: tally.counts.count, activity: activity))
  }
}

extension Case {
  var hasIDChange: Bool {
    steps.contains { step in
      if case .send(let plans, _) = step { return plans.contains { $0.type == .idChange } }
      return false
    }
  }
}

/// Seconds since it was made.
struct Stopwatch {
  private let start = MonotonicTime.now
  var seconds: Double { Double(MonotonicTime.now &- start) / 1e9 }
}
