import S2WMPWire

/// Cases for a legacy peer without end: the same seed gives the same ones.
public struct LegacyGenerator: Sendable {
  private let seed: UInt64

  public init(seed: UInt64) { self.seed = seed }

  public func make(_ index: Int) -> Case {
    var random = SeededRandom(seed: seed &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(truncatingIfNeeded: index))
    return Case(dialect: .legacy, isFresh: true, steps(&random))
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
    for _ in 0..<random.below(3) {
      let change = change(&random)
      if plan.changes.allSatisfy({ $0.topic != change.topic && !$0.excludes(change) && !change.excludes($0) }) { plan.changes.append(change) }
    }
    return plan
  }

  private func change(_ random: inout SeededRandom) -> Change {
    func pick<Value>(_ values: [Value]) -> Value { values[random.below(values.count)] }
    switch random.below(12) {
    case 0: return .set("status", .number(pick([0, 1, 2, 3, 4, 5, 127, 255])))
    case 1: return .set("version", .number(pick([0, 2, 255])))
    case 2: return .set("type", .number(pick([0, 10, 11, 128, 255])))
    case 3: return .set("length", .number(pick([0x8000, 0xffff])))
    case 4: return .set("receiver_id", .party(pick([.target, .nobody, .zero, .own])))
    case 5: return .set("sender_id", .party(pick([.own, .nobody, .zero, .target])))
    case 6: return pick([.set("client_id", .party(.zero)), .flip("client_id", bit: random.below(128))])
    case 7: return pick([.hash(.zero), .hash(.otherText), .flip("hash", bit: random.below(128))])
    case 8: return .body(pick([.short(0), .short(8), .short(15), .bit(-1)]))
    case 9: return .text(.bytes(pick(ChangeMenu.invalidTexts)))
    case 10: return .text(.bytes(pick(ChangeMenu.validTexts)))
    default: return .text(.letters(pick([0, 1, 15, 16, 17, 400, 5000])))
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

/// A fuzz run against a legacy peer, one case after the other.
public final class LegacyCampaign: FuzzCampaign {
  private let settings: FuzzSettings
  private let trial: LegacyTrial
  private let generator: LegacyGenerator
  private let watch = Stopwatch()
  private var history: [Case] = []
  private var progressClock = ProgressClock()

  public private(set) var book = FindingBook()
  public private(set) var casesDone = 0
  public private(set) var requirementCounts: [String: Int] = [:]
  public var additions: [Case] { [] }
  public var seconds: Double { watch.seconds }
  public var onProgress: ((FuzzProgress) -> Void)?
  public var onFinding: ((Finding) -> Void)?
  public var onFlaky: ((Mismatch) -> Void)?
  public var isCancelled: () -> Bool = { false }

  public init(_ settings: FuzzSettings, _ trial: LegacyTrial) {
    self.settings = settings
    self.trial = trial
    generator = LegacyGenerator(seed: settings.seed)
  }

  public func run() throws {
    while !isCancelled(), casesDone < settings.cases ?? .max, settings.seconds.map({ watch.seconds < $0 }) ?? true {
      let given = generator.make(casesDone)
      let tried = try trial.run([given])
      casesDone += 1
      for packet in tried.exchange.packets where packet.step >= 0 {
        requirementCounts[packet.requirement.isEmpty ? "L/m.accepted" : packet.requirement, default: 0] += 1
      }
      if let mismatch = tried.mismatch, book.isNew(mismatch) { try lookInto(given, mismatch) } else if tried.mismatch != nil { try trial.recover() }
      if settings.stopsAtFinding, !book.findings.isEmpty { return }
      history = history.suffix(Reproducer.historyLimit - 1) + [given]
      report()
    }
  }

  private func lookInto(_ given: Case, _ mismatch: Mismatch) throws {
    let investigation = Investigation(trial) { plan, isDatagram in
      let consequence = isDatagram ? try? LegacyOracle.ofDatagram(plan) : try? LegacyOracle.of(plan, isFriend: plan.sender == .friend)
      return consequence.map { $0.first != nil || $0.framing != .whole } ?? true
    }
    switch try investigation.investigate(given, mismatch, history: history, afterCases: casesDone, seed: settings.seed) {
    case .finding(let finding): if book.add(finding, seenAs: mismatch), let numbered = book.findings.last { onFinding?(numbered) }
    case .flaky(let mismatch):
      book.addFlaky(mismatch)
      onFlaky?(mismatch)
    }
  }

  private func report() {
    if onProgress != nil, progressClock.isDue() { onProgress?(progress(nil)) }
  }
}
