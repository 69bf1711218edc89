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

  public var lastRun: (instance: Instance, seen: Observation) { (instance, seen) }

  /// `Mismatch.packet` counts the packets of all cases, as `Exchange.packets` does.
  public func run(_ cases: [Case]) throws -> Tried {
    var recorder = ExchangeRecorder(session)
    let first = ledger.sequence
    for (index, given) in cases.enumerated() {
      try forge.make(given, checksAlive: false, into: &instance)
      try target.run(instance, into: &seen)
      if seen.death != nil { hasDied = true }
      let before = recorder.exchange.packets.count
      recorder.record(given, instance, seen)
      if !judge.isAsOwed(instance, seen), var mismatch = judge.mismatch(given, instance, seen) {
        mismatch.packet = mismatch.packet.map { $0 + before }
        return Tried(mismatch: mismatch, index: index, exchange: recorder.exchange)
      }
      guard target.isHeard else { continue }
      ledger.note(given, instance, seen)
      let isLast = index == cases.count - 1
      if isLast { try settle() }
      if let entry = ledger.check(isFinal: isLast).first { return recorder.tried(entry, at: entry.sequence - first - 1, index) }
    }
    return Tried(mismatch: nil, index: max(0, cases.count - 1), exchange: recorder.exchange)
  }

  /// What a target tells its user may come later than its replies: it is given time, and further messages push it out.
  private func settle() throws {
    var left = Self.patience
    guard eventsLag else { return }
    listen()
    let further = Case([.send([PacketPlan(.message)], .whole)])
    while !ledger.isSettled, left > 0 {
      left -= 1
      try forge.make(further, checksAlive: false, into: &instance)
      try target.run(instance, into: &seen)
      guard judge.isAsOwed(instance, seen) else { return }
      ledger.note(further, instance, seen)
      listen()
    }
  }

  private func listen() {
    while !ledger.isSettled {
      let heard = target.listen(.milliseconds(400))
      if heard.isEmpty { return }
      ledger.hear(heard)
    }
  }

  public func recover() throws {
    ledger.reset()
    if hasDied || target.restartsCheaply, try target.restart() { return try renew() }
    target.disconnect()
    do {
      try session.doubt()
      if target.isHeard { try showTarget() }
      if session.acceptsRequests { try opening.befriend(session, target) }
    } catch let fault as TargetFault {
      // It may be in such a state that only a new start helps.
      guard try target.restart() else { throw fault }
      try renew()
    }
  }

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
