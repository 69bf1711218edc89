import S2WMPWire

/// What a run was like, as numbers: which constructions met which answers, and what followed what. Runs with something new in them are worth extending.
public struct Features {
  public private(set) var values: [UInt64] = []

  public init() {}

  public mutating func take(_ given: Case, _ instance: Instance, _ seen: Observation) {
    values.removeAll(keepingCapacity: true)
    var previous: UInt64 = 0
    var reply = 0
    for (index, packet) in instance.packets.enumerated() {
      var answer: UInt64 = 0xff
      if let expected = instance.expected.first(where: { $0.packet == index }), reply < seen.replies.count {
        answer = UInt64(expected.status) | UInt64(seen.replies[reply].range.count.leadingZeroBitCount) << 8
        reply += 1
      }
      let signature = Self.signature(given, packet)
      values.append(Self.mix(signature ^ answer << 32))
      let kind = UInt64(packet.type.rawValue) | answer << 8
      values.append(Self.mix(previous << 32 ^ kind ^ 0x5ce1))
      previous = kind
    }
    var endings: UInt64 = 0
    for ending in seen.endings { endings = endings << 2 | UInt64(ending == .open ? 0 : ending == .closed ? 1 : 2) }
    values.append(Self.mix(previous ^ endings << 40 ^ 0xe4d))
  }

  /// Edges of the target's code that were new.
  mutating func add(_ edges: [UInt64]) { values += edges }

  private static func signature(_ given: Case, _ packet: SentPacket) -> UInt64 {
    guard given.steps.indices.contains(packet.step) else { return UInt64(packet.type.rawValue) }
    switch given.steps[packet.step] {
    case .send(let plans, let cuts):
      guard plans.indices.contains(packet.index) else { return 1 }
      return plans[packet.index].signature ^ (cuts == .whole ? 0 : 1 << 60)
    case .datagram(let plan): return plan.signature ^ 1 << 61
    default: return 1 << 62
    }
  }

  /// FNV-1a.
  static func number(of word: String) -> UInt64 {
    var out: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in word.utf8 { out = (out ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return out
  }

  static func mix(_ value: UInt64) -> UInt64 {
    let z = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    return z ^ z >> 27
  }
}

extension PacketPlan {
  /// Type, sender and which things are changed how: not by which values.
  var signature: UInt64 {
    var out = UInt64(type.rawValue) << 8 | UInt64(sender.rawValue.utf8.first ?? 0)
    for change in changes { out = Features.mix(out ^ change.signature) }
    return out
  }
}

extension Change {
  /// Which field, and what kind of change.
  var signature: UInt64 {
    Features.mix(Features.number(of: topic) ^ kindNumber)
  }

  private var kindNumber: UInt64 {
    switch self {
    case .set(_, .number(let value)): 1 | UInt64(value == 0 ? 0 : 64 - value.leadingZeroBitCount) << 8
    case .set: 2
    case .tamper: 3
    case .flip: 4
    case .text(let text): 5 | UInt64(64 - UInt64(text.count).leadingZeroBitCount) << 8
    case .time(let time): time == .again ? 6 : time == .late ? 7 : time == .next ? 8 : 9
    case .client(let choice): choice == .previous ? 10 : choice == .unbound ? 11 : choice == .otherPair ? 12 : 13
    case .hash: 14
    case .body(let choice): bodyNumber(choice)
    case .key(let choice): Self.keyNumber(choice)
    case .cut(let count): 17 | UInt64(count / 8) << 8
    case .append: 18
    }
  }

  private func bodyNumber(_ choice: BodyChoice) -> UInt64 {
    switch choice {
    case .short: 30
    case .otherKey: 31
    case .previous: 32
    case .bit: 33
    case .garbage: 34
    case .wrappedForOther: 35
    case .wrappedZero: 36
    case .wrappedOnes: 37
    case .contentKey: 38
    }
  }

  private static func keyNumber(_ choice: KeyChoice) -> UInt64 { 64 | UInt64(ChangeMenu.keys.firstIndex(of: choice) ?? 63) << 8 }
}
