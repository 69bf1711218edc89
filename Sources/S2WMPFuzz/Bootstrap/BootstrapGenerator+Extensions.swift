import S2WMPWire

extension BootstrapGenerator: CaseSource {
  public var extendsDatagrams: Bool { true }

  public func plain(_ random: inout SeededRandom) -> Case {
    let plan = PacketPlan(.lookup, from: .stranger)
    return Case(role: .bootstrap, [scope.usesDatagrams ? .datagram(plan) : .send([plan], .whole)])
  }

  public func further(_ random: inout SeededRandom) -> Step {
    let isDatagram = scope.usesDatagrams && random.below(3) != 0
    let plan = request(defects: random.below(2), &random, inStream: !isDatagram)
    return isDatagram ? .datagram(plan) : .send([plan], .whole)
  }

  public func change(_ plan: inout PacketPlan, _ random: inout SeededRandom) {
    guard let layout = LayoutID(plan.type, .v1) else { return }
    guard let change = menu.change(layout.rows[random.below(layout.rows.count)], plan, &random) else { return }
    add(change, to: &plan)
  }
}
