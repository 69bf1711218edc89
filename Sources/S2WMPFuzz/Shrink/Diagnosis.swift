/// Finds out which requirement a target really breaks. One observation can mean several things; experiments beside it tell them apart, and the first more basic
/// one that fails is the finding.
public struct Diagnosis {
  private let trials: CountedTrials
  /// How many trials in all may have been made when it stops.
  private let limit: Int

  init(_ trials: CountedTrials, limit: Int) {
    self.trials = trials
    self.limit = limit
  }

  /// What is to be reported: the finding as it is, or a more basic one.
  func examine(_ shown: Shown) throws -> Shown {
    var (current, known) = (shown, Set([shown.cases]))
    // What was left for something more basic is not returned to.
    var left: Set<Sameness> = []
    while let better = try firstOther(than: current, &known, left) {
      left.insert(Sameness(current.mismatch))
      current = better
    }
    return try plainest(current)
  }

  /// The plainest case of the requirement, when that shows the same with less.
  private func plainest(_ shown: Shown) throws -> Shown {
    for plain in PlainCases.of(shown.mismatch.requirement).map({ [$0] }) where plain.isLess(than: shown.cases) {
      if let same = try trials.show(plain, isClean: true), Sameness(same.mismatch) == Sameness(shown.mismatch) { return same }
    }
    return shown
  }

  private func firstOther(than shown: Shown, _ known: inout Set<[Case]>, _ left: Set<Sameness>) throws -> Shown? {
    for experiment in Siblings.of(shown) where known.insert(experiment).inserted {
      guard trials.count < limit else { return nil }
      guard let other = try trials.show(experiment).map(renamed), isTelling(other.mismatch, shown.mismatch) else { continue }
      guard !left.contains(Sameness(other.mismatch)) else { continue }
      // What went before it must not be why it failed.
      guard let again = try trials.show(experiment, isClean: true).map(renamed) else { continue }
      if Sameness(again.mismatch) == Sameness(other.mismatch) { return again }
    }
    return nil
  }

  /// Bytes enough for any packet, and no answer: that is not a matter of waiting for more.
  private func renamed(_ shown: Shown) -> Shown {
    guard shown.cases == PlainCases.of("6.1/1.answer"), shown.mismatch.requirement == "4/framed.at-once" else { return shown }
    var copy = shown
    copy.mismatch.requirement = "6.1/1.answer"
    return copy
  }

  /// Whether something else was seen, and says more. That nothing came says less than that something was taken for a packet, or skipped.
  private func isTelling(_ other: Mismatch, _ current: Mismatch) -> Bool {
    if Sameness(other) == Sameness(current) { return false }
    // What is accepted fails its own check, in whatever order they are made.
    if current.kind == .acceptedMalformed, other.requirement.hasSuffix(".order") { return false }
    // A server's request that fails one check alone shows more than one that fails two.
    if other.requirement.hasSuffix(".order"), current.requirement.hasPrefix("6.2/"), !current.requirement.hasSuffix(".order") { return false }
    guard ["4/framed.at-once", "6.1/1.answer"].contains(other.requirement), other.kind == .noReply else { return true }
    return current.requirement == "4/framed.at-once"
  }
}
