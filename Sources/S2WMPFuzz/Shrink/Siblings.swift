import S2WMPWire

/// Experiments that tell apart what one observation can mean: cases beside the one at hand, the most telling first.
enum Siblings {
  static func of(_ shown: Shown) -> [[Case]] {
    let requirement = shown.mismatch.requirement
    var experiments = PlainCases.basics(of: requirement).flatMap { PlainCases.of($0) }.map { [$0] }
    if isSilentFault(shown.mismatch) || isTakenForPacket(shown.mismatch) { experiments += ofFault(shown) }
    experiments += packetsAlone(shown.cases) + changesAlone(shown.cases)
    if shown.mismatch.kind == .hang { experiments += followed(shown.cases) }
    experiments += PlainCases.of(requirement).map { [$0] }
    return experiments
  }

  /// Nothing came for what cannot be framed. A packet that is ignored gets no answer either, and a connection that ends behind one is closed in silence.
  private static func isSilentFault(_ mismatch: Mismatch) -> Bool { ["4/framed.at-once", "6.1/1.answer"].contains(mismatch.requirement) }

  private static func isTakenForPacket(_ mismatch: Mismatch) -> Bool { mismatch.requirement.hasPrefix("6.1/1.") && mismatch.kind == .acceptedMalformed }

  // What cannot be framed, and was not answered: skipped, taken for a packet, or seen too late?

  private static func ofFault(_ shown: Shown) -> [[Case]] {
    var cases = PlainCases.of("4/framed.resynchronise")
    guard shown.mismatch.kind != .acceptedMalformed else { return cases.map { [$0] } }
    let plans = shown.cases.places.compactMap { shown.cases.plan($0) }
    for plan in plans { for change in plan.changes { cases += completed(plan, change) } }
    cases += PlainCases.of("6.1/1.answer")
    return cases.map { [$0] }
  }

  /// The whole packet that a target can take this one for, and a valid one behind it.
  private static func completed(_ plan: PacketPlan, _ change: Change) -> [Case] {
    switch change {
    case .set("version", .number(let value)), .tamper("version", .number(let value)): versions(plan, value)
    case .flip("version", let bit): versions(plan, UInt64(1 ^ (0x80 >> (bit & 7))))
    case .set("type", .number(let value)), .tamper("type", .number(let value)): types(value) + (value == 7 ? [] : types(7))
    case .set("key_length", .number(let value)) where plan.type == .chatRequest || plan.type == .idChange:
      lengths(value, 8193...65_535).map { Case([.send([PacketPlan(plan.type, from: plan.sender, [.key(.garbage($0))])], .whole)]) }
    case .set("name_length", .number(let value)) where plan.type == .chatRequest:
      lengths(value, 256...65_535).map {
        Case([.send([PacketPlan(.chatRequest, from: plan.sender, [.set("name", .bytes([UInt8](repeating: 0x6e, count: $0)))])], .whole)])
      }
    default: []
    }
  }

  private static func versions(_ plan: PacketPlan, _ value: UInt64) -> [Case] {
    let change = Change.set("version", .number(value))
    return [PacketPlan(.statusChange, [change]), PacketPlan(.acknowledgement, [change])].map { Case([.send([$0, PacketPlan(.statusChange)], .whole)]) }
  }

  private static func types(_ value: UInt64) -> [Case] {
    let change = Change.set("type", .number(value))
    let whole: [PacketType] = [.acknowledgement, .registration, .registrationResponse, .lookup, .lookupResponse, .statusChange]
    // Packets of the legacy dialect have other sizes.
    let plans = whole.map { PacketPlan($0, [change]) } + [59, 43, 34, 19].map { PacketPlan(.statusChange, [change, .cut($0)]) }
    return plans.map { Case([.send([$0, PacketPlan(.statusChange)], .whole)]) }
  }

  private static func lengths(_ value: UInt64, _ possible: ClosedRange<UInt64>) -> [Int] {
    let lowest = Int(possible.lowerBound)
    return possible.contains(value) && Int(value) != lowest ? [Int(value), lowest] : [lowest]
  }

  // One thing at a time.

  private static func packetsAlone(_ cases: [Case]) -> [[Case]] {
    cases.places.reversed().compactMap { place in
      guard let plan = cases.plan(place) else { return nil }
      var alone = cases[place.number]
      (alone.isFresh, alone.requirement) = (false, nil)
      if case .datagram = alone.steps[place.step] { alone.steps = [.datagram(plan)] } else { alone.steps = [.send([plan], .whole)] }
      return [alone]
    }
  }

  /// Each change of a packet without the others; who sends it may be one of them.
  private static func changesAlone(_ cases: [Case]) -> [[Case]] {
    cases.places.flatMap { place -> [[Case]] in
      guard let plan = cases.plan(place), !plan.changes.isEmpty else { return [] }
      let isStranger = plan.sender == .stranger && plan.type != .chatRequest
      let known = isStranger ? [PacketPlan(plan.type, from: .friend, plan.changes), plan.with([])] : []
      let single = plan.changes.count > 1 ? plan.changes.map { plan.with([$0]) } : []
      return (known + single).map { cases.replacing(place, by: $0) }
    }
  }

  /// Whether a valid packet behind it is still answered.
  private static func followed(_ cases: [Case]) -> [[Case]] {
    guard let proven = cases.last?.proven else { return [] }
    return [cases.dropLast() + [proven]]
  }
}
