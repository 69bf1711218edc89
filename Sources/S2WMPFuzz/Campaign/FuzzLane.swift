import S2WMPWire

/// One worker's users, and what it has in flight.
final class FuzzLane: CasesInFlight {
  let session: PeerSession
  var forge: CaseForge
  let judge: Judge
  /// What the target told its user; nil where it cannot be heard.
  var ledger: Ledger?

  /// - eventsLag: whether what the target tells its user may come later; nil: it cannot be heard.
  init(_ session: PeerSession, eventsLag: Bool?) {
    self.session = session
    forge = CaseForge(session)
    judge = Judge(session)
    ledger = eventsLag.map { Ledger(session, eventsLag: $0) }
  }
}
