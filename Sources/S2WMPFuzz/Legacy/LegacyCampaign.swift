import S2WMPWire

/// A fuzz run against a legacy peer, one case after the other. Cases that showed something new are extended.
public final class LegacyCampaign: FindingKeeping {
  let settings: FuzzSettings
  private let trial: LegacyTrial
  private let coverage: EdgeCoverage?
  private var steering: Steering<LegacyGenerator>
  private var features = Features()
  private let cases = CasesInFlight()
  private let watch = Stopwatch()
  private var progressClock = ProgressClock()

  public internal(set) var book = FindingBook()
  public private(set) var casesDone = 0
  public private(set) var requirementCounts: [String: Int] = [:]
  public var additions: [Case] { steering.additions }
  public var seconds: Double { watch.seconds }
  public var onProgress: ((FuzzProgress) -> Void)?
  public var onFinding: ((Finding) -> Void)?
  public var onFlaky: ((Mismatch) -> Void)?
  public var isCancelled: () -> Bool = { false }

  /// - coverage: of the target's code, where it is counted.
  /// - corpus: cases to begin with.
  public init(_ settings: FuzzSettings, _ trial: LegacyTrial, coverage: EdgeCoverage? = nil, corpus: [Case] = []) {
    (self.settings, self.trial, self.coverage) = (settings, trial, coverage)
    steering = Steering(LegacyGenerator(seed: settings.seed), corpus: corpus.filter { $0.role == .peer && $0.dialect == .legacy })
  }

  public func run() throws {
    while !isCancelled(), casesDone < settings.cases ?? .max, settings.seconds.map({ watch.seconds < $0 }) ?? true {
      let (given, tried) = try next()
      casesDone += 1
      for packet in tried.exchange.packets where packet.step >= 0 {
        requirementCounts[packet.requirement.isEmpty ? "L/m.accepted" : packet.requirement, default: 0] += 1
      }
      if let mismatch = tried.mismatch { try meet(mismatch, given) } else { notice(given) }
      if settings.stopsAtFinding, !book.findings.isEmpty { break }
      cases.remember(given)
      if onProgress != nil, progressClock.isDue() { onProgress?(progress(features: steering.featureCount, corpus: steering.pool.count, nil)) }
    }
    steering.close()
  }

  /// What cannot be made here, or not be judged, gives way to a plain case of the same number.
  private func next() throws -> (given: Case, tried: Tried) {
    let given = steering.make(casesDone)
    coverage?.begin()
    do {
      return (given, try trial.run([given]))
    } catch is CaseFault {
      let plain = steering.plain(casesDone)
      return (plain, try trial.run([plain]))
    }
  }

  private func notice(_ given: Case) {
    guard let last = trial.lastRun else { return }
    features.take(given, last.instance, last.seen)
    features.add(coverage?.news() ?? [])
    steering.note(casesDone - 1, given, features)
  }

  private func meet(_ mismatch: Mismatch, _ given: Case) throws {
    guard book.isNew(mismatch) else { return try trial.recover() }
    let investigation = Investigation(trial) { plan, isDatagram in
      let consequence = isDatagram ? try? LegacyOracle.ofDatagram(plan) : try? LegacyOracle.of(plan, isFriend: plan.sender == .friend)
      return consequence.map { $0.first != nil || $0.framing != .whole } ?? true
    }
    let history = Array(cases.history.suffix(Reproducer.historyLimit))
    _ = enter(try investigation.investigate(given, mismatch, history: history, afterCases: casesDone, seed: settings.seed), seenAs: mismatch)
  }
}
