import S2WMPWire

/// Makes cases concrete for one target, and judges what came of them: whatever the target is, and whichever dialect it speaks.
public protocol Examiner: AnyObject {
  /// Throws a `CaseFault` when the case cannot be made, or when its construction does not say what is owed.
  func make(_ given: Case, checksAlive: Bool, into out: inout Instance) throws
  /// The quick look at every run.
  func isAsOwed(_ instance: Instance, _ seen: Observation) -> Bool
  /// The first difference; nil when all is as owed.
  func mismatch(_ given: Case, _ instance: Instance, _ seen: Observation) -> Mismatch?
}

/// For a peer of the v1 dialect.
public final class PeerExaminer: Examiner {
  public let session: PeerSession
  private var forge: CaseForge
  private let judge: Judge

  public init(_ session: PeerSession) {
    self.session = session
    forge = CaseForge(session)
    judge = Judge(session)
  }

  public func make(_ given: Case, checksAlive: Bool, into out: inout Instance) throws { try forge.make(given, checksAlive: checksAlive, into: &out) }
  public func isAsOwed(_ instance: Instance, _ seen: Observation) -> Bool { judge.isAsOwed(instance, seen) }
  public func mismatch(_ given: Case, _ instance: Instance, _ seen: Observation) -> Mismatch? { judge.mismatch(given, instance, seen) }
}

/// For a bootstrap server of the v1 dialect.
public final class BootstrapExaminer: Examiner {
  public let session: BootstrapSession
  private var forge: BootstrapForge
  private let judge: BootstrapJudge

  public init(_ session: BootstrapSession) {
    self.session = session
    forge = BootstrapForge(session)
    judge = BootstrapJudge(session)
  }

  public func make(_ given: Case, checksAlive: Bool, into out: inout Instance) throws { try forge.make(given, checksAlive: checksAlive, into: &out) }
  public func isAsOwed(_ instance: Instance, _ seen: Observation) -> Bool { judge.isAsOwed(instance, seen) }
  public func mismatch(_ given: Case, _ instance: Instance, _ seen: Observation) -> Mismatch? { judge.mismatch(given, instance, seen) }
}
