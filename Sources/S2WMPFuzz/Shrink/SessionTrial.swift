import S2WMPCrypto
import S2WMPWire

/// Trials in a session with a target, whatever kind of target it is.
public final class SessionTrial: CaseTrying {
  private let target: any CaseTarget
  private let session: PeerSession
  private let opening: SessionOpening
  private var forge: CaseForge
  private let judge: Judge
  private let ledger: Ledger
  private var instance = Instance()
  private var seen = Observation()
  /// How often what was not heard yet is waited for.
  private static let patience = 3

  /// - ledger: that of the session.
  public init(target: any CaseTarget, session: PeerSession, opening: SessionOpening, ledger: Ledger) {
    self.target = target
    self.session = session
    self.opening = opening
    forge = CaseForge(session)
    judge = Judge(session)
    self.ledger = ledger
  }

  /// `Mismatch.packet` counts the packets of all cases, as `Exchange.packets` does.
  public func run(_ cases: [Case]) throws -> Tried {
    var recorder = ExchangeRecorder(session)
    let first = ledger.sequence
    for (index, given) in cases.enumerated() {
      try forge.make(given, checksAlive: false, into: &instance)
      try target.run(instance, into: &seen)
      let before = recorder.exchange.packets.count
      recorder.record(given, instance, seen)
      if !judge.isAsOwed(instance, seen), var mismatch = judge.mismatch(given, instance, seen) {
        mismatch.packet = mismatch.packet.map { $0 + before }
        ledger.doubt(instance)
        return Tried(mismatch: mismatch, index: index, exchange: recorder.exchange)
      }
      guard target.isHeard else { continue }
      ledger.note(given, instance, seen)
      let last = ledger.sequence
      let isLast = index == cases.count - 1
      if isLast { try settle() }
      if let entry = ledger.check(upTo: isLast ? last : 0).first { return recorder.tried(entry, at: entry.sequence - first - 1, index) }
    }
    return Tried(mismatch: nil, index: max(0, cases.count - 1), exchange: recorder.exchange)
  }

  /// What a target tells its user may come later than its replies: further messages push it out, and in the end there is time for it.
  private func settle() throws {
    let last = ledger.sequence
    for round in 0...Self.patience where !ledger.isSettled(upTo: last) {
      let further = Case([.send([PacketPlan(.message)], .whole)])
      try forge.make(further, checksAlive: false, into: &instance)
      if round == Self.patience { instance.actions.append(.awaitReplies(instance.expected.count + 1, connection: 0, .reply)) }
      try target.run(instance, into: &seen)
      guard judge.isAsOwed(instance, seen) else { return ledger.doubt(instance) }
      ledger.note(further, instance, seen)
    }
  }

  public func recover() throws {
    if try target.restart() {
      ledger.reset(isNew: true)
      try session.forget()
      if session.acceptsRequests { try opening.befriend(session, target) }
    } else {
      target.disconnect()
      ledger.reset(isNew: false)
      try session.doubt()
      if target.isHeard { try showTarget() }
      if session.acceptsRequests { try opening.renew(session, target) }
    }
  }

  /// A case that broke off may have left the target invisible.
  private func showTarget() throws {
    instance.reset()
    instance.actions = [.status(.online)]
    try target.run(instance, into: &seen)
  }
}

extension ExchangeRecorder {
  /// A finding of the ledger is about a packet of any of the cases.
  fileprivate func tried(_ entry: Ledger.Entry, at number: Int, _ last: Int) -> Tried {
    var mismatch = entry.mismatch
    let known = starts.indices.contains(number)
    mismatch.packet = known ? mismatch.packet.map { $0 + starts[number] } : nil
    return Tried(mismatch: mismatch, index: last, exchange: exchange)
  }
}
