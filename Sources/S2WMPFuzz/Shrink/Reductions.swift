import S2WMPWire

/// Lists of cases that are simpler than a given one, the boldest first. Each kind of reduction is tried until it gives nothing more.
enum Reductions {
  static let passes: [@Sendable (Shown) -> [[Case]]] = [
    { onlyThePacket($0) }, { fewerCases($0.cases) }, { joined($0.cases) }, { fewerSteps($0.cases) }, { fewerPackets($0.cases) }, { fewerChanges($0.cases) },
    { plainer($0.cases) }, { simplerValues($0.cases) },
  ]

  /// Nothing but the packet that it is about, on a connection as it is.
  private static func onlyThePacket(_ shown: Shown) -> [[Case]] {
    guard let last = shown.cases.last, let number = shown.mismatch.packet, shown.exchange.packets.indices.contains(number) else { return [] }
    let sent = shown.exchange.packets[number]
    let place = PacketPlace(number: 0, step: sent.step, index: sent.index)
    guard last.steps.indices.contains(sent.step), let plan = [last].plan(place) else { return [] }
    var alone = last
    alone.isFresh = false
    alone.steps = sent.connection < 0 ? [.datagram(plan)] : [.send([plan], .whole)]
    guard [alone] != shown.cases else { return [] }
    var candidates = [[alone]]
    if plan.changes.count > 1 {
      candidates = plan.changes.indices.map { [alone].replacing(PacketPlace(number: 0, step: 0, index: 0), by: plan.with([plan.changes[$0]])) } + candidates
    }
    return candidates
  }

  /// Less by halves, then by quarters, … then by one.
  static func fewerCases(_ cases: [Case]) -> [[Case]] {
    removals(cases.count).map { range in Array(cases[..<range.lowerBound] + cases[range.upperBound...]) }
  }

  private static func removals(_ count: Int) -> [Range<Int>] {
    guard count > 1 else { return [] }
    var ranges: [Range<Int>] = []
    var size = count / 2
    while size > 0 {
      ranges += stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
      size /= 2
    }
    return ranges
  }

  /// Two cases as one.
  private static func joined(_ cases: [Case]) -> [[Case]] {
    cases.indices.dropLast().map { index in
      var copy = cases
      copy[index].steps += copy[index + 1].steps
      copy.remove(at: index + 1)
      return copy
    }
  }

  private static func fewerSteps(_ cases: [Case]) -> [[Case]] {
    cases.indices.flatMap { number in
      removals(cases[number].steps.count).map { range in
        var copy = cases
        copy[number].steps.removeSubrange(range)
        return copy
      }
    }
  }

  private static func fewerPackets(_ cases: [Case]) -> [[Case]] {
    var candidates: [[Case]] = []
    for number in cases.indices {
      for step in cases[number].steps.indices {
        guard case .send(let plans, let cuts) = cases[number].steps[step] else { continue }
        for range in removals(plans.count) {
          var (copy, fewer) = (cases, plans)
          fewer.removeSubrange(range)
          copy[number].steps[step] = .send(fewer, cuts)
          candidates.append(copy)
        }
      }
    }
    return candidates
  }

  private static func fewerChanges(_ cases: [Case]) -> [[Case]] {
    cases.places.flatMap { place -> [[Case]] in
      guard let plan = cases.plan(place), !plan.changes.isEmpty else { return [] }
      var candidates: [[Case]] = []
      if plan.changes.count > 1 { candidates.append(cases.replacing(place, by: plan.with([]))) }
      candidates += plan.changes.indices.reversed().map { cases.replacing(place, by: plan.removingChange($0)) }
      return candidates
    }
  }

  /// The same packets on a kept connection, in one piece, one burst, from the friend who does most of the talking, and of the simplest type.
  private static func plainer(_ cases: [Case]) -> [[Case]] {
    var candidates: [[Case]] = []
    for number in cases.indices {
      if cases[number].isFresh { candidates.append(cases.changing(number) { $0.isFresh = false }) }
      for step in cases[number].steps.indices {
        for simpler in simplerSteps(cases[number].steps[step]) { candidates.append(cases.changing(number) { $0.steps[step] = simpler }) }
        if let merged = mergedSteps(cases[number].steps, step) { candidates.append(cases.changing(number) { $0.steps = merged }) }
      }
    }
    for place in cases.places {
      guard let plan = cases.plan(place) else { continue }
      for simpler in simplerPlans(plan) { candidates.append(cases.replacing(place, by: simpler)) }
    }
    return candidates
  }

  private static func simplerSteps(_ step: Step) -> [Step] {
    switch step {
    case .send(let plans, let cuts): simplerCuts(cuts).map { .send(plans, $0) }
    case .connection(let number) where number > 1: [.connection(1)]
    case .source(let number) where number > 1: [.source(1)]
    default: []
    }
  }

  private static func simplerCuts(_ cuts: Cuts) -> [Cuts] {
    switch cuts {
    case .whole: []
    case .packets, .every: [.whole]
    case .at(let offsets) where offsets.count > 1:
      [.whole] + offsets.indices.map { index in .at(offsets.enumerated().filter { $0.offset != index }.map(\.element)) }
    case .at: [.whole]
    }
  }

  /// Two bursts as one.
  private static func mergedSteps(_ steps: [Step], _ step: Int) -> [Step]? {
    guard steps.indices.contains(step + 1), case .send(let first, .whole) = steps[step], case .send(let second, .whole) = steps[step + 1] else { return nil }
    var copy = steps
    copy[step] = .send(first + second, .whole)
    copy.remove(at: step + 1)
    return copy
  }

  private static func simplerPlans(_ plan: PacketPlan) -> [PacketPlan] {
    var simpler: [PacketPlan] = []
    let isMessaging = plan.type == .message || plan.type == .statusChange
    if plan.sender == .other || plan.sender == .stranger || plan.sender == .newcomer, plan.type != .idChange {
      simpler.append(PacketPlan(plan.type, from: .friend, plan.changes))
    }
    if plan.type != .statusChange, isMessaging || !plan.changes.isEmpty && ![.chatRequest, .idChange].contains(plan.type) {
      simpler.append(PacketPlan(.statusChange, from: plan.sender, plan.changes))
    }
    return simpler
  }

  private static func simplerValues(_ cases: [Case]) -> [[Case]] {
    var candidates: [[Case]] = []
    for place in cases.places {
      guard let plan = cases.plan(place) else { continue }
      if let single = plan.withStatusForClaim { candidates.append(cases.replacing(place, by: single)) }
      if let paired = plan.withShortestClaim { candidates.append(cases.replacing(place, by: paired)) }
      for index in plan.changes.indices {
        candidates += plan.changes[index].simpler.map { cases.replacing(place, by: plan.replacingChange(index, by: $0)) }
      }
    }
    for number in cases.indices {
      for step in cases[number].steps.indices {
        candidates += noiseStep(cases[number].steps[step]).map { simpler in cases.changing(number) { $0.steps[step] = simpler } }
      }
    }
    return candidates
  }

  private static func noiseStep(_ step: Step) -> [Step] {
    switch step {
    case .noise(let bytes) where bytes != [0xff]: [.noise([0xff])]
    case .datagramNoise(let bytes) where bytes != [0xff]: [.datagramNoise([0xff])]
    default: []
    }
  }
}

extension [Case] {
  func changing(_ number: Int, _ change: (inout Case) -> Void) -> [Case] {
    var copy = self
    change(&copy[number])
    return copy
  }
}

extension PacketPlan {
  /// An SC that claims a body and brings it is wrong in a field by two changes; by its status it is by one.
  fileprivate var withStatusForClaim: PacketPlan? {
    let rest = changes.filter { $0.topic != "length" && $0.topic != "append" }
    guard type == .statusChange, rest.count + 2 == changes.count, !rest.contains(where: { $0.topic == "status" }) else { return nil }
    return with([.set("status", .number(4))] + rest)
  }

  /// An SC that claims a body and brings it: both of one byte.
  fileprivate var withShortestClaim: PacketPlan? {
    var copy = self
    var isClaim = false
    for index in changes.indices {
      switch changes[index] {
      case .set("length", .number(let count)) where count > 1:
        copy.changes[index] = .set("length", .number(1))
        isClaim = true
      case .append(let bytes) where bytes.count > 1: copy.changes[index] = .append([bytes[0]])
      default: break
      }
    }
    return isClaim && copy != self ? copy : nil
  }
}
