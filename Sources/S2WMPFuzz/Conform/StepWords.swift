import S2WMPWire

extension CaseWords {
  /// `M, 492 bytes; hash bit 5 flipped`, `SC from a stranger with status 7`.
  ///
  /// - bytes: how many it has, when that is known.
  public static func packet(_ plan: PacketPlan, bytes: Int? = nil) -> String {
    ([name(plan, bytes)] + details(plan)).joined(separator: "; ")
  }

  /// `SC from a stranger with status 7`.
  private static func name(_ plan: PacketPlan, _ bytes: Int? = nil) -> String {
    var words = plan.type.shortName ?? "a packet of type \(plan.type.rawValue)"
    if let sender = sender(plan) { words += " \(sender)" }
    if let bytes { words += ", \(counted(bytes, "byte"))" }
    let attributes = plan.changes.filter(isAttribute).map { String(change($0).dropFirst(5)) }
    if !attributes.isEmpty { words += "\(bytes == nil ? "" : ",") with \(attributes.joined(separator: ", "))" }
    return words
  }

  /// What else was changed.
  private static func details(_ plan: PacketPlan) -> [String] { plan.changes.filter { !isAttribute($0) }.map(change) }

  /// With its details in brackets, for lists.
  private static func entry(_ plan: PacketPlan) -> String {
    let details = details(plan)
    return details.isEmpty ? name(plan) : "\(name(plan)) (\(details.joined(separator: "; ")))"
  }

  /// Nothing for those who usually send such packets.
  private static func sender(_ plan: PacketPlan) -> String? {
    switch (plan.sender, plan.type) {
    case (.friend, .chatRequest): "from the friend"
    case (.friend, _), (.newcomer, .chatRequest), (.mover, .idChange): nil
    case (.other, _): "from another friend"
    case (.stranger, _): "from a stranger"
    case (.newcomer, _): "from the newcomer"
    case (.mover, _): "from the friend who moves"
    }
  }

  /// `M and SC in one write`, `half-close`, `BPM by UDP`.
  public static func step(_ step: Step) -> String {
    switch step {
    case .send(let plans, let cuts): burst(plans, cuts)
    case .noise(let bytes): "\(hex(bytes)), which begins no packet"
    case .await: "the answers"
    case .end: "half-close"
    case .reset: "reset"
    case .stall: "silence beyond the read timeout"
    case .pause(let span, let percent): "a pause of \(percent)% of \(span == .lifetime ? "a registration's lifetime" : "a ban")"
    case .connection(let number): "on connection \(number)"
    case .source(let number): "from source \(number)"
    case .datagram(let plan): (["\(name(plan)) by UDP"] + details(plan)).joined(separator: "; ")
    case .datagramNoise(let bytes): "\(hex(bytes)) by UDP, which is no packet"
    case .status(let status): "the target goes \(status)"
    }
  }

  private static func burst(_ plans: [PacketPlan], _ cuts: Cuts) -> String {
    let list = packets(plans)
    return switch cuts {
    case .whole: plans.count > 1 ? "\(list) in one write" : list
    case .packets: plans.count > 1 ? "\(list), each in a write of its own" : list
    case .every(1): "\(list), byte by byte"
    case .every(let count): "\(list), cut every \(count) bytes"
    case .at(let places): "\(list), cut at \(places.prefix(8).map(String.init).joined(separator: ", "))\(places.count > 8 ? ", …" : "")"
    }
  }

  /// `M and SC`, `M and M (hash zero)`, `300 × REG`; from the seventh kind on only how many more there are.
  private static func packets(_ plans: [PacketPlan]) -> String {
    var groups: [(plan: PacketPlan, count: Int)] = []
    for plan in plans {
      if groups.last?.plan == plan { groups[groups.count - 1].count += 1 } else { groups.append((plan, 1)) }
    }
    if groups.count == 1, groups[0].count == 1 { return packet(groups[0].plan) }
    var words = groups.prefix(6).map { $0.count == 1 ? entry($0.plan) : "\($0.count) × \(entry($0.plan))" }
    if groups.count > 6 { words.append("\(groups.count - 6) more") }
    guard let last = words.popLast() else { return "nothing" }
    return words.isEmpty ? last : "\(words.joined(separator: ", ")) and \(last)"
  }

  /// What a case does: its steps, in order.
  public static func steps(_ test: Case) -> String {
    var (words, prefix): ([String], String) = ([], "")
    for step in test.steps {
      switch step {
      case .await: continue
      case .connection, .source: prefix += "\(self.step(step)): "
      default:
        words.append(prefix + self.step(step))
        prefix = ""
      }
    }
    let shown = words.count > 8 ? Array(words.prefix(8)) + ["\(words.count - 8) more steps"] : words
    return shown.isEmpty ? "nothing" : shown.joined(separator: ", then ")
  }
}
