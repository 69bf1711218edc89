import S2WMPCrypto
import S2WMPPeer
import S2WMPWire

@testable import S2WMPFuzz

/// Whether a planted defect is found in process, by the generator alone, and named rightly.
struct DefectProof: Sendable {
  /// What came of it.
  struct Row: Sendable {
    /// Name of the defect; empty for the sound peer.
    var defect: String
    /// Cases run until something was found, or all of them.
    var cases: Int
    /// The first mismatch, as the judge named it.
    var seen: Mismatch?
    /// Nil: nothing was found, or it was not seen again.
    var finding: Finding?
  }

  var suite: Suite
  var group: KeyGroup
  var seed: UInt64
  /// Cases run at most.
  var limit: Int
  /// Whether what the target tells its user can come later than its replies.
  var eventsLag = false
  /// What stands between the fuzzer and the core.
  var wrap: @Sendable (CoreTarget) -> any CaseTarget = { $0 }

  init(suite: Suite, group: KeyGroup, seed: UInt64, limit: Int) {
    self.suite = suite
    self.group = group
    self.seed = seed
    self.limit = limit
  }

  /// - defect: nil for the sound peer, where nothing must be found.
  func run(_ defect: PlantedDefect?) throws -> Row {
    let identity = try Identity.generate(suite: suite, group: group)
    let target = wrap(CoreTarget(identity: identity, defect: defect))
    let opening = SessionOpening(targetID: identity.userID, identity: nil, kinds: [(suite, group)], start: 1_800_000_000_000, seed: seed)
    let session = try opening.open(target).0
    var scope = CaseGenerator.Scope(suite: suite, group: group)
    scope.isHeard = true
    let ledger = Ledger(session, eventsLag: eventsLag)
    var search = Search(target, session, CaseGenerator(seed: seed, scope: scope), ledger)
    guard let (given, mismatch) = try search.first(within: limit) else { return Row(defect: defect?.name ?? "", cases: search.count) }
    var own = opening
    let bench = SessionTrial(target: target, session: try own.renew(session, target), opening: own, eventsLag: eventsLag)
    let investigation = Investigation(bench, bench.session)
    let result = try investigation.investigate(given, mismatch, history: search.history, afterCases: search.count, seed: seed)
    guard case .finding(let finding) = result else { return Row(defect: defect?.name ?? "", cases: search.count, seen: mismatch) }
    return Row(defect: defect?.name ?? "", cases: search.count, seen: mismatch, finding: finding)
  }
}

/// Case after case until one is not answered as owed.
private struct Search {
  let target: any CaseTarget
  let generator: CaseGenerator
  private var forge: CaseForge
  private let judge: Judge
  private let ledger: Ledger
  private(set) var history: [Case] = []
  private(set) var count = 0

  init(_ target: any CaseTarget, _ session: PeerSession, _ generator: CaseGenerator, _ ledger: Ledger) {
    self.target = target
    self.generator = generator
    forge = CaseForge(session)
    judge = Judge(session)
    self.ledger = ledger
  }

  mutating func first(within limit: Int) throws -> (Case, Mismatch)? {
    var (instance, seen) = (Instance(), Observation())
    while count < limit {
      let given = generator.make(count)
      count += 1
      do { try forge.make(given, checksAlive: count % 4 == 0, into: &instance) } catch is CaseFault { continue }
      try target.run(instance, into: &seen)
      if !judge.isAsOwed(instance, seen), let mismatch = judge.mismatch(given, instance, seen) {
        ledger.doubt(instance)
        return (given, mismatch)
      }
      ledger.note(given, instance, seen)
      if let entry = ledger.check().first { return (entry.given, entry.mismatch) }
      remember(given)
    }
    return nil
  }

  private mutating func remember(_ given: Case) {
    history.append(given)
    if history.count >= 2 * Reproducer.historyLimit { history.removeFirst(Reproducer.historyLimit) }
  }
}
