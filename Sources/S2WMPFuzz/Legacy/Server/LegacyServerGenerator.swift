import S2WMPWire

/// Cases for a bootstrap server of the legacy dialect without end: the same seed gives the same ones.
///
/// Appendix L says what REG and LP are answered, by UDP, and no more; so these are what is asked, by one source or two, and datagrams that are no packets, or none
/// for a server, which get no answer.
public struct LegacyServerGenerator: CaseSource {
  public let seed: UInt64
  public let extendsDatagrams = true

  public init(seed: UInt64) { self.seed = seed }

  public func make(_ random: inout SeededRandom) -> Case { Case(role: .bootstrap, dialect: .legacy, steps(&random)) }

  public func plain(_ random: inout SeededRandom) -> Case { Case(role: .bootstrap, dialect: .legacy, [.datagram(PacketPlan(.registration))]) }

  public func further(_ random: inout SeededRandom) -> Step { .datagram(request(&random)) }

  public func change(_ plan: inout PacketPlan, _ random: inout SeededRandom) {
    let change = random.below(3) == 0 ? spoiling(plan, &random) : harmless(plan, &random)
    if plan.changes.allSatisfy({ $0.topic != change.topic }) { plan.changes.append(change) }
  }

  private func steps(_ random: inout SeededRandom) -> [Step] {
    switch random.below(20) {
    case ..<4: [.datagram(registration(&random))]
    case ..<9: asking(&random)
    case ..<11: contest(&random)
    case ..<14: known(&random) + (0...random.below(4)).map { _ in .datagram(request(&random)) }
    case ..<17: known(&random) + [.datagram(spoiled(&random))]
    case 17: [.datagramNoise((0...random.below(random.below(8) == 0 ? 9000 : 120)).map { _ in UInt8(truncatingIfNeeded: random.next()) })]
    default: known(&random) + [.datagram(foreign(&random))]
    }
  }

  // Requests.

  private func request(_ random: inout SeededRandom) -> PacketPlan { random.below(3) == 0 ? registration(&random) : lookup(&random) }

  private func sender(_ random: inout SeededRandom) -> Sender { random.pick([.friend, .friend, .friend, .other, .stranger]) }

  private func registration(_ random: inout SeededRandom) -> PacketPlan {
    let party: Party = random.pick([.zero, .zero, .own])
    return PacketPlan(.registration, from: sender(&random), random.below(4) == 0 ? [.set("user_id", .party(party))] : someRequestID(&random))
  }

  private func lookup(_ random: inout SeededRandom) -> PacketPlan {
    let party: Party = random.pick([.own, .friend, .friend, .other, .stranger, .nobody, .zero])
    var changes = [Change.set("lookup_id", .party(party))] + someRequestID(&random)
    if random.below(8) == 0 { changes.append(.set("user_id", .party(.zero))) }
    if random.below(8) == 0 { changes.append(.time(.exact(random.pick([0, 1, .max, 1 << 63])))) }
    if random.below(12) == 0 { changes[0] = .flip("lookup_id", bit: random.below(128)) }
    return PacketPlan(.lookup, from: sender(&random), changes)
  }

  private func someRequestID(_ random: inout SeededRandom) -> [Change] {
    random.below(4) == 0 ? [.set("request_id", .bytes([UInt8](repeating: random.pick([0, 0xff]), count: 16)))] : []
  }

  private func harmless(_ plan: PacketPlan, _ random: inout SeededRandom) -> Change {
    plan.type == .lookup && random.below(2) == 0
      ? .set("lookup_id", .party(random.pick([.own, .friend, .other, .nobody, .zero])))
      : .set("request_id", .bytes([UInt8](repeating: random.pick([0, 0xff]), count: 16)))
  }

  // States.

  /// Most often the friend is registered, and now and then another one, from here or from elsewhere.
  private func known(_ random: inout SeededRandom) -> [Step] {
    var steps: [Step] = []
    if random.below(4) == 0 { steps += [.source(1), .datagram(PacketPlan(.registration, from: .other)), .source(0)] }
    if random.below(8) != 0 { steps.append(.datagram(PacketPlan(.registration))) }
    if random.below(4) == 0 { steps.append(.datagram(PacketPlan(.registration, from: .other))) }
    return steps
  }

  /// Two sources, and what one of them registered.
  private func contest(_ random: inout SeededRandom) -> [Step] {
    let reg = PacketPlan(.registration)
    let steps: [Step] = [.datagram(reg), .source(1)]
    switch random.below(3) {
    case 0: return steps + [.datagram(reg), .source(0), .datagram(PacketPlan(.lookup))]
    case 1: return steps + [.datagram(PacketPlan(.lookup))]
    default:
      let find = PacketPlan(.lookup, from: .other, [.set("lookup_id", .party(.friend))])
      return steps + [.datagram(PacketPlan(.registration, from: .other)), .datagram(find)]
    }
  }

  /// A lookup with one thing wrong with it, or nothing.
  private func asking(_ random: inout SeededRandom) -> [Step] {
    let (reg, other) = (Step.datagram(PacketPlan(.registration)), Step.datagram(PacketPlan(.registration, from: .other)))
    func find(_ party: Party, from sender: Sender = .friend, _ more: [Change] = []) -> Step {
      .datagram(PacketPlan(.lookup, from: sender, [.set("lookup_id", .party(party))] + more))
    }
    switch random.below(6) {
    case 0: return [reg, find(random.pick([.own, .nobody, .zero, .stranger]), someRequestID(&random))]
    case 1: return [reg, find(.friend, from: random.pick([.other, .stranger]))]
    case 2: return [reg, find(.friend, from: .other, [.set("user_id", .party(.zero))])]
    case 3: return [.source(1), other, .source(0), reg, find(.other)]
    case 4: return [reg, other, find(.friend, from: .other), find(.other)]
    default: return [reg, .datagram(PacketPlan(.lookup, [.flip("lookup_id", bit: random.below(128))]))]
    }
  }

  // What gets no answer.

  private func spoiled(_ random: inout SeededRandom) -> PacketPlan {
    let plan = request(&random)
    return PacketPlan(plan.type, from: plan.sender, [spoiling(plan, &random)])
  }

  private func spoiling(_ plan: PacketPlan, _ random: inout SeededRandom) -> Change {
    switch random.below(5) {
    case 0: .set("version", .number(random.pick([0, 2, 3, 255])))
    case 1: .flip("version", bit: random.below(8))
    case 2: .set("type", .number(random.pick([0, 1, 3, 5, 6, 7, 8, 9, 10, 16, 128, 255])))
    case 3: .append([UInt8](repeating: UInt8(random.below(2)), count: random.pick([1, 2, 8, 24, 100])))
    default: .cut(plan.type == .registration ? random.below(26) : random.below(2) == 0 ? 53 + random.below(5) : random.below(52))
    }
  }

  private func foreign(_ random: inout SeededRandom) -> PacketPlan {
    let types: [PacketType] = [.message, .statusChange, .lookupResponse, .acknowledgement, .userBroadcast, .chatRequest, .registrationResponse]
    let sizes: [[Change]] = [[], [], [.append([0])], [.cut(1 + random.below(18))], [.set("version", .number(2))]]
    return PacketPlan(random.pick(types), from: .stranger, random.pick(sizes))
  }
}
