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
  /// A ring of the last cases that ran here. One goes for each that comes, so that what it is made of is used again.
  private var recent: [Case] = []
  private var oldest = 0
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
    guard recent.count == Self.historyLimit else { return recent.append(given) }
    recent[oldest] = given
    oldest = (oldest + 1) % Self.historyLimit
  }

  /// The last cases that ran here, the newest last.
  var history: [Case] { Array(recent[oldest...] + recent[..<oldest]) }

  /// What was in flight when the run was interrupted is to be tried again.
  func takeBack() -> [Trial] {
    defer { inFlight.removeAll(keepingCapacity: true) }
    return inFlight
  }
}
