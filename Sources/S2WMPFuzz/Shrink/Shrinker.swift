import S2WMPWire

/// Makes what shows a finding as small as it gets: fewest cases, steps, packets and changes, then the simplest values, still failing in the same way.
public struct Shrinker {
  private let trials: CountedTrials
  /// How many trials in all may have been made when it stops.
  private let limit: Int

  init(_ trials: CountedTrials, limit: Int) {
    self.trials = trials
    self.limit = limit
  }

  /// The same finding, smaller. The same list when nothing can go.
  ///
  /// Trials that pass leave the target as it was, nearly: so it is recovered only after those that fail. What comes out is tried once more on a recovered target,
  /// and if it does not show there, everything is done again with care. So is what takes several cases from the start: it is a matter of what went before.
  func shrink(_ shown: Shown) throws -> Shown {
    if shown.cases.count > 1 { return try descend(shown, isCareful: true) }
    let small = try descend(shown, isCareful: false)
    if small.cases == shown.cases { return small }
    if let proven = try trials.show(small.cases, isClean: true), Sameness(shown.mismatch).covers(proven.mismatch) { return proven }
    return try descend(shown, isCareful: true)
  }

  private func descend(_ shown: Shown, isCareful: Bool) throws -> Shown {
    var descent = Descent(trials, limit: limit, isCareful: isCareful, shown)
    try descent.run()
    return descent.current
  }
}

/// One way down from a finding.
private struct Descent {
  private let trials: CountedTrials
  private let limit: Int
  private let isCareful: Bool
  private let same: Sameness
  private var tried: Set<[Case]>
  private(set) var current: Shown

  init(_ trials: CountedTrials, limit: Int, isCareful: Bool, _ shown: Shown) {
    self.trials = trials
    self.limit = limit
    self.isCareful = isCareful
    same = Sameness(shown.mismatch)
    tried = [shown.cases]
    current = shown
  }

  mutating func run() throws {
    var before: [Case] = []
    while before != current.cases {
      before = current.cases
      for pass in Reductions.passes { while try takeFirst(of: pass(current)) {} }
      try shortenSizes()
      try shortenNoise()
    }
  }

  private mutating func takeFirst(of candidates: [[Case]]) throws -> Bool {
    for candidate in candidates where try attempt(candidate) { return true }
    return false
  }

  private mutating func attempt(_ candidate: [Case]) throws -> Bool {
    guard trials.count < limit, !candidate.isEmpty, tried.insert(candidate).inserted else { return false }
    guard let shown = try trials.show(candidate, isClean: isCareful), same.covers(shown.mismatch) else { return false }
    current = shown
    return true
  }

  /// Counts are halved towards the smallest that still shows it.
  private mutating func shortenSizes() throws {
    var number = 0
    while number < current.cases.places.count {
      let place = current.cases.places[number]
      number += 1
      for index in (current.cases.plan(place)?.changes ?? []).indices { try shorten(place, index) }
    }
  }

  private mutating func shorten(_ place: PacketPlace, _ index: Int) throws {
    guard let start = size(place, index), start > 1 else { return }
    var (low, high) = (0, start)
    while high - low > 1 {
      guard let plan = current.cases.plan(place), plan.changes.indices.contains(index) else { return }
      let middle = low + (high - low) / 2
      let isShown = try attempt(current.cases.replacing(place, by: plan.replacingChange(index, by: plan.changes[index].withSize(middle))))
      if isShown { high = middle } else { low = middle }
      guard current.cases.places.contains(place) else { return }
    }
  }

  private func size(_ place: PacketPlace, _ index: Int) -> Int? {
    guard let plan = current.cases.plan(place), plan.changes.indices.contains(index) else { return nil }
    return plan.changes[index].size
  }

  private mutating func shortenNoise() throws {
    for number in current.cases.indices {
      for step in current.cases[number].steps.indices {
        while case .noise(let bytes) = current.cases[number].steps[step], bytes.count > 1 {
          guard try attempt(current.cases.changing(number) { $0.steps[step] = .noise(Array(bytes.prefix(bytes.count / 2))) }) else { break }
          guard current.cases.indices.contains(number), current.cases[number].steps.indices.contains(step) else { return }
        }
      }
    }
  }
}
