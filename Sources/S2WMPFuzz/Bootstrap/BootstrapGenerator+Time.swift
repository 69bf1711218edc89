import S2WMPWire

/// Cases about how much a source may ask, and about what time does.
extension BootstrapGenerator {
  /// More than one source may ask, from an address that is used for nothing else.
  static func flood(_ party: Party) -> [Step] {
    let plan = party == .own ? PacketPlan(.registration) : PacketPlan(.registration, [.set("user_id", .party(party))])
    return [.send([PacketPlan](repeating: plan, count: 300), .whole)]
  }

  /// Somebody else, who is answered while one source is banned.
  func bystander(_ random: inout SeededRandom) -> [Step] {
    guard scope.usesDatagrams, scope.sources > BootstrapSession.groupSize else { return [] }
    return [.source(1), .datagram(PacketPlan(.registration, from: .other))]
  }

  /// A registration, refreshed or not, on which time passes.
  func aging(_ random: inout SeededRandom) -> [Step] {
    let reg = Step.datagram(PacketPlan(.registration))
    var steps = [reg]
    if random.below(2) == 0 { steps += [.pause(.lifetime, percent: 60), reg] }
    steps.append(.pause(.lifetime, percent: random.below(3) == 0 ? 60 : ServerLimits.longestPause))
    switch random.below(5) {
    case 0: return steps + [.datagram(PacketPlan(.idChange))]
    case 1:
      let find = PacketPlan(.lookup, from: .other, [.set("lookup_id", .party(.friend))])
      return steps + [.datagram(PacketPlan(.registration, from: .other)), .datagram(find)]
    case 2 where scope.sources > BootstrapSession.groupSize: return steps + [.source(1), reg, .datagram(PacketPlan(.lookup))]
    default: return steps + [.datagram(PacketPlan(.lookup))]
    }
  }

  /// A ban to its end, during which more is asked or not.
  func banned(_ random: inout SeededRandom) -> [Step] {
    let end = Step.datagram(random.below(3) == 0 ? PacketPlan(.broadcastServer) : PacketPlan(.registration))
    guard random.below(3) != 0 else { return Self.flood(.own) + [.pause(.ban, percent: ServerLimits.longestPause), end] }
    let asked = (0...random.below(3)).map { _ in Step.datagram(request(defects: 0, &random)) }
    return Self.flood(.own) + [.pause(.ban, percent: 60)] + asked + [.pause(.ban, percent: 60), end]
  }
}
