import S2WMPWire

/// Chooses what to try next: new cases from the generator, and extensions of those that showed something new.
///
/// The same seed gives the same cases while the target answers alike, however many run side by side: cases are numbered, and what came of one block of numbers is
/// used two blocks later only, taken in the order of the numbers.
public struct Steering<Source: CaseSource> {
  private let source: Source
  /// What a corpus begins with.
  private let seeds: [Case]
  /// Cases that showed something new, the seeds of a corpus first.
  public private(set) var pool: [Case]
  private var seen: Set<UInt64> = []
  /// Numbers of cases that showed something, by block.
  private var news: [Int: [(index: Int, given: Case)]] = [:]
  private var openBlock = 0
  /// Cases that the pool got from the run, not from a corpus.
  public private(set) var additions: [Case] = []

  private static var blockSize: Int { 4096 }
  private static var poolLimit: Int { 4096 }
  /// Longer cases are not extended.
  private static var stepLimit: Int { 12 }

  public init(_ source: Source, corpus: [Case] = []) {
    self.source = source
    seeds = corpus
    pool = corpus
  }

  /// Case number `index`: the cases of a corpus first, as they are; then one in five is an extension.
  public mutating func make(_ index: Int) -> Case {
    if index < seeds.count { return seeds[index] }
    open(block: index / Self.blockSize)
    var random = source.random(for: index)
    guard !pool.isEmpty, random.below(5) == 0 else { return source.make(&random) }
    return CaseExtension.extend(draw(&random), pool, source, &random)
  }

  /// Any of the pool, but what is slow to try more seldom: what showed something new is of that kind more often than not.
  private func draw(_ random: inout SeededRandom) -> Case {
    let drawn = pool[random.below(pool.count)]
    return drawn.isSlow && random.below(3) != 0 ? pool[random.below(pool.count)] : drawn
  }

  /// What to make instead when nobody knows what case number `index` deserves.
  public func plain(_ index: Int) -> Case {
    var random = source.random(for: index ^ 1 << 40)
    return source.plain(&random)
  }

  /// Takes note of what came of a case.
  public mutating func note(_ index: Int, _ given: Case, _ features: Features) {
    note(index, given, features: features.values)
  }

  public mutating func note(_ index: Int, _ given: Case, features: [UInt64]) {
    var isNew = false
    for value in features where seen.insert(value).inserted { isNew = true }
    if isNew, given.steps.count <= Self.stepLimit { news[index / Self.blockSize, default: []].append((index, given)) }
  }

  /// How many different things were seen.
  public var featureCount: Int { seen.count }

  private mutating func open(block: Int) {
    while openBlock < block {
      openBlock += 1
      guard let ready = news.removeValue(forKey: openBlock - 2) else { continue }
      for entry in ready.sorted(by: { $0.index < $1.index }) where pool.count < Self.poolLimit {
        pool.append(entry.given)
        additions.append(entry.given)
      }
    }
  }

  /// The run is over: what the last blocks brought is kept as well.
  public mutating func close() {
    for block in news.keys.sorted() {
      for entry in (news[block] ?? []).sorted(by: { $0.index < $1.index }) where additions.count < Self.poolLimit { additions.append(entry.given) }
    }
    news.removeAll()
  }
}
