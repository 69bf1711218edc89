import S2WMPWire

/// A fuzz run against a bootstrap server: generated cases one after the other on every worker, each judged; what goes wrong is looked into, and then the run
/// goes on. Cases that showed something new are extended.
public final class ServerCampaign: FindingKeeping {
  let settings: FuzzSettings
  private let venue: any FuzzVenue
  private let dialect: Dialect
  private var steering: Steering<AnyCaseSource>
  private var features = Features()
  /// Nil in the legacy dialect, for which there is no menu of changes.
  private lazy var defects = dialect == .v1 ? DefectCoverage(ServerMenu()) : nil
  private var lanes: [ServerLane] = []
  /// Lanes that are not for slow cases.
  private let workers: Int
  private let trialSession: BootstrapSession
  private let pace: ServerPace

  public internal(set) var book = FindingBook()
  public private(set) var casesDone = 0
  private var tally = ServerTally()
  private var nextIndex = 0
  private var slow: [Case]
  private var again: [ServerLane.Trial] = []
  private var suspect: Suspect?
  private var mustRestart = false
  private var isOver = false
  private let watch = Stopwatch()
  private var progressClock = ProgressClock()

  public var onProgress: ((FuzzProgress) -> Void)?
  public var onFinding: ((Finding) -> Void)?
  public var onFlaky: ((Mismatch) -> Void)?
  public var isCancelled: () -> Bool = { false }

  private static let (stalledCases, pausedCases) = (3, 8)

  /// - start: milliseconds since 1970.
  /// - limits: what the server allows. Time costs nothing in process.
  /// - usesDatagrams: whether its UDP port answers.
  /// - corpus: cases to begin with.
  public init(
    _ settings: FuzzSettings, venue: any FuzzVenue, start: UInt64, dialect: Dialect = .v1, limits: ServerLimits = ServerLimits(), usesDatagrams: Bool = true,
    corpus: [Case] = []
  ) throws {
    (self.settings, self.venue, self.dialect) = (settings, venue, dialect)
    let isCheap = venue.alone.restartsCheaply
    let limits = isCheap ? limits.patient : limits
    let isAlone = venue.alone.sources <= BootstrapSession.groupSize
    var scope = BootstrapGenerator.Scope(sources: venue.alone.sources)
    (scope.usesDatagrams, scope.stalls, scope.floods) = (usesDatagrams, settings.stalls && isCheap, !isAlone)
    scope.waits = usesDatagrams ? limits.waits : []
    let isSlow = dialect == .v1 && settings.stalls && !isCheap && !isAlone
    slow = isSlow ? BootstrapGenerator(seed: settings.seed, scope: scope).slow(stalls: Self.stalledCases, pauses: Self.pausedCases) : []
    // Over sockets what takes long has a lane of its own.
    if !isCheap { scope.waits = [] }
    steering = Steering(Self.source(settings.seed, scope, dialect), corpus: corpus.filter { $0.role == .bootstrap && $0.dialect == dialect })
    workers = isAlone ? 1 : max(1, settings.workers)
    let count = workers + (slow.isEmpty ? 0 : 1)
    // The last share is for looking into findings.
    let sessions = try (0...count).map { number in
      try BootstrapSession(
        sources: scope.sources, start: start, seed: settings.seed &+ UInt64(number), share: isAlone ? .all : BootstrapSession.Share(number, of: count + 1),
        limits: limits)
    }
    trialSession = sessions[count]
    pace = ServerPace(trialSession)
    lanes = sessions.dropLast().map { ServerLane($0, dialect) }
  }

  private static func source(_ seed: UInt64, _ scope: BootstrapGenerator.Scope, _ dialect: Dialect) -> AnyCaseSource {
    dialect == .v1 ? AnyCaseSource(BootstrapGenerator(seed: seed, scope: scope)) : AnyCaseSource(LegacyServerGenerator(seed: seed))
  }

  public func run() throws {
    while !isOver {
      takeBack()
      try venue.drive(workers: lanes.count, pipeline: 1, isFresh: true) { [self] worker, instance in
        next(worker, &instance)
      } done: { [self] worker, instance, seen in
        done(worker, instance, &seen)
      }
      if let found = suspect { try lookInto(found) } else if isFinished { isOver = true }
      suspect = nil
      if !isOver { try restartIfDead() }
    }
    steering.close()
  }

  public var seconds: Double { watch.seconds }
  /// Cases that showed something new.
  public var additions: [Case] { steering.additions }
  public var requirementCounts: [String: Int] { tally.counts }

  private var isFinished: Bool {
    if isCancelled() { return true }
    if let cases = settings.cases, nextIndex >= cases, again.isEmpty { return true }
    return isTimeOver
  }

  private var isTimeOver: Bool { settings.seconds.map { watch.seconds >= $0 } ?? false }

  private func takeBack() {
    for lane in lanes { again += lane.takeBack() }
    again.sort { $0.index < $1.index }
  }

  // One case.

  private func next(_ worker: Int, _ instance: inout Instance) -> Bool {
    guard suspect == nil, !mustRestart else { return false }
    if worker >= workers { return nextSlow(lanes[worker], &instance) }
    while let trial = nextTrial() {
      guard make(trial, lanes[worker], &instance) else { continue }
      pace.wait(for: instance)
      return true
    }
    return false
  }

  private func nextTrial() -> ServerLane.Trial? {
    if !again.isEmpty { return again.removeFirst() }
    if nextIndex & 63 == 0, isCancelled() || isTimeOver { return nil }
    guard nextIndex < settings.cases ?? .max else { return nil }
    defer { nextIndex += 1 }
    return ServerLane.Trial(index: nextIndex, given: steering.make(nextIndex))
  }

  /// What cannot be made here, or not be judged, gives way to a plain case of the same number.
  private func make(_ trial: ServerLane.Trial, _ lane: ServerLane, _ instance: inout Instance) -> Bool {
    var trial = trial
    for attempt in 0..<2 {
      do {
        try lane.examiner.make(trial.given, checksAlive: trial.index & 7 == 0, into: &instance)
        lane.push(trial)
        return true
      } catch {
        if attempt == 0 { trial.given = steering.plain(trial.index) }
      }
    }
    return false
  }

  /// Slow cases have numbers of their own, from the top down.
  private func nextSlow(_ lane: ServerLane, _ instance: inout Instance) -> Bool {
    guard !isCancelled(), let given = slow.popLast() else { return false }
    return make(ServerLane.Trial(index: .max - slow.count, given: given), lane, &instance)
  }

  private func done(_ worker: Int, _ instance: Instance, _ seen: inout Observation) -> Bool {
    let lane = lanes[worker]
    guard let trial = lane.pop() else { return true }
    casesDone += 1
    tally.take(instance)
    report()
    defer { lane.remember(trial.given) }
    guard !lane.examiner.isAsOwed(instance, seen), let found = lane.examiner.mismatch(trial.given, instance, seen) else {
      notice(trial, instance, seen)
      return true
    }
    if found.kind == .crash { mustRestart = true }
    lane.session.distrust()
    guard book.isNew(found) else { return !mustRestart }
    let exchange = ExchangeRecorder.exchange(trial.given, instance, seen, lane.session.standIn, isReadable: false)
    suspect = Suspect(given: trial.given, mismatch: found, history: lane.history, exchange: exchange)
    return false
  }

  /// What is new about a case, for the choice of later ones. Floods and what takes long are not extended.
  private func notice(_ trial: ServerLane.Trial, _ instance: Instance, _ seen: Observation) {
    let edges = venue.coverage?.news() ?? []
    if onProgress != nil { defects?.take(trial.given) }
    guard trial.given.requests <= Self.mostRequests, !trial.given.takesLong || venue.alone.restartsCheaply else { return }
    features.take(trial.given, instance, seen)
    features.add(edges)
    steering.note(trial.index, trial.given, features)
  }

  private static let mostRequests = 40

  // What goes wrong.

  private func lookInto(_ found: Suspect) throws {
    takeBack()
    tell("looking into \(found.mismatch.requirement)")
    let result: Investigation.Result
    do {
      try restartIfDead()
      let trial = ServerTrial(target: venue.alone, session: trialSession, dialect: dialect)
      result = try Investigation(trial).investigate(found.given, found.mismatch, history: found.history, afterCases: casesDone, seed: settings.seed)
    } catch let fault as TargetFault {
      keepUnseen(found)
      throw fault
    }
    if enter(result, seenAs: found.mismatch), settings.stopsAtFinding { isOver = true }
    for lane in lanes { lane.session.forget() }
  }

  private func restartIfDead() throws {
    guard mustRestart else { return }
    mustRestart = false
    _ = try venue.alone.restart()
    for lane in lanes { lane.session.forget() }
    trialSession.forget()
  }

  // Progress.

  private func report() {
    guard casesDone & 63 == 0, onProgress != nil, progressClock.isDue() else { return }
    tell(nil)
  }

  private func tell(_ activity: String?) {
    onProgress?(progress(features: steering.featureCount, corpus: steering.pool.count, defectsTried: defects?.percent, activity))
  }
}

extension Case {
  /// Whether it waits for more than answers.
  var takesLong: Bool {
    steps.contains { step in
      switch step {
      case .stall, .pause: true
      default: false
      }
    }
  }
}
