/// What one worker has in flight, and what it ran last.
class CasesInFlight {
  struct Trial {
    var index: Int
    var given: Case
  }

  /// Cases handed out and not judged yet, the oldest first.
  private var inFlight: [Trial] = []
  /// A ring of the last cases that ran here. One goes for each that comes, so that what it was made of is used again.
  private var recent: [Case] = []
  private var oldest = 0
  private static let historyLimit = 1024

  final func push(_ trial: Trial) { inFlight.append(trial) }

  final func pop() -> Trial? { inFlight.isEmpty ? nil : inFlight.removeFirst() }

  final func remember(_ given: Case) {
    guard recent.count == Self.historyLimit else { return recent.append(given) }
    recent[oldest] = given
    oldest = (oldest + 1) % Self.historyLimit
  }

  /// The last cases that ran here, the newest last.
  final var history: [Case] { Array(recent[oldest...] + recent[..<oldest]) }

  /// What was in flight when the run was interrupted is to be tried again.
  final func takeBack() -> [Trial] {
    defer { inFlight.removeAll(keepingCapacity: true) }
    return inFlight
  }
}
