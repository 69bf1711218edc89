import S2WMPCrypto
import S2WMPWire

/// Trials on a peer of the legacy dialect.
public final class LegacyTrial: CaseTrying {
  private let target: any CaseTarget
  private let session: LegacySession
  private var trial: ExaminedTrial
  public var lastRun: (instance: Instance, seen: Observation)? { (trial.instance, trial.seen) }

  /// What came of asking to be its friend.
  public private(set) var answer = SessionOpening.Answer.friend

  /// Asks the target to be our friend. Throws when it is no legacy peer that can be talked to.
  public init(target: any CaseTarget, session: LegacySession) throws {
    self.target = target
    self.session = session
    let names = try PeerSession(
      targetID: session.targetID, target: nil, friend: try Identity.generate(suite: .dh, group: .x25519), start: 0, seed: 0)
    trial = ExaminedTrial(target, LegacyExaminer(session), names: names)
    try befriend()
  }

  private func befriend() throws {
    let friend = session.user(.friend)
    guard !friend.isFriend, session.acceptsRequests else { return }
    session.acceptsRequests = true
    try trial.make(Case(dialect: .legacy, [.send([PacketPlan(.chatRequest)], .whole)]))
    let seen = trial.seen
    if let death = seen.death { throw TargetFault("\(target.name) ended at its first chat request: \(death)") }
    if seen.endings.first == .refused { throw TargetFault("nothing takes connections at \(target.name); start the peer there, or name another target") }
    guard let reply = seen.replies.first else {
      // The dialect has no packet that says no.
      (session.acceptsRequests, answer) = (false, .unanswered)
      return
    }
    guard let came = LegacyAnswer(seen, reply), came.type == .chatRequest, came.status == 1 else {
      throw TargetFault("\(target.name) refuses a correct legacy chat request, so it cannot be talked to; is \(session.targetID.hex) its ID (--peer-id)?")
    }
    do { try friend.befriend(came.key) } catch { throw TargetFault("\(target.name) answers a chat request with a key that cannot be used: \(error)") }
    session.isFriend = true
  }

  public func run(_ cases: [Case]) throws -> Tried { try trial.run(cases) }

  public func recover() throws {
    target.disconnect()
    guard trial.seen.death != nil || target.restartsCheaply, try target.restart() else { return }
    if let id = target.spokenID { session.targetID = id }
    try session.forget()
    try befriend()
  }
}
