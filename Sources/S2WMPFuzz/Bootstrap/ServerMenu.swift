import S2WMPCrypto
import S2WMPWire

/// What can be done to a field of a request to a server, read from its row.
struct ServerMenu: Sendable {
  /// One change to that field; nil when nothing is known to try there.
  func change(_ row: FieldRow, _ plan: PacketPlan, _ random: inout SeededRandom) -> Change? {
    switch row.relation {
    case .version: random.below(3) == 0 ? .flip("version", bit: random.below(8)) : .set("version", .number(pick([0, 2, 3, 16, 255], &random)))
    case .type: .set("type", .number(pick(isLookup(plan.type) ? [0, 7, 16, 128, 255, 4, 12, 14] : [0, 7, 16, 17, 128, 255], &random)))
    case .code: .set(row.name, .number(pick([0, 1, 1, 2, 3, 127, 128, 255], &random)))
    case .length: .set(row.name, .number(pick([0, 1, 43, 45, 8193, 65_535, 1 << 24, 0xffff_ffff], &random)))
    case .time: random.below(3) == 0 ? .time(.again) : .time(.exact(pick([0, 1, .max, 0x8000_0000_0000_0000], &random)))
    case .requestID: .set(row.name, .bytes(random.below(4) == 0 ? [UInt8](repeating: 0, count: 8) : bytes(8, &random)))
    case .userID, .idOfKey: id(row, plan, &random)
    case .key: .key(pick([.ofOther, .ofOther, .own, .garbage(8), .garbage(300), .garbage(8192), .truncated(1), .trailing(1), .trailing(100)], &random))
    default: nil
    }
  }

  private func isLookup(_ type: PacketType) -> Bool { [.lookup, .broadcastServer, .broadcastPeer].contains(type) }

  private func id(_ row: FieldRow, _ plan: PacketPlan, _ random: inout SeededRandom) -> Change? {
    // What a BSM with a lookup_id deserves is not said.
    if plan.type == .broadcastServer, row.name == "lookup_id" { return nil }
    if plan.type != .registration, random.below(3) == 0 { return .flip(row.name, bit: random.below(128)) }
    if plan.type == .registration { return .set(row.name, .party(pick([.zero, .zero, .own, .friend, .other], &random))) }
    return .set(row.name, .party(pick([.zero, .own, .friend, .other, .stranger, .nobody, .target], &random)))
  }

  /// Who is looked up.
  func party(_ random: inout SeededRandom) -> Party { pick([.own, .friend, .friend, .other, .other, .stranger, .nobody, .zero], &random) }

  /// A datagram that is longer or shorter than its packet. The lengths of legacy packets are left out.
  func size(_ plan: PacketPlan, _ random: inout SeededRandom) -> Change {
    if random.below(2) == 0 { return .append([UInt8](repeating: UInt8(random.below(2)), count: pick([1, 2, 4, 7, 52, 100], &random))) }
    return .cut(random.below(plan.type == .registration ? 26 : plan.type == .idChange ? 34 : 52))
  }

  /// Pairs whose joint consequence nobody knows.
  func excludes(_ a: Change, _ b: Change) -> Bool {
    let topics: Set<String> = [a.topic, b.topic]
    if topics.contains("type"), topics.contains("append") || topics.contains("cut") { return true }
    return topics.contains("key_length") && (topics.contains("append") || topics.contains("public_key"))
  }

  func bytes(_ count: Int, _ random: inout SeededRandom) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) } }

  func pick<Value>(_ values: [Value], _ random: inout SeededRandom) -> Value { values[random.below(values.count)] }
}
