import S2WMPCrypto
import S2WMPWire

/// Cases without end: the same seed gives the same ones. Each is a valid exchange in some state with none, one or several things changed.
public struct CaseGenerator: Sendable {
  /// What the target and the way to it allow.
  public struct Scope: Sendable {
    public var suite: Suite
    public var group: KeyGroup
    public var isFriend = true
    /// Commands reach the target.
    public var isHeard = false
    public var usesDatagrams = true
    /// Cases that wait for the target's read timeout.
    public var stalls = true
    /// Cases on kept connections only.
    public var keepsConnection = false

    public init(suite: Suite, group: KeyGroup) {
      self.suite = suite
      self.group = group
    }
  }

  public let seed: UInt64
  let scope: Scope
  let menu: ChangeMenu

  public init(seed: UInt64, scope: Scope) {
    self.seed = seed
    self.scope = scope
    menu = ChangeMenu(suite: scope.suite, group: scope.group, targetIsKnown: scope.isFriend)
  }

  public func make(_ random: inout SeededRandom) -> Case {
    let shape = random.below(1000)
    switch shape {
    case ..<680: return Case([.send([packet(defects: random.below(8) == 0 ? 0 : 1, &random)], .whole)])
    case ..<720: return Case([.send([packet(defects: 2 + random.below(2), &random)], .whole)])
    case ..<760: return Case([.send([ordered(&random)], .whole)])
    case ..<820: return burst(&random)
    case ..<865: return segmented(&random)
    case ..<895: return ending(&random)
    case ..<920: return twice(&random)
    case ..<925: return interleaved(&random)
    case ..<930: return Case([.noise(menu.bytes(1 + random.below(64), &random))])
    case ..<980: return scope.usesDatagrams ? search(&random) : burst(&random)
    case ..<983: return scope.isHeard && scope.usesDatagrams ? hidden(&random) : burst(&random)
    case ..<984: return scope.stalls ? stalled(&random) : ending(&random)
    case ..<987: return Case(isFresh: true, [.send([packet(defects: 1, &random)], .whole), .reset])
    default: return conversation(&random)
    }
  }

  // Packets.

  /// M and SC most of the time; a CR or IC makes the target do public-key arithmetic, so they are rarer.
  private func type(_ random: inout SeededRandom) -> PacketType {
    switch random.below(1000) {
    case ..<480: .message
    case ..<830: .statusChange
    case ..<865: .chatRequest
    case ..<872: .idChange
    default: Self.others[random.below(Self.others.count)]
    }
  }

  private static let others: [PacketType] = [
    .registration, .lookup, .lookupResponse, .acknowledgement, .registrationResponse, .chatRequestResponse, .broadcastServer, .broadcastServerResponse,
    .broadcastPeer, .broadcastPeerResponse,
  ]

  func packet(defects: Int, _ random: inout SeededRandom) -> PacketPlan {
    packet(type(&random), defects: defects, &random)
  }

  func packet(_ type: PacketType, defects: Int, _ random: inout SeededRandom) -> PacketPlan {
    var plan = PacketPlan(type, from: sender(type, &random))
    guard let layout = LayoutID(type, .v1) else { return plan }
    for _ in 0..<defects {
      guard let change = menu.change(row(of: layout, &random), type, &random) else { continue }
      add(change, to: &plan)
    }
    return plan
  }

  /// Any row, but what makes the stream unreadable more seldom: there is little to choose in it, and it costs a connection each time.
  func row(of layout: LayoutID, _ random: inout SeededRandom) -> FieldRow {
    let row = layout.rows[random.below(layout.rows.count)]
    switch row.relation {
    case .version, .type, .length: return random.below(3) == 0 ? row : layout.rows[random.below(layout.rows.count)]
    default: return row
    }
  }

  private func sender(_ type: PacketType, _ random: inout SeededRandom) -> Sender {
    switch type {
    case .chatRequest: random.below(4) == 0 ? .newcomer : random.below(3) == 0 ? .other : .friend
    case .idChange: .mover
    case .message, .statusChange: !scope.isFriend || random.below(24) == 0 ? .stranger : random.below(6) == 0 ? .other : .friend
    default: .friend
    }
  }

  /// Changes that would undo each other, or whose consequence together nobody knows, are not joined.
  func add(_ change: Change, to plan: inout PacketPlan) {
    let topic = change.topic
    if plan.changes.contains(where: { $0.topic == topic || $0.excludes(change) || change.excludes($0) }) { return }
    plan.changes.append(change)
    // An SC that claims a body brings one, so that it is whole.
    if plan.type == .statusChange, case .set("length", .number(let count)) = change, !plan.changes.contains(where: { $0.topic == "append" }) {
      plan.changes.append(.append([UInt8](repeating: 0x2e, count: Int(count))))
    }
  }

  // Shapes.

  /// Several packets in one write.
  private func burst(_ random: inout SeededRandom) -> Case {
    let count = 2 + random.below(5)
    let plans = (0..<count).map { _ in packet(defects: random.below(3) == 0 ? 1 : 0, &random) }
    return Case([.send(plans, random.below(4) == 0 ? .packets : .whole)])
  }

  private func segmented(_ random: inout SeededRandom) -> Case {
    let plans = (0...random.below(2)).map { _ in packet(defects: random.below(2), &random) }
    let cuts: Cuts
    switch random.below(4) {
    case 0: cuts = .every(1 + random.below(40))
    case 1: cuts = .at([1 + random.below(80)])
    case 2: cuts = .at([1 + random.below(40), 41 + random.below(60)])
    default: cuts = .at([79 + random.below(3)])
    }
    return Case([.send(plans, cuts)])
  }

  /// A packet cut anywhere, or whole, and a half-close.
  private func ending(_ random: inout SeededRandom) -> Case {
    var plan = packet(defects: random.below(3) == 0 ? 1 : 0, &random)
    if random.below(4) != 0 { plan.changes.append(.cut(1 + random.below(plan.type == .message ? 112 : 79))) }
    return Case(isFresh: true, [.send([plan], .whole), .end])
  }

  /// The same again, and other questions of time.
  private func twice(_ random: inout SeededRandom) -> Case {
    let type: PacketType = random.below(3) == 0 ? .statusChange : .message
    let first = PacketPlan(type)
    let isLate = random.below(3) == 0
    var second = PacketPlan(type, [.time(isLate ? .late : .again)])
    // Whether an SC that comes late is applied shows only when it says something else.
    if isLate, type == .statusChange { second.changes.append(.set("status", .number(UInt64(1 + random.below(3))))) }
    if random.below(3) == 0 { return Case([.send([first], .whole), .await, .connection(1), .send([second], .whole)]) }
    return Case(random.below(2) == 0 ? [.send([first, second], .whole)] : [.send([first], .whole), .await, .send([second, second], .whole)])
  }

  /// Two connections, a packet of each cut in the middle.
  private func interleaved(_ random: inout SeededRandom) -> Case {
    let (a, b) = (packet(defects: random.below(2), &random), packet(defects: random.below(2), &random))
    return Case(
      isFresh: true,
      [
        .send([a], .at([1 + random.below(60)])), .connection(1), .send([b], .at([1 + random.below(60)])), .connection(0),
        .send([PacketPlan(.statusChange)], .whole),
      ])
  }

  /// A case that waits for the read timeout; which, the number says.
  func stalled(_ number: Int) -> Case {
    var random = random(for: number &+ 0x57a11)
    return stalled(&random)
  }

  private func stalled(_ random: inout SeededRandom) -> Case {
    var plan = packet(random.below(2) == 0 ? .message : .statusChange, defects: 0, &random)
    plan.changes = [.cut(1 + random.below(79))]
    return Case(isFresh: true, [.send([plan], .whole), .stall])
  }

  private func search(_ random: inout SeededRandom) -> Case {
    if random.below(12) == 0 { return Case([.datagramNoise(menu.bytes(1 + random.below(100), &random))]) }
    var plan = random.below(4) == 0 ? packet(defects: 0, &random) : packet(.broadcastPeer, defects: random.below(3), &random)
    if plan.type == .broadcastPeer {
      if random.below(8) == 0 { plan.changes.append(.cut(1 + random.below(51))) } else if random.below(6) == 0 { plan.changes.append(.append([0])) }
    }
    return Case([.datagram(plan)])
  }

  /// An invisible target answers friends only.
  private func hidden(_ random: inout SeededRandom) -> Case {
    let sender: Sender = random.below(2) == 0 ? .stranger : .friend
    guard scope.isFriend else { return Case([.datagram(PacketPlan(.broadcastPeer, from: sender))]) }
    return Case([.status(.invisible), .datagram(PacketPlan(.broadcastPeer, from: sender)), .status(.online)])
  }

  private func conversation(_ random: inout SeededRandom) -> Case {
    var steps: [Step] = []
    for _ in 0..<(2 + random.below(4)) {
      steps.append(.send([packet(defects: random.below(3) == 0 ? 1 : 0, &random)], .whole))
      steps.append(.await)
    }
    return Case(steps)
  }
}

extension Change {
  /// What it is about: two changes of one topic exclude each other.
  var topic: String {
    switch self {
    case .set(let field, _), .tamper(let field, _), .flip(let field, _): field == "body" ? "body" : field
    case .text: "text"
    case .time: "datetime"
    case .client: "client_id"
    case .hash: "hash"
    case .body: "body"
    case .key: "public_key"
    case .cut: "cut"
    case .append: "append"
    }
  }

  /// Pairs whose joint consequence the oracle does not know.
  func excludes(_ other: Change) -> Bool {
    // The same packet again is sent byte for byte.
    if case .time(.again) = self { return true }
    if case .set("timestamp", _) = self, case .time = other { return true }
    switch topic {
    case "length": return ["body", "text", "append"].contains(other.topic)
    case "body": return other.topic == "text"
    case "key_length", "name_length": return ["key_length", "name_length", "public_key", "name"].contains(other.topic)
    case "type": return ["length", "body", "text", "append"].contains(other.topic)
    default: return false
    }
  }
}
