import S2WMPCrypto
import S2WMPWire

/// Trials in a session with a target, whatever kind of target it is.
public final class SessionTrial: CaseTrying {
  private let target: any CaseTarget
  public private(set) var session: PeerSession
  private var opening: SessionOpening
  private var forge: CaseForge
  private var judge: Judge
  private let eventsLag: Bool
  /// Whether every case ends with a valid exchange, also where each packet of it is answered.
  public var checksAlive = false
  private var hasDied = false
  private var ledger: Ledger
  private var instance = Instance()
  private var seen = Observation()
  /// How often what was not heard yet is waited for.
  private static let patience = 3

  /// - eventsLag: whether what the target tells its user can come later than its replies.
  public init(target: any CaseTarget, session: PeerSession, opening: SessionOpening, eventsLag: Bool = false) {
    self.target = target
    self.session = session
    self.opening = opening
    self.eventsLag = eventsLag
    forge = CaseForge(session)
    judge = Judge(session)
    ledger = Ledger(session, eventsLag: eventsLag)
  }

  public var lastRun: (instance: Instance, seen: Observation)? { (instance, seen) }

  /// `Mismatch.packet` counts the packets of all cases, as `Exchange.packets` does.
  public func run(_ cases: [Case]) throws -> Tried {
    var recorder = ExchangeRecorder(session)
    let first = ledger.sequence
    for (index, given) in cases.enumerated() {
      try forge.make(given, checksAlive: checksAlive, into: &instance)
      try target.run(instance, into: &seen)
      if seen.death != nil { hasDied = true }
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

  /// What a target tells its user may come later than its replies: it is given time, and further messages push it out.
  private func settle() throws {
    guard eventsLag else { return }
    let last = ledger.sequence
    listen(upTo: last)
    for _ in 0..<Self.patience where !ledger.isSettled(upTo: last) {
      let further = Case([.send([PacketPlan(.message)], .whole)])
      try forge.make(further, checksAlive: false, into: &instance)
      try target.run(instance, into: &seen)
      guard judge.isAsOwed(instance, seen) else { return ledger.doubt(instance) }
      ledger.note(further, instance, seen)
      listen(upTo: last)
    }
  }

  private func listen(upTo last: Int) {
    while !ledger.isSettled(upTo: last) {
      let heard = target.listen(.milliseconds(500))
      if heard.isEmpty { return }
      ledger.hear(heard)
    }
  }

  public func recover() throws {
    if hasDied || target.restartsCheaply, try target.restart() { return try renew() }
    target.disconnect()
    ledger.reset()
    do {
      try session.doubt()
      if target.isHeard { try showTarget() }
      try opening.befriendAgain(session, target)
    } catch let fault as TargetFault {
      // It may be in such a state that only a new start helps.
      guard try target.restart() else { throw fault }
      try renew()
    }
  }

  public func setPatience(isShort: Bool) { target.setPatience(isShort: isShort) }

  private func renew() throws {
    hasDied = false
    session = try opening.renew(session, target)
    forge = CaseForge(session)
    judge = Judge(session)
    ledger = Ledger(session, eventsLag: eventsLag)
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
