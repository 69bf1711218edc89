/// What one worker has in flight, and what it ran last.
class CasesInFlight {
  struct Trial {
    var index: Int
    var given: Case
  }

  /// Cases handed out and not judged yet, the oldest first.
  private var inFlight: [Trial] = []
  /// The last cases that ran here, the newest last.
  private(set) final var history: [Case] = []
  private static let historyLimit = 1024

  final func push(_ trial: Trial) { inFlight.append(trial) }

  final func pop() -> Trial? { inFlight.isEmpty ? nil : inFlight.removeFirst() }

  final func remember(_ given: Case) {
    if history.count >= 2 * Self.historyLimit { history.removeFirst(Self.historyLimit) }
    history.append(given)
  }

  /// What was in flight when the run was interrupted is to be tried again.
  final func takeBack() -> [Trial] {
    defer { inFlight.removeAll(keepingCapacity: true) }
    return inFlight
  }
}
