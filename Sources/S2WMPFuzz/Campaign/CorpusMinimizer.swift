/// The smallest set of cases that shows as much as all of them together: the same answers to the same constructions and, where the program counts them, the same
/// edges of its code.
///
/// Small cases go first, and a case stays when it shows something that none before it did; what later ones show as well is then taken away again, the largest first.
/// A case that fails stays always, and so does one that cannot be made here: it may be meant for another suite, or for another kind of target.
public struct CorpusMinimizer {
  private let trying: any CaseTrying
  private let coverage = EdgeCoverage()

  /// One case, and what it showed.
  private struct Shown {
    var index: Int
    var size: Int
    var features: Set<UInt64>
    var isKeptAnyway = false
  }

  private let isForTarget: (Case) -> Bool

  /// - isForTarget: whether a case is for this kind of target at all.
  public init(_ trying: any CaseTrying, isForTarget: @escaping (Case) -> Bool = { _ in true }) {
    (self.trying, self.isForTarget) = (trying, isForTarget)
  }

  /// The indices of those to keep, in rising order. Throws `TargetFault` when the target cannot be used any more.
  public func keep(_ cases: [Case], isCancelled: () -> Bool = { false }) throws -> [Int] {
    var shown: [Shown] = []
    for (index, given) in cases.enumerated() {
      if isCancelled() { return Array(cases.indices) }
      shown.append(try show(given, index))
    }
    return Self.cover(shown)
  }

  private func show(_ given: Case, _ index: Int) throws -> Shown {
    var out = Shown(index: index, size: given.size, features: [])
    guard isForTarget(given) else {
      out.isKeptAnyway = true
      return out
    }
    do {
      try trying.recover()
      coverage?.begin()
      out.isKeptAnyway = try trying.run([given]).mismatch != nil
    } catch let fault as TargetFault {
      throw fault
    } catch {
      out.isKeptAnyway = true
      return out
    }
    var features = Features()
    guard let last = trying.lastRun else {
      // Nobody knows what it showed.
      out.isKeptAnyway = true
      return out
    }
    features.take(given, last.instance, last.seen)
    out.features = Set(features.values).union(coverage?.all() ?? [])
    return out
  }

  private static func cover(_ shown: [Shown]) -> [Int] {
    var holders: [UInt64: Int] = [:]
    var kept: [Shown] = []
    let order = shown.sorted { ($0.isKeptAnyway ? 0 : 1, $0.size, $0.index) < ($1.isKeptAnyway ? 0 : 1, $1.size, $1.index) }
    for one in order where one.isKeptAnyway || one.features.contains(where: { holders[$0] == nil }) {
      kept.append(one)
      for feature in one.features { holders[feature, default: 0] += 1 }
    }
    var indices: [Int] = []
    for one in kept.reversed() {
      guard !one.isKeptAnyway, one.features.allSatisfy({ holders[$0, default: 0] > 1 }) else {
        indices.append(one.index)
        continue
      }
      for feature in one.features { holders[feature, default: 0] -= 1 }
    }
    return indices.sorted()
  }
}

extension Case {
  /// How much there is to it: packets, changes and steps.
  fileprivate var size: Int {
    steps.reduce(0) { size, step in
      switch step {
      case .send(let plans, let cuts): size + plans.reduce(cuts == .whole ? 1 : 2) { $0 + 2 + $1.changes.count }
      case .datagram(let plan): size + 3 + plan.changes.count
      default: size + 1
      }
    }
  }
}
