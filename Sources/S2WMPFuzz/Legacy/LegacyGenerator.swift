import S2WMPWire

/// Cases for a legacy peer without end: the same seed gives the same ones.
public struct LegacyGenerator: CaseSource {
  public let seed: UInt64
  public let extendsDatagrams = false

  public init(seed: UInt64) { self.seed = seed }

  public func make(_ random: inout SeededRandom) -> Case { Case(dialect: .legacy, isFresh: true, steps(&random)) }

  public func plain(_ random: inout SeededRandom) -> Case { Case(dialect: .legacy, isFresh: true, [.send([PacketPlan(.message)], .whole)]) }

  public func further(_ random: inout SeededRandom) -> Step { .send([message(&random)], .whole) }

  public func change(_ plan: inout PacketPlan, _ random: inout SeededRandom) {
    if plan.type == .message { add(change(&random), to: &plan) }
  }

  private func steps(_ random: inout SeededRandom) -> [Step] {
    switch random.below(20) {
    case ..<10: return [.send([message(&random)], random.below(4) == 0 ? .every(1 + random.below(40)) : .whole)]
    case ..<13: return [.send((0...(1 + random.below(3))).map { _ in message(&random) }.untilFault, .whole)]
    case ..<15: return [.send([request(&random)], .whole)]
    case 15: return [.send([message(&random).with([.cut(1 + random.below(59))])], .whole), .end]
    case 16: return [.noise((0...random.below(40)).map { _ in UInt8(truncatingIfNeeded: random.next()) })]
    case 17: return [.send([PacketPlan(.message), PacketPlan(.message, [.time(.again)])], .whole)]
    case 18: return [.send([PacketPlan([.statusChange, .registration, .lookup, .acknowledgement][random.below(4)]), PacketPlan(.message)], .whole)]
    default:
      let sizes: [[Change]] = [[], [], [.append([0])], [.append([0, 0, 0])], [.cut(random.below(59))]]
      return [.datagram(PacketPlan(.userBroadcast, from: .stranger, sizes[random.below(sizes.count)]))]
    }
  }

  private func message(_ random: inout SeededRandom) -> PacketPlan {
    var plan = PacketPlan(.message, from: random.below(16) == 0 ? .stranger : .friend)
    for _ in 0..<random.below(3) { add(change(&random), to: &plan) }
    return plan
  }

  private func add(_ change: Change, to plan: inout PacketPlan) {
    if plan.changes.allSatisfy({ $0.topic != change.topic && !$0.excludes(change) && !change.excludes($0) }) { plan.changes.append(change) }
  }

  private func change(_ random: inout SeededRandom) -> Change {
    switch random.below(12) {
    case 0: return .set("status", .number(random.pick([0, 1, 2, 3, 4, 5, 127, 255])))
    case 1: return .set("version", .number(random.pick([0, 2, 255])))
    case 2: return .set("type", .number(random.pick([0, 10, 11, 128, 255])))
    case 3: return .set("length", .number(random.pick([0x8000, 0xffff])))
    case 4: return .set("receiver_id", .party(random.pick([.target, .nobody, .zero, .own])))
    case 5: return .set("sender_id", .party(random.pick([.own, .nobody, .zero, .target])))
    case 6: return random.pick([.set("client_id", .party(.zero)), .flip("client_id", bit: random.below(128))])
    case 7: return random.pick([.hash(.zero), .hash(.otherText), .flip("hash", bit: random.below(128))])
    case 8: return .body(random.pick([.short(0), .short(8), .short(15), .bit(-1)]))
    case 9: return .text(.bytes(random.pick(ChangeMenu.invalidTexts)))
    case 10: return .text(.bytes(random.pick(ChangeMenu.validTexts)))
    default: return .text(.letters(random.pick([0, 1, 15, 16, 17, 400, 5000])))
    }
  }

  private func request(_ random: inout SeededRandom) -> PacketPlan {
    let changes: [[Change]] = [
      [], [.set("requestor_id", .party(.zero))], [.set("requestor_id", .party(.target))], [.set("user_id", .party(.nobody))], [.key(.garbage(3))],
      [.key(.truncated(1))], [.key(.trailing(1))], [.set("key_length", .number(0))], [.set("key_length", .number(8193))], [.set("name_length", .number(256))],
    ]
    return PacketPlan(.chatRequest, from: .newcomer, changes[random.below(changes.count)])
  }
}

extension [PacketPlan] {
  /// Up to the first that ends its connection.
  fileprivate var untilFault: [PacketPlan] {
    let end = firstIndex { plan in (try? LegacyOracle.of(plan, isFriend: true))?.first?.owed == .fault }
    return end.map { Array(self[...$0]) } ?? self
  }
}
