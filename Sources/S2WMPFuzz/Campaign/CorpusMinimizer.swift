import S2WMPWire

/// Finds few cases that show as much as all of a corpus: which constructions met which answers, and what followed what (`Features`).
public struct CorpusMinimizer {
  private let examiner: any Examiner
  private let target: any CaseTarget

  public init(_ examiner: any Examiner, _ target: any CaseTarget) {
    (self.examiner, self.target) = (examiner, target)
  }

  /// Indices of the cases to keep. Those that cannot be made for this target are kept as well: nothing is known about them.
  ///
  /// - isCancelled: asked before each; what was not run by then is kept.
  public func kept(_ cases: [Case], isCancelled: () -> Bool = { false }) throws -> Set<Int> {
    var kept: Set<Int> = []
    var shown: [Int: Set<UInt64>] = [:]
    for (index, given) in cases.enumerated() {
      if !isCancelled(), let features = try features(given) { shown[index] = features } else { kept.insert(index) }
    }
    return kept.union(Self.cover(shown, sizes: cases.map { $0.steps.count }))
  }

  private func features(_ given: Case) throws -> Set<UInt64>? {
    var (instance, seen, features) = (Instance(), Observation(), Features())
    do { try examiner.make(given, checksAlive: false, into: &instance) } catch { return nil }
    try target.run(instance, into: &seen)
    if let death = seen.death { throw TargetFault("the target ended while a case of the corpus was run: \(death); s2wmp replay shows which") }
    if !examiner.isAsOwed(instance, seen) { target.disconnect() }
    features.take(given, instance, seen)
    return Set(features.values)
  }

  /// Whatever shows most that is new comes first; of those that show as much, the one with the fewest steps.
  static func cover(_ shown: [Int: Set<UInt64>], sizes: [Int]) -> Set<Int> {
    var buckets: [[Int]] = Array(repeating: [], count: (shown.values.map(\.count).max() ?? 0) + 1)
    for index in shown.keys.sorted(by: { (sizes[$0], $0) > (sizes[$1], $1) }) { buckets[shown[index]?.count ?? 0].append(index) }
    var (kept, seen): (Set<Int>, Set<UInt64>) = ([], [])
    for gain in stride(from: buckets.count - 1, to: 0, by: -1) {
      while let index = buckets[gain].popLast() {
        let left = (shown[index] ?? []).subtracting(seen)
        guard left.count < gain else {
          kept.insert(index)
          seen.formUnion(left)
          continue
        }
        buckets[left.count].insert(index, at: 0)
      }
    }
    return kept
  }
}
