import S2WMPWire

/// Chooses what to try next: new cases from the generator, and extensions of those that showed something new.
///
/// The same seed gives the same cases while the target answers alike, however many run side by side: cases are numbered, and what came of one block of numbers is
/// used two blocks later only, taken in the order of the numbers.
public struct Steering {
  private let generator: CaseGenerator
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

  private static let blockSize = 4096
  private static let poolLimit = 4096

  public init(_ generator: CaseGenerator, corpus: [Case] = []) {
    self.generator = generator
    seeds = corpus
    pool = corpus
  }

  /// Case number `index`: the cases of a corpus first, as they are; then one in five is an extension.
  public mutating func make(_ index: Int) -> Case {
    if index < seeds.count { return seeds[index] }
    open(block: index / Self.blockSize)
    var random = generator.random(for: index)
    guard !pool.isEmpty, random.below(5) == 0 else { return generator.make(&random) }
    return CaseExtension.extend(draw(&random), pool, generator, &random)
  }

  /// Any of the pool, but what is slow to try more seldom: what showed something new is of that kind more often than not.
  private func draw(_ random: inout SeededRandom) -> Case {
    let drawn = pool[random.below(pool.count)]
    return drawn.isSlow && random.below(3) != 0 ? pool[random.below(pool.count)] : drawn
  }

  /// What to make instead when nobody knows what case number `index` deserves.
  public func plain(_ index: Int) -> Case {
    var random = generator.random(for: index ^ 1 << 40)
    return Case([.send([generator.packet(.message, defects: 1, &random)], .whole)])
  }

  /// Takes note of what came of a case.
  public mutating func note(_ index: Int, _ given: Case, _ features: Features) {
    var isNew = false
    for value in features.values where seen.insert(value).inserted { isNew = true }
    if isNew, given.steps.count <= 12 { news[index / Self.blockSize, default: []].append((index, given)) }
  }

  public mutating func note(_ index: Int, _ given: Case, features: [UInt64]) {
    var isNew = false
    for value in features where seen.insert(value).inserted { isNew = true }
    if isNew, given.steps.count <= 12 { news[index / Self.blockSize, default: []].append((index, given)) }
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

/// Takes a case that showed something further.
enum CaseExtension {
  static func extend(_ given: Case, _ pool: [Case], _ generator: CaseGenerator, _ random: inout SeededRandom) -> Case {
    var out = given
    out.requirement = nil
    switch random.below(6) {
    case 0: out.steps.append(.send([generator.packet(defects: random.below(2), &random)], .whole))
    case 1: changePacket(&out, random: &random) { plan, random in add(generator, to: &plan, &random) }
    case 2: repeatPacket(&out, &random)
    case 3: recut(&out, &random)
    case 4: join(&out, pool[random.below(pool.count)])
    default: changePacket(&out, random: &random) { plan, random in if !plan.changes.isEmpty { plan.changes.remove(at: random.below(plan.changes.count)) } }
    }
    return out
  }

  private static func add(_ generator: CaseGenerator, to plan: inout PacketPlan, _ random: inout SeededRandom) {
    guard let layout = LayoutID(plan.type, .v1) else { return }
    guard let change = generator.menu.change(generator.row(of: layout, &random), plan.type, &random) else { return }
    generator.add(change, to: &plan)
  }

  private static func changePacket(_ given: inout Case, random: inout SeededRandom, _ change: (inout PacketPlan, inout SeededRandom) -> Void) {
    let places = given.steps.indices.filter { if case .send = given.steps[$0] { true } else { false } }
    guard !places.isEmpty else { return }
    let place = places[random.below(places.count)]
    guard case .send(var plans, let cuts) = given.steps[place], !plans.isEmpty else { return }
    change(&plans[random.below(plans.count)], &random)
    given.steps[place] = .send(plans, cuts)
  }

  private static func repeatPacket(_ given: inout Case, _ random: inout SeededRandom) {
    let places = given.steps.indices.filter { if case .send = given.steps[$0] { true } else { false } }
    guard !places.isEmpty, case .send(let plans, let cuts) = given.steps[places[random.below(places.count)]] else { return }
    given.steps.append(.await)
    given.steps.append(.send(plans, cuts))
  }

  private static func recut(_ given: inout Case, _ random: inout SeededRandom) {
    for index in given.steps.indices {
      if case .send(let plans, _) = given.steps[index] { given.steps[index] = .send(plans, .every(1 + random.below(90))) }
    }
  }

  private static func join(_ given: inout Case, _ other: Case) {
    guard given.steps.count + other.steps.count <= 12, !given.steps.contains(.stall), !other.steps.contains(.stall) else { return }
    given.steps += [.await] + other.steps
  }
}

extension Case {
  /// It makes the target do public-key arithmetic, or takes connections of its own.
  fileprivate var isSlow: Bool {
    isFresh
      || steps.contains { step in
        switch step {
        case .send(let plans, _): plans.contains { $0.isSlow }
        case .datagram, .datagramNoise, .await, .status, .source: false
        case .noise, .end, .reset, .stall, .connection: true
        }
      }
  }
}

extension PacketPlan {
  fileprivate var isSlow: Bool {
    if type == .idChange || type == .chatRequest { return true }
    return changes.contains { change in
      switch change {
      case .cut, .append, .set("type", _), .set("version", _), .set("length", _): true
      case .tamper(let field, _), .flip(let field, _): field == "type" || field == "version" || field == "length"
      default: false
      }
    }
  }
}
