import S2WMPWire

/// One worker's users, and what it has in flight.
final class FuzzLane {
  let session: PeerSession
  var forge: CaseForge
  let judge: Judge
  /// What the target told its user; nil where it cannot be heard.
  var ledger: Ledger?
  /// Cases handed out and not judged yet, the oldest first.
  private(set) var inFlight: [Trial] = []
  /// The last cases that ran here, the newest last.
  private(set) var history: [Case] = []
  private static let historyLimit = 1024

  struct Trial {
    var index: Int
    var given: Case
  }

  /// - eventsLag: whether what the target tells its user may come later; nil: it cannot be heard.
  init(_ session: PeerSession, eventsLag: Bool?) {
    self.session = session
    forge = CaseForge(session)
    judge = Judge(session)
    ledger = eventsLag.map { Ledger(session, eventsLag: $0) }
  }

  func push(_ trial: Trial) { inFlight.append(trial) }

  func pop() -> Trial? { inFlight.isEmpty ? nil : inFlight.removeFirst() }

  func remember(_ given: Case) {
    if history.count >= 2 * Self.historyLimit { history.removeFirst(Self.historyLimit) }
    history.append(given)
  }

  /// What was in flight when the run was interrupted is to be tried again.
  func takeBack() -> [Trial] {
    defer { inFlight.removeAll(keepingCapacity: true) }
    return inFlight
  }
}
