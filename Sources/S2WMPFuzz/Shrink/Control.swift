import S2WMPCrypto
import S2WMPWire

/// The control of a finding: the same exchange without what is wrong with it, which must be accepted.
enum Control {
  /// Nil when nothing would be left, or nothing would be different.
  static func of(_ cases: [Case], _ isHarmful: (PacketPlan, _ isDatagram: Bool) -> Bool) -> [Case]? {
    var copy = cases
    for number in copy.indices {
      copy[number].steps = copy[number].steps.compactMap { step in
        switch step {
        case .send(let plans, let cuts): .send(plans.map { harmless($0, isDatagram: false, isHarmful) }, cuts)
        case .datagram(let plan): .datagram(harmless(plan, isDatagram: true, isHarmful))
        case .noise, .datagramNoise, .stall, .reset, .status: nil
        default: step
        }
      }
    }
    copy.removeAll { !$0.steps.contains { if case .send = $0 { true } else if case .datagram = $0 { true } else { false } } }
    // Where valid packets are at fault, there are plain ones in their place.
    if copy.changeCount == cases.changeCount, copy.changeCount > 0 { copy = unchanged(copy) }
    return copy.isEmpty || copy == cases ? nil : copy
  }

  /// Changes go until nothing is wrong any more, from the last to the first.
  private static func harmless(_ plan: PacketPlan, isDatagram: Bool, _ isHarmful: (PacketPlan, Bool) -> Bool) -> PacketPlan {
    var copy = plan
    if copy.sender == .stranger, copy.type == .message || copy.type == .statusChange || copy.type == .idChange { copy.sender = .friend }
    for index in copy.changes.indices.reversed() where isHarmful(copy.with([copy.changes[index]]), isDatagram) { copy.changes.remove(at: index) }
    return isHarmful(copy, isDatagram) ? copy.with([]) : copy
  }

  private static func unchanged(_ cases: [Case]) -> [Case] {
    var copy = cases
    for place in cases.places { if let plan = cases.plan(place) { copy = copy.replacing(place, by: plan.with([])) } }
    return copy
  }
}
