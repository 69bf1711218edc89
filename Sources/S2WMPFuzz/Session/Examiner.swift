import S2WMPWire

/// Makes cases concrete for one target, and judges what came of them: whatever the target is, and whichever dialect it speaks.
public protocol Examiner: RunJudging, AnyObject {
  /// As `CaseMaking` has it.
  func make(_ given: Case, checksAlive: Bool, into out: inout Instance) throws
}

/// Makes cases concrete.
public protocol CaseMaking {
  /// Throws a `CaseFault` when the case cannot be made, or when its construction does not say what is owed.
  ///
  /// - checksAlive: whether each connection ends with a valid exchange even where every packet is answered.
  mutating func make(_ given: Case, checksAlive: Bool, into out: inout Instance) throws
}

/// Compares what came with what is owed.
public protocol RunJudging {
  /// The quick look at every run.
  func isAsOwed(_ instance: Instance, _ seen: Observation) -> Bool
  /// The first difference; nil when all is as owed.
  ///
  /// - given: the case of which `instance` was made.
  func mismatch(_ given: Case, _ instance: Instance, _ seen: Observation) -> Mismatch?
}

/// A session with everything that is made and judged in it.
public final class SessionExaminer<Session, Forge: CaseMaking, Verdicts: RunJudging>: Examiner {
  public let session: Session
  private var forge: Forge
  private let judge: Verdicts

  init(_ session: Session, _ forge: Forge, _ judge: Verdicts) { (self.session, self.forge, self.judge) = (session, forge, judge) }

  public func make(_ given: Case, checksAlive: Bool, into out: inout Instance) throws { try forge.make(given, checksAlive: checksAlive, into: &out) }
  public func isAsOwed(_ instance: Instance, _ seen: Observation) -> Bool { judge.isAsOwed(instance, seen) }
  public func mismatch(_ given: Case, _ instance: Instance, _ seen: Observation) -> Mismatch? { judge.mismatch(given, instance, seen) }
}

extension BootstrapForge: CaseMaking {}
extension BootstrapJudge: RunJudging {}
extension LegacyForge: CaseMaking {}
extension LegacyJudge: RunJudging {}

/// For a bootstrap server of the v1 dialect.
public typealias BootstrapExaminer = SessionExaminer<BootstrapSession, BootstrapForge, BootstrapJudge>

extension SessionExaminer where Session == BootstrapSession, Forge == BootstrapForge, Verdicts == BootstrapJudge {
  public convenience init(_ session: BootstrapSession) { self.init(session, BootstrapForge(session), BootstrapJudge(session)) }
}

/// For a peer of the legacy dialect.
public typealias LegacyExaminer = SessionExaminer<LegacySession, LegacyForge, LegacyJudge>

extension SessionExaminer where Session == LegacySession, Forge == LegacyForge, Verdicts == LegacyJudge {
  public convenience init(_ session: LegacySession) { self.init(session, LegacyForge(session), LegacyJudge(session)) }
}

/// For a bootstrap server of the legacy dialect.
public typealias LegacyServerExaminer = SessionExaminer<BootstrapSession, LegacyServerForge, LegacyServerJudge>

extension SessionExaminer where Session == BootstrapSession, Forge == LegacyServerForge, Verdicts == LegacyServerJudge {
  public convenience init(_ session: BootstrapSession) { self.init(session, LegacyServerForge(session), LegacyServerJudge()) }
}

extension BootstrapSession {
  /// For a server that speaks that dialect.
  func examiner(_ dialect: Dialect) -> any Examiner { dialect == .v1 ? BootstrapExaminer(self) : LegacyServerExaminer(self) }
}
