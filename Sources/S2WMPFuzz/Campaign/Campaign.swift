import S2WMPCrypto
import S2WMPWire

/// A fuzz run: generated cases one after the other on every worker, each judged; what goes wrong is looked into, and then the run goes on.
public final class Campaign {
  let settings: FuzzSettings
  let venue: any FuzzVenue
  private var opening: SessionOpening
  private let generator: CaseGenerator
  private lazy var defects = DefectCoverage(generator.menu)
  private var lanes: [FuzzLane]
  private var steering: Steering<CaseGenerator>
  private var features = Features()
  private var tally = RequirementTally()
  public internal(set) var book = FindingBook()
  private var endurance: Endurance?

  private var nextIndex = 0
  private var stallsLeft: Int
  private var again: [FuzzLane.Trial] = []
  public private(set) var casesDone = 0
  private var segmentEnd = Campaign.firstSegment
  /// After so many cases the target's memory and speed are looked at: soon at first, as what grows shows early, and seldom in a long run.
  private static let firstSegment = 5_000
  private static let segment = 20_000

  private var suspect: Suspect?
  private var recovery: Recovery?
  private var isOver = false
  private let watch = Stopwatch()
  private var progressClock = ProgressClock()
  private var secondsWhenDone: Double?

  /// Called now and then, from the run's own thread.
  public var onProgress: ((FuzzProgress) -> Void)?
  public var onFinding: ((Finding) -> Void)?
  /// A difference that was seen once and not again.
  public var onFlaky: ((Mismatch) -> Void)?
  /// Asked often: whether to end.
  public var isCancelled: () -> Bool = { false }

  private enum Recovery {
    /// New friends; the target goes on.
    case friends
    /// The target has ended.
    case restart
  }

  public init(_ settings: FuzzSettings, venue: any FuzzVenue, opening: SessionOpening, session: PeerSession, scope: CaseGenerator.Scope, corpus: [Case] = []) {
    self.settings = settings
    self.venue = venue
    self.opening = opening
    generator = CaseGenerator(seed: settings.seed, scope: scope)
    steering = Steering(generator, corpus: corpus)
    stallsLeft = settings.stalls ? Self.stalledCases : 0
    lanes = []
    lanes = [lane(session)]
    endurance = settings.watchesGrowth && session.isFriend && venue.vitals != nil ? Endurance() : nil
  }

  /// Cases of a run that wait for the target's read timeout, and how many lanes they have.
  private static let stalledCases = 4
  private static let stallLanes = 2

  public func run() throws {
    try openLanes()
    try lookAtGrowth()
    while !isOver {
      try drive()
      if let found = suspect { try lookInto(found) }
      suspect = nil
      try recover()
      if casesDone >= segmentEnd {
        segmentEnd = casesDone + min(Self.segment, max(Self.firstSegment, casesDone))
        if !isOver { try lookAtGrowth() }
      }
    }
    try settle()
    steering.close()
  }

  /// Seconds of the run, without what stalled cases took after the others were done.
  public var seconds: Double { secondsWhenDone ?? watch.seconds }
  /// Cases that showed something new.
  public var additions: [Case] { steering.additions }
  public var requirementCounts: [String: Int] { tally.counts }

  // MARK: Lanes

  private var isInProcess: Bool { venue.alone.restartsCheaply }

  private func lane(_ session: PeerSession) -> FuzzLane { FuzzLane(session, eventsLag: venue.alone.isHeard ? !isInProcess : nil) }

  private func openLanes() throws {
    let count = max(1, settings.workers) + (settings.stalls && !isInProcess ? Self.stallLanes : 0)
    for number in lanes.count..<max(count, lanes.count) {
      var next = opening
      next.seed = opening.seed &+ UInt64(number)
      lanes.append(lane(try next.companion(of: lanes[0].session, venue.alone)))
    }
  }

  private func drive() throws {
    takeBack()
    try venue.drive(workers: lanes.count, pipeline: settings.pipeline, isFresh: settings.isFresh) { [self] worker, instance in
      next(worker, &instance)
    } done: { [self] worker, instance, seen in
      done(worker, instance, &seen)
    }
    if suspect == nil, recovery == nil, isFinished { isOver = true }
  }

  /// What was in flight is tried again, in its order.
  private func takeBack() {
    for lane in lanes { again += lane.takeBack() }
    again.sort { $0.index < $1.index }
  }

  private var isFinished: Bool {
    if isCancelled() { return true }
    if let cases = settings.cases, nextIndex >= cases, again.isEmpty { return true }
    return isTimeOver
  }

  private var isTimeOver: Bool { settings.seconds.map { watch.seconds >= $0 } ?? false }

  // MARK: One case

  private func next(_ worker: Int, _ instance: inout Instance) -> Bool {
    guard suspect == nil, recovery == nil else { return false }
    let lane = lanes[worker]
    if worker >= max(1, settings.workers) { return nextStalled(lane, &instance) }
    while let trial = nextTrial() {
      if make(trial, lane, &instance) { return true }
    }
    if secondsWhenDone == nil, isFinished { secondsWhenDone = watch.seconds }
    return false
  }

  private func nextTrial() -> FuzzLane.Trial? {
    if !again.isEmpty { return again.removeFirst() }
    if nextIndex & 63 == 0, isCancelled() || isTimeOver { return nil }
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

  /// Stalled cases have numbers of their own, from the top down.
  private func nextStalled(_ lane: FuzzLane, _ instance: inout Instance) -> Bool {
    guard stallsLeft > 0 else { return false }
    stallsLeft -= 1
    return make(FuzzLane.Trial(index: Int.max - stallsLeft, given: generator.stalled(stallsLeft)), lane, &instance)
  }

  private func done(_ worker: Int, _ instance: Instance, _ seen: inout Observation) -> Bool {
    let lane = lanes[worker]
    guard let trial = lane.pop() else { return true }
    casesDone += 1
    tally.take(instance)
    report()
    if lane.judge.isAsOwed(instance, seen) {
      if lane.ledger != nil, let entry = note(lane, trial, instance, seen) { return meet(entry.mismatch, entry.given, lane) }
      notice(trial, instance, seen)
      lane.remember(trial.given)
      return true
    }
    defer { lane.remember(trial.given) }
    lane.ledger?.doubt(instance)
    guard let found = lane.judge.mismatch(trial.given, instance, seen) else { return true }
    return meet(found, trial.given, lane) { [seen] in ExchangeRecorder.exchange(trial.given, instance, seen, lane.session) }
  }

  /// What is new about a case, for the choice of later ones. Most cases of a long run show nothing new: they are looked at by samples.
  private func notice(_ trial: FuzzLane.Trial, _ instance: Instance, _ seen: Observation) {
    let edges = venue.coverage?.news() ?? []
    guard !edges.isEmpty || trial.index & 7 == 0 || trial.index < 65_536 else { return }
    if onProgress != nil { defects.take(trial.given) }
    features.take(trial.given, instance, seen)
    features.add(edges)
    steering.note(trial.index, trial.given, features)
  }

  /// Enters what was accepted and heard. Events arrive with any run: those about other lanes' users are passed on.
  private func note(_ lane: FuzzLane, _ trial: FuzzLane.Trial, _ instance: Instance, _ seen: Observation) -> Ledger.Entry? {
    lane.ledger?.note(trial.given, instance, seen)
    if !seen.heard.isEmpty {
      for other in lanes where other !== lane { other.ledger?.hear(seen.heard) }
    }
    return lane.ledger?.check().first
  }

  private func meet(_ found: Mismatch, _ given: Case, _ lane: FuzzLane, _ exchange: () -> Exchange = { Exchange() }) -> Bool {
    if found.kind == .crash { recovery = .restart }
    lane.ledger?.reset()
    guard book.isNew(found) else {
      // A new identity that the target took or not leaves it unknown who the mover is.
      if recovery == nil, given.hasIDChange { recovery = .friends }
      return recovery == nil
    }
    suspect = Suspect(given: given, mismatch: found, history: lane.history, exchange: exchange())
    return false
  }

  // MARK: What goes wrong

  private func lookInto(_ found: Suspect) throws {
    takeBack()
    tell("looking into \(found.mismatch.requirement)")
    let result: Investigation.Result
    do {
      let bench = try self.bench()
      result = try Investigation(bench, bench.session).investigate(
        found.given, found.mismatch, history: found.history, afterCases: casesDone, seed: settings.seed)
    } catch let fault as TargetFault {
      keepUnseen(found)
      throw fault
    }
    if enter(result, seenAs: found.mismatch), settings.stopsAtFinding { isOver = true }
    if recovery == nil { recovery = .friends }
  }

  /// For trials one by one, with users of its own.
  private func bench() throws -> SessionTrial {
    if recovery == .restart { _ = try venue.alone.restart() }
    recovery = nil
    var own = opening
    let session = try own.renew(lanes[0].session, venue.alone)
    return SessionTrial(target: venue.alone, session: session, opening: own, eventsLag: !isInProcess)
  }

  private func recover() throws {
    guard let wanted = recovery, !isOver else { return }
    recovery = nil
    if wanted == .restart || isInProcess { _ = try venue.alone.restart() }
    lanes = [lane(try opening.renew(lanes[0].session, venue.alone))]
    try openLanes()
  }

  /// Nanoseconds.
  private static let lastPatience: UInt64 = 3_000_000_000

  /// Whatever was not heard by now never will be.
  private func settle() throws {
    guard venue.alone.isHeard, recovery == nil, !(settings.stopsAtFinding && !book.findings.isEmpty) else { return }
    let end = MonotonicTime.now + Self.lastPatience
    while true {
      let heard = venue.alone.listen(.milliseconds(300))
      for lane in lanes { lane.ledger?.hear(heard) }
      // On a busy machine the last of it takes its time.
      if heard.isEmpty, MonotonicTime.now >= end || lanes.allSatisfy({ $0.ledger?.isSettled() ?? true }) { break }
    }
    for lane in lanes {
      guard let entry = lane.ledger?.check(upTo: .max).first, book.isNew(entry.mismatch) else { continue }
      return try lookInto(Suspect(given: entry.given, mismatch: entry.mismatch, history: lane.history))
    }
  }

  private func lookAtGrowth() throws {
    guard endurance != nil else { return }
    let trial = try bench()
    guard let found = try endurance?.look(venue, trial, casesDone), book.isNew(found.mismatch) else { return }
    var finding = Finding(
      number: 0, mismatch: found.mismatch, original: [found.example], minimized: [found.example], afterCases: casesDone, shrinkRuns: 0,
      seed: settings.seed, exchange: Exchange(), sent: [], control: nil)
    finding.repetition = found.repetition
    enter(finding, seenAs: found.mismatch)
    if settings.stopsAtFinding { isOver = true }
  }

  // MARK: Progress

  private func report() {
    guard casesDone & 255 == 0, onProgress != nil, progressClock.isDue() else { return }
    tell(nil)
  }

  private func tell(_ activity: String?) {
    onProgress?(progress(features: steering.featureCount, corpus: steering.pool.count, defectsTried: defects.percent, activity))
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
