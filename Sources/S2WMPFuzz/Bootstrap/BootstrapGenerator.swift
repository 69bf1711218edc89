import S2WMPCrypto
import S2WMPWire

/// Cases for a bootstrap server without end: the same seed gives the same ones. Each is a valid exchange in some state with none, one or several
/// things changed.
public struct BootstrapGenerator: Sendable {
  /// What the target and the way to it allow.
  public struct Scope: Sendable {
    /// Source addresses of ours.
    public var sources = 1
    public var usesDatagrams = true
    /// Cases that wait for the target's read timeout.
    public var stalls = true
    /// Cases that have one of our addresses banned.
    public var floods = true
    /// What cases let pass.
    public var waits: Set<ServerSpan> = []

    public init(sources: Int) { self.sources = sources }
  }

  public let seed: UInt64
  let scope: Scope
  let menu = ServerMenu()
  /// For packets that are not for a server.
  private let foreign: CaseGenerator

  public init(seed: UInt64, scope: Scope) {
    self.seed = seed
    self.scope = scope
    foreign = CaseGenerator(seed: seed, scope: CaseGenerator.Scope(suite: .dh, group: .x25519))
  }

  public func make(_ random: inout SeededRandom) -> Case { Case(role: .bootstrap, steps(&random)) }

  /// Cases that take long, for a lane of their own: those that wait for the read timeout, and those that let time pass.
  func slow(stalls: Int, pauses: Int) -> [Case] {
    var random = SeededRandom(seed: seed &+ 0x5e1f)
    var paused: [[Step]] = []
    for _ in 0..<pauses {
      if scope.waits.contains(.lifetime) { paused.append(aging(&random)) }
      if scope.waits.contains(.ban), scope.floods { paused.append(banned(&random)) }
    }
    return (0..<stalls).map { stalled($0) } + paused.map { Case(role: .bootstrap, $0) }
  }

  /// A case that waits for the read timeout; which, the number says.
  public func stalled(_ number: Int) -> Case {
    var random = SeededRandom(seed: seed &+ 0x57a11 &+ UInt64(truncatingIfNeeded: number))
    let plan = PacketPlan(random.below(2) == 0 ? .lookup : .idChange, [.cut(1 + random.below(51))])
    return Case(role: .bootstrap, isFresh: true, [.send([plan], .whole), .stall])
  }

  private func steps(_ random: inout SeededRandom) -> [Step] {
    let shape = random.below(10_000)
    guard scope.usesDatagrams else { return streamed(shape, &random) }
    switch shape {
    case ..<3900: return prelude(&random) + [.datagram(request(defects: random.below(6) == 0 ? 0 : 1, &random))]
    case ..<4500: return prelude(&random) + [.datagram(request(defects: 2, &random))]
    case ..<5700: return conversation(&random)
    case ..<6000: return scope.sources > BootstrapSession.groupSize ? contest(&random) : move(&random)
    case ..<6300: return move(&random)
    case ..<6600: return [.datagram(stranger(&random))]
    case ..<6800: return [.datagramNoise(menu.bytes(1 + random.below(random.below(8) == 0 ? 9000 : 120), &random))]
    case ..<6870: return oversize(&random)
    case ..<6890: return scope.waits.contains(.lifetime) ? aging(&random) : oversize(&random)
    case ..<6900: return scope.waits.contains(.ban) && scope.floods ? banned(&random) : oversize(&random)
    case ..<7400: return mixed(&random)
    default: return streamed(shape, &random)
    }
  }

  private func streamed(_ shape: Int, _ random: inout SeededRandom) -> [Step] {
    switch shape % 1000 {
    case ..<300: return [.send([request(defects: random.below(3) == 0 ? 0 : 1, &random, inStream: true)], .whole)].settled
    case ..<580: return [.send(burst(&random), random.below(4) == 0 ? .packets : .whole)].settled
    case ..<680: return [.send(burst(&random), cuts(&random))].settled
    case ..<780: return ending(&random)
    case ..<840: return [.send([Self.opening, stranger(&random)], .whole)].settled
    case ..<880: return [.send([Self.opening], .whole), .noise(menu.bytes(1 + random.below(64), &random))]
    case ..<900: return [.noise(menu.bytes(1 + random.below(64), &random))]
    case ..<940: return interleaved(&random)
    case ..<950: return [.send([request(defects: 1, &random, inStream: true)], .whole), .await, .reset].settled
    case ..<953: return scope.floods ? Self.flood(random.below(3) == 0 ? .zero : .own) + bystander(&random) : ending(&random)
    case ..<954: return scope.stalls ? stalled(random.below(1 << 20)).steps : ending(&random)
    default: return [.send(burst(&random), .whole), .await, .send([request(defects: 0, &random, inStream: true)], .whole)].settled
    }
  }

  // Packets.

  private static let reg = PacketPlan(.registration)
  /// Begins a connection whose dialect is then clear: an LP whose status is answered whatever it is.
  static let opening = PacketPlan(.lookup, from: .stranger)

  private func sender(_ random: inout SeededRandom) -> Sender {
    switch random.below(10) {
    case ..<4: .friend
    case ..<6: .other
    case ..<8: .mover
    default: .stranger
    }
  }

  private func type(_ random: inout SeededRandom) -> PacketType {
    switch random.below(20) {
    case ..<6: .registration
    case ..<13: .lookup
    case ..<17: .idChange
    default: .broadcastServer
    }
  }

  /// - inStream: a BSM is for datagrams; over TCP it is ignored.
  func request(defects: Int, _ random: inout SeededRandom, inStream: Bool = false) -> PacketPlan {
    var plan = PacketPlan(type(&random), from: sender(&random))
    guard let layout = LayoutID(plan.type, .v1) else { return plan }
    // Who is looked up is no defect.
    if plan.type == .lookup, random.below(4) != 0 { plan.changes.append(.set("lookup_id", .party(menu.party(&random)))) }
    for _ in 0..<defects {
      guard let change = menu.change(layout.rows[random.below(layout.rows.count)], plan, &random) else { continue }
      // A stream goes on behind the packet.
      if inStream, case .set("key_length", .number(45)) = change { continue }
      add(change, to: &plan)
    }
    if !inStream, defects > 0, random.below(12) == 0 { add(menu.size(plan, &random), to: &plan) }
    return plan
  }

  func add(_ change: Change, to plan: inout PacketPlan) {
    if plan.changes.contains(where: { $0.topic == change.topic || $0.excludes(change) || change.excludes($0) || menu.excludes($0, change) }) { return }
    plan.changes.append(change)
  }

  /// A packet that is not for a server.
  private func stranger(_ random: inout SeededRandom) -> PacketPlan {
    if random.below(8) == 0 { return PacketPlan(.broadcastPeer, from: sender(&random)) }
    return foreign.packet(Self.foreignTypes[random.below(Self.foreignTypes.count)], defects: random.below(2), &random)
  }

  private static let foreignTypes: [PacketType] = [
    .message, .statusChange, .chatRequest, .acknowledgement, .lookupResponse, .registrationResponse, .chatRequestResponse, .broadcastServerResponse,
    .broadcastPeerResponse,
  ]

  // States.

  /// Who is registered, and where, before the packet that it is about.
  private func prelude(_ random: inout SeededRandom) -> [Step] {
    var steps: [Step] = []
    if scope.sources > BootstrapSession.groupSize, random.below(3) == 0 {
      steps += [.source(1), .datagram(PacketPlan(.registration, from: sender(&random)))]
      if random.below(4) != 0 { steps.append(.source(0)) }
    }
    for _ in 0..<random.below(3) { steps.append(.datagram(PacketPlan(.registration, from: sender(&random)))) }
    return steps
  }

  private func conversation(_ random: inout SeededRandom) -> [Step] {
    var steps = prelude(&random)
    for _ in 0..<(2 + random.below(4)) {
      if scope.sources > BootstrapSession.groupSize, random.below(4) == 0 { steps.append(.source(random.below(3))) }
      var plan = request(defects: random.below(4) == 0 ? 1 : 0, &random)
      // The same request once more, as after a lost answer.
      if random.below(5) == 0 { plan.changes = [.time(.again)] }
      steps.append(.datagram(plan))
    }
    return steps
  }

  /// Two sources and what one of them registered.
  private func contest(_ random: inout SeededRandom) -> [Step] {
    let other = PacketPlan(.registration, from: .other)
    let steps: [Step] = [.source(1), .datagram(other), .source(0), .datagram(PacketPlan(.registration, from: .mover))]
    switch random.below(4) {
    case 0: return steps + [.datagram(PacketPlan(.idChange, from: .mover, [.key(.ofOther)]))]
    case 1: return steps + [.datagram(PacketPlan(.idChange, from: .other))]
    case 2: return steps + [.datagram(PacketPlan(.lookup, from: .other, [.set("lookup_id", .party(menu.party(&random)))]))]
    default: return steps + [.datagram(other), .source(1), .datagram(PacketPlan(.lookup, from: .other))]
    }
  }

  /// A new ID, and what is left of the old one.
  private func move(_ random: inout SeededRandom) -> [Step] {
    let (reg, lookup) = (PacketPlan(.registration), PacketPlan(.lookup, from: random.below(2) == 0 ? .other : .friend, [.set("lookup_id", .party(.friend))]))
    let again = PacketPlan([.lookup, .idChange, .registration][random.below(3)], from: random.below(4) == 0 ? .friend : lookup.sender, [.time(.again)])
    return [
      .datagram(reg), .datagram(PacketPlan(.registration, from: .other)), .datagram(lookup), .datagram(PacketPlan(.idChange)), .datagram(again),
      .datagram(request(defects: 0, &random)),
    ]
  }

  /// Datagrams and a connection.
  private func mixed(_ random: inout SeededRandom) -> [Step] {
    var steps: [Step] = []
    for _ in 0..<(2 + random.below(3)) {
      let plan = request(defects: 0, &random, inStream: true)
      steps.append(random.below(2) == 0 ? .datagram(plan) : .send([plan], .whole))
    }
    return steps + [.datagram(PacketPlan(.lookup, from: sender(&random), [.set("lookup_id", .party(menu.party(&random)))]))]
  }

  private func oversize(_ random: inout SeededRandom) -> [Step] {
    if random.below(2) == 0 {
      return [.datagram(PacketPlan(.registration, from: .mover)), .datagram(PacketPlan(.idChange, from: .mover, [.key(.garbage(8192))]))]
    }
    return [.datagram(PacketPlan(type(&random), [.append([UInt8](repeating: 1, count: 100 + random.below(8000)))]))]
  }

  // Streams.

  private func burst(_ random: inout SeededRandom) -> [PacketPlan] {
    var plans: [PacketPlan] = []
    for _ in 0..<(2 + random.below(5)) { plans.append(request(defects: random.below(4) == 0 ? 1 : 0, &random, inStream: true)) }
    return plans
  }

  private func cuts(_ random: inout SeededRandom) -> Cuts {
    switch random.below(3) {
    case 0: .every(1 + random.below(40))
    case 1: .at([1 + random.below(60)])
    default: .at([1 + random.below(26), 27 + random.below(60)])
    }
  }

  /// A packet cut anywhere, or whole, and a half-close.
  private func ending(_ random: inout SeededRandom) -> [Step] {
    var plan = request(defects: 0, &random, inStream: true)
    if plan.type == .idChange, random.below(4) == 0 {
      plan.changes = [.set("key_length", .number(45 + UInt64(random.below(8148))))]
    } else if random.below(4) != 0 {
      plan.changes.append(.cut(1 + random.below(plan.type == .registration ? 25 : 51)))
    }
    return [.send(random.below(2) == 0 ? [plan] : [Self.opening, plan], .whole), .end]
  }

  private func interleaved(_ random: inout SeededRandom) -> [Step] {
    [
      .send([request(defects: 0, &random, inStream: true)], .whole), .connection(1), .send([request(defects: 0, &random, inStream: true)], .whole),
      .connection(0),
      .send([Self.reg], .whole),
    ]
  }
}

extension [Step] {
  /// The same steps, with an LP first where the first packet of the connection could be a legacy one and bytes that are no packet may follow.
  fileprivate var settled: [Step] {
    guard case .send(let plans, let cuts)? = first, let plan = plans.first, plan.mayLookLegacy else { return self }
    guard plans.count > 1 ? plans.contains(where: { !$0.changes.isEmpty }) : !plan.changes.isEmpty else { return self }
    return [.send([BootstrapGenerator.opening] + plans, cuts)] + dropFirst()
  }
}

extension PacketPlan {
  /// By its own type, or by the one that it is turned into.
  fileprivate var mayLookLegacy: Bool {
    let types = changes.compactMap { change -> UInt64? in
      if case .set("type", .number(let number)) = change { number } else { nil }
    }
    return ([UInt64(type.rawValue)] + types).contains { $0 == PacketType.registration.rawValue || $0 == PacketType.lookup.rawValue }
  }
}
