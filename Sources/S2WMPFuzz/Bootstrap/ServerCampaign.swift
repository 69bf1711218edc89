import S2WMPWire

/// A fuzz run against a bootstrap server: generated cases one after the other on every worker, each judged; what goes wrong is looked into, and then the run
/// goes on.
public final class ServerCampaign: FuzzCampaign {
  private let settings: FuzzSettings
  private let venue: any FuzzVenue
  private let generator: BootstrapGenerator
  private let corpus: [Case]
  private var lanes: [ServerLane] = []
  private let trialSession: BootstrapSession
  private let pace: ServerPace

  public private(set) var book = FindingBook()
  public private(set) var casesDone = 0
  private var tally = ServerTally()
  private var nextIndex = 0
  private var stallsLeft: Int
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

  private struct Suspect {
    var given: Case
    var mismatch: Mismatch
    var history: [Case]
    /// What went over the wire then.
    var exchange: Exchange
  }

  /// - start: milliseconds since 1970.
  /// - corpus: cases to begin with.
  /// - usesDatagrams: whether its UDP port answers.
  public init(_ settings: FuzzSettings, venue: any FuzzVenue, start: UInt64, usesDatagrams: Bool = true, corpus: [Case] = []) throws {
    self.settings = settings
    self.venue = venue
    self.corpus = corpus.filter { $0.role == .bootstrap && $0.dialect == .v1 }
    var scope = BootstrapGenerator.Scope(sources: venue.alone.sources)
    scope.usesDatagrams = usesDatagrams
    let isCheap = venue.alone.restartsCheaply
    scope.stalls = settings.stalls && isCheap
    generator = BootstrapGenerator(seed: settings.seed, scope: scope)
    stallsLeft = settings.stalls && !isCheap ? Self.stalledCases : 0
    let isAlone = scope.sources <= BootstrapSession.groupSize
    let count = (isAlone ? 1 : max(1, settings.workers)) + (stallsLeft > 0 && !isAlone ? 1 : 0)
    // The last share is for looking into findings.
    func session(_ number: Int) throws -> BootstrapSession {
      try BootstrapSession(
        sources: scope.sources, start: start, seed: settings.seed &+ UInt64(number), share: isAlone ? .all : BootstrapSession.Share(number, of: count + 1))
    }
    trialSession = try session(count)
    pace = ServerPace(trialSession)
    lanes = try (0..<count).map { ServerLane(BootstrapExaminer(try session($0))) }
    workers = count - (stallsLeft > 0 && !isAlone ? 1 : 0)
  }

  /// Lanes that are not for stalled cases.
  private let workers: Int
  private static let stalledCases = 3

  public func run() throws {
    while !isOver {
      for lane in lanes { again += lane.takeBack() }
      again.sort { $0.index < $1.index }
      try venue.drive(workers: lanes.count, pipeline: 1, isFresh: true) { [self] worker, instance in
        next(worker, &instance)
      } done: { [self] worker, instance, seen in
        done(worker, instance, &seen)
      }
      if let found = suspect { try lookInto(found) } else if isFinished { isOver = true }
      suspect = nil
      try recover()
    }
  }

  public var seconds: Double { watch.seconds }
  public var additions: [Case] { [] }
  public var requirementCounts: [String: Int] { tally.counts }

  private var isFinished: Bool {
    if isCancelled() { return true }
    if let cases = settings.cases, nextIndex >= cases, again.isEmpty { return true }
    return isTimeOver
  }

  private var isTimeOver: Bool { settings.seconds.map { watch.seconds >= $0 } ?? false }

  // One case.

  private func next(_ worker: Int, _ instance: inout Instance) -> Bool {
    guard suspect == nil, !mustRestart else { return false }
    if worker >= workers { return nextStalled(lanes[worker], &instance) }
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
    let given = nextIndex < corpus.count ? corpus[nextIndex] : generator.make(nextIndex)
    return ServerLane.Trial(index: nextIndex, given: given)
  }

  /// Cases of a corpus may not fit the way to the target, or not be known to the oracle: those are left out.
  private func make(_ trial: ServerLane.Trial, _ lane: ServerLane, _ instance: inout Instance) -> Bool {
    do {
      try lane.examiner.make(trial.given, checksAlive: trial.index & 7 == 0, into: &instance)
    } catch {
      return false
    }
    lane.push(trial)
    return true
  }

  private func nextStalled(_ lane: ServerLane, _ instance: inout Instance) -> Bool {
    guard stallsLeft > 0 else { return false }
    stallsLeft -= 1
    return make(ServerLane.Trial(index: .max - stallsLeft, given: generator.stalled(stallsLeft)), lane, &instance)
  }

  private func done(_ worker: Int, _ instance: Instance, _ seen: inout Observation) -> Bool {
    let lane = lanes[worker]
    guard let trial = lane.pop() else { return true }
    casesDone += 1
    tally.take(instance)
    report()
    defer { lane.remember(trial.given) }
    guard !lane.examiner.isAsOwed(instance, seen), let found = lane.examiner.mismatch(trial.given, instance, seen) else { return true }
    if found.kind == .crash { mustRestart = true }
    lane.examiner.session.distrust()
    guard book.isNew(found) else { return !mustRestart }
    let exchange = ExchangeRecorder.exchange(trial.given, instance, seen, lane.examiner.session.standIn, isReadable: false)
    suspect = Suspect(given: trial.given, mismatch: found, history: lane.history, exchange: exchange)
    return false
  }

  // What goes wrong.

  private func lookInto(_ found: Suspect) throws {
    for lane in lanes { again += lane.takeBack() }
    tell("looking into \(found.mismatch.requirement)")
    let result: Investigation.Result
    do {
      try restartIfDead()
      let trial = ServerTrial(target: venue.alone, session: trialSession)
      result = try Investigation(trial).investigate(found.given, found.mismatch, history: found.history, afterCases: casesDone, seed: settings.seed)
    } catch let fault as TargetFault {
      keepUnseen(found)
      throw fault
    }
    switch result {
    case .finding(let finding):
      if book.add(finding, seenAs: found.mismatch), let numbered = book.findings.last { onFinding?(numbered) }
      if settings.stopsAtFinding { isOver = true }
    case .flaky(let mismatch):
      book.addFlaky(mismatch)
      onFlaky?(mismatch)
    }
    for lane in lanes { lane.examiner.session.forget() }
  }

  /// The target cannot be used any more, so that it cannot be tried again: it stays as it was seen.
  private func keepUnseen(_ found: Suspect) {
    let finding = Finding(seenOnce: found.mismatch, found.given, found.exchange, afterCases: casesDone, seed: settings.seed)
    if book.add(finding, seenAs: found.mismatch), let numbered = book.findings.last { onFinding?(numbered) }
  }

  private func recover() throws {
    guard !isOver else { return }
    try restartIfDead()
  }

  private func restartIfDead() throws {
    guard mustRestart else { return }
    mustRestart = false
    _ = try venue.alone.restart()
    for lane in lanes { lane.examiner.session.forget() }
    trialSession.forget()
  }

  // Progress.

  private func report() {
    guard casesDone & 63 == 0, onProgress != nil, progressClock.isDue() else { return }
    tell(nil)
  }

  private func tell(_ activity: String?) { onProgress?(progress(corpus: corpus.count, activity)) }
}

/// One worker's addresses, and what it has in flight.
final class ServerLane {
  let examiner: BootstrapExaminer
  private var inFlight: [Trial] = []
  private(set) var history: [Case] = []
  private static let historyLimit = 1024

  struct Trial {
    var index: Int
    var given: Case
  }

  init(_ examiner: BootstrapExaminer) { self.examiner = examiner }

  func push(_ trial: Trial) { inFlight.append(trial) }

  func pop() -> Trial? { inFlight.isEmpty ? nil : inFlight.removeFirst() }

  func takeBack() -> [Trial] {
    defer { inFlight.removeAll(keepingCapacity: true) }
    return inFlight
  }

  func remember(_ given: Case) {
    if history.count >= 2 * Self.historyLimit { history.removeFirst(Self.historyLimit) }
    history.append(given)
  }
}

/// How many cases bore on each requirement of section 6.2, and of section 4 for servers.
struct ServerTally {
  /// By what decides about a packet, and its type.
  private var kinds: [Kind: Int] = [:]
  private var floods = 0
  private var pipelined = 0

  private struct Kind: Hashable {
    var checks: ServerChecks
    var type: PacketType
  }

  mutating func take(_ instance: Instance) {
    for packet in instance.packets where packet.step >= 0 { kinds[Kind(checks: packet.checks, type: packet.type), default: 0] += 1 }
    if instance.expected.last?.isOverRate ?? false { floods += 1 }
    if instance.packets.count > 1, instance.packets[0].connection >= 0 { pipelined += 1 }
  }

  var counts: [String: Int] {
    var counts: [String: Int] = [:]
    for (kind, count) in kinds {
      counts[kind.checks.requirement(kind.type), default: 0] += count
      guard !kind.checks.later.isEmpty, kind.checks.first.rawValue >= ServerChecks.zeroUser.rawValue else { continue }
      counts[ServerChecks.order(kind.type), default: 0] += count
    }
    if floods > 0 { for name in ["exceeded", "silence"] { counts["6.2/rate.\(name)"] = floods } }
    if pipelined > 0 { counts["4/server.pipelined"] = pipelined }
    return counts
  }
}
