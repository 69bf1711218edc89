import S2WMPWire

/// Takes a case that showed something further.
enum CaseExtension {
  static func extend(_ given: Case, _ pool: [Case], _ source: some CaseSource, _ random: inout SeededRandom) -> Case {
    var out = given
    out.requirement = nil
    switch random.below(6) {
    case 0: out.steps.append(source.further(&random))
    case 1: changePacket(&out, source, &random) { plan, random in source.change(&plan, &random) }
    case 2: repeatPacket(&out, source, &random)
    case 3: recut(&out, &random)
    case 4: join(&out, pool[random.below(pool.count)])
    default: changePacket(&out, source, &random) { plan, random in if !plan.changes.isEmpty { plan.changes.remove(at: random.below(plan.changes.count)) } }
    }
    return out
  }

  /// Steps that packets are sent in.
  private static func places(_ given: Case, _ source: some CaseSource) -> [Int] {
    given.steps.indices.filter { index in
      switch given.steps[index] {
      case .send: true
      case .datagram: source.extendsDatagrams
      default: false
      }
    }
  }

  private static func changePacket(
    _ given: inout Case, _ source: some CaseSource, _ random: inout SeededRandom, _ change: (inout PacketPlan, inout SeededRandom) -> Void
  ) {
    let places = places(given, source)
    guard !places.isEmpty else { return }
    let place = places[random.below(places.count)]
    switch given.steps[place] {
    case .send(var plans, let cuts) where !plans.isEmpty:
      change(&plans[random.below(plans.count)], &random)
      given.steps[place] = .send(plans, cuts)
    case .datagram(var plan):
      change(&plan, &random)
      given.steps[place] = .datagram(plan)
    default: break
    }
  }

  private static func repeatPacket(_ given: inout Case, _ source: some CaseSource, _ random: inout SeededRandom) {
    let places = places(given, source)
    guard !places.isEmpty else { return }
    let step = given.steps[places[random.below(places.count)]]
    given.steps.append(.await)
    given.steps.append(step)
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
