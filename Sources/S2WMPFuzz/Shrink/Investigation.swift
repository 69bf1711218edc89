import S2WMPCrypto
import S2WMPWire

/// Everything that is done about a mismatch: it is made to happen again, made small, told apart from others, made small again, and compared with its control.
public struct Investigation {
  public enum Result: Sendable {
    case finding(Finding)
    /// It was not seen again.
    case flaky(Mismatch)
  }

  /// Trials for one finding, all in all.
  public static let limit = 299
  private static let shrinkLimit = 200
  private static let diagnosisLimit = 260
  private static let lastLimit = limit - 4

  private let trying: any CaseTrying
  private let isHarmful: (PacketPlan, _ isDatagram: Bool) -> Bool

  /// - isHarmful: whether there is anything about a packet for which it is not simply accepted.
  public init(_ trying: any CaseTrying, isHarmful: @escaping (PacketPlan, _ isDatagram: Bool) -> Bool) {
    self.trying = trying
    self.isHarmful = isHarmful
  }

  /// For findings about a peer.
  public init(_ trying: any CaseTrying, _ session: PeerSession) {
    self.init(trying) { Self.isHarmful($0, isDatagram: $1, session) }
  }

  /// - given: the case that was not answered as owed. The target is recovered first and left recovered.
  /// - history: the cases run before it, newest last.
  /// - afterCases: how many cases were run when it was found.
  public func investigate(_ given: Case, _ mismatch: Mismatch, history: [Case], afterCases: Int, seed: UInt64) throws -> Result {
    let trials = CountedTrials(trying, limit: Self.limit)
    guard let original = try Reproducer(trials).reproduce(given, mismatch, history: history) else {
      try trying.recover()
      return .flaky(mismatch)
    }
    let (named, smallest) = try reduceInTime(original, trials)
    let control = try self.control(smallest, trials)
    try trying.recover()
    return .finding(
      Finding(
        number: 0, mismatch: settled(smallest, named), original: original.cases, minimized: smallest.cases, afterCases: afterCases, shrinkRuns: trials.count,
        seed: seed, exchange: smallest.exchange, sent: original.exchange.packets.map { Array(original.exchange.sent[$0.range]) }, control: control))
  }

  /// Waiting for what does not come takes nearly all the time, so trials wait less until the result has to be proven. How a process ends takes its time.
  private func reduceInTime(_ original: Shown, _ trials: CountedTrials) throws -> (named: Shown, smallest: Shown) {
    guard original.mismatch.kind != .crash else { return try reduce(original, trials) }
    trying.setPatience(isShort: true)
    defer { trying.setPatience(isShort: false) }
    let (named, quick) = try reduce(original, trials)
    trying.setPatience(isShort: false)
    if let proven = try trials.show(quick.cases, isClean: true), Sameness(proven.mismatch) == Sameness(quick.mismatch) { return (named, proven) }
    return try reduce(original, trials)
  }

  private func reduce(_ original: Shown, _ trials: CountedTrials) throws -> (named: Shown, smallest: Shown) {
    let small = try Shrinker(trials, limit: Self.shrinkLimit).shrink(original)
    let named = try Diagnosis(trials, limit: Self.diagnosisLimit).examine(small)
    return (named, named.cases == small.cases ? named : try Shrinker(trials, limit: Self.lastLimit).shrink(named))
  }

  /// A crash is named by what is left; anything else as it was diagnosed.
  private func settled(_ smallest: Shown, _ named: Shown) -> Mismatch {
    var mismatch = smallest.mismatch
    if ![.crash, .hang].contains(mismatch.kind) { mismatch.requirement = named.mismatch.requirement }
    if Self.cutMatters.contains(mismatch.requirement), smallest.cases.contains(where: \.isCut) { mismatch.requirement = "4/tcp.cut" }
    return mismatch
  }

  /// What a valid packet can break when it arrives in pieces, and only then.
  private static let cutMatters: Set<String> = ["6.1/accept.m", "6.1/accept.sc", "6.1/accept.ic", "6.1/cr.accept", "6.1/cr.again", "4/answer"]

  private func control(_ shown: Shown, _ trials: CountedTrials) throws -> ControlResult? {
    guard let cases = Control.of(shown.cases, isHarmful), let tried = try trials.run(cases, isClean: true) else { return nil }
    return tried.mismatch.map { .failed($0.observed) } ?? .accepted
  }

  private static func isHarmful(_ plan: PacketPlan, isDatagram: Bool, _ session: PeerSession) -> Bool {
    let facts = session.facts(plan)
    if isDatagram { return Consequences.ofDatagram(plan, facts).first != nil }
    guard let consequence = try? Consequences.of(plan, facts) else { return true }
    return consequence.framing != .whole || consequence.first.map { $0.owed != .nothing } ?? false
  }
}

extension Case {
  /// Whether packets of it leave in pieces.
  fileprivate var isCut: Bool {
    steps.contains { step in
      switch step {
      case .send(_, .whole), .send(_, .packets): false
      case .send: true
      default: false
      }
    }
  }
}
