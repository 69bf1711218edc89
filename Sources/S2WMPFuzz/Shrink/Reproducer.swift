/// Makes a finding happen again: alone, then with more and more of the cases before it, so that faults which take a state are caught as well.
public struct Reproducer {
  /// How many cases are put before it, one try after the other.
  public static let windows = [0, 10, 100, 1000]
  /// How many of the last cases are worth keeping.
  public static let historyLimit = 1000
  private let trials: CountedTrials

  init(_ trials: CountedTrials) { self.trials = trials }

  /// The shortest list of cases that shows it; nil when it was not seen again.
  ///
  /// - history: the cases run before it, newest last.
  func reproduce(_ given: Case, _ mismatch: Mismatch, history: [Case]) throws -> Shown? {
    let same = Sameness(mismatch)
    var another: Shown?
    for list in Self.lists(given, history) {
      guard let shown = try trials.show(list, isClean: true) else { continue }
      if same.covers(shown.mismatch) { return shown }
      if another == nil { another = shown }
    }
    // What it took lies further back, or can be had only once. What it seemed to be has plain cases, though.
    for plain in PlainCases.of(mismatch.requirement) {
      if let shown = try trials.show([plain], isClean: true), same.covers(shown.mismatch) { return shown }
    }
    // Not that, but something: it is there every time, so it is what is reported.
    return another
  }

  private static func lists(_ given: Case, _ history: [Case]) -> [[Case]] {
    var lists: [[Case]] = []
    var last = -1
    for window in windows {
      let count = min(window, history.count)
      guard count > last else { break }
      last = count
      let before = history.suffix(count)
      lists.append(before + [given])
      // What a case did to its connection may show only in the exchange after it, and some cases were followed by one when they ran.
      if let proven = given.proven { lists.append(before + [proven]) }
      if count > 0 { lists.append(before.map { $0.proven ?? $0 } + [given]) }
    }
    return lists
  }
}

extension Case {
  /// With a valid packet behind it on the same connection. Nil where none may follow.
  var proven: Case? {
    switch steps.last {
    case .send, .noise, .await: break
    default: return nil
    }
    var longer = self
    longer.steps.append(.send([PacketPlan(role == .bootstrap ? .registration : .statusChange)], .whole))
    return longer
  }
}
