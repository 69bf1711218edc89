import S2WMPWire

/// Packets that fail two checks: which of them decides is what is tried (S2WMP wire format, section 6.1).
extension CaseGenerator {
  /// One packet with two defects, each for another check.
  func ordered(_ random: inout SeededRandom) -> PacketPlan {
    let type = Self.orderedTypes[random.below(Self.orderedTypes.count)]
    var plan = packet(type, defects: 0, &random)
    let checks = Self.checks(of: type)
    let first = random.below(checks.count)
    let second = (first + 1 + random.below(checks.count - 1)) % checks.count
    for number in [first, second] { add(defect(checks[number], type, &random), to: &plan) }
    return plan
  }

  private static let orderedTypes: [PacketType] = [.message, .message, .message, .statusChange, .statusChange, .chatRequest, .chatRequest, .idChange]

  private enum Check { case fields, sender, client, body, hash, text, name, user, identity, key }

  private static func checks(of type: PacketType) -> [Check] {
    switch type {
    case .message: [.fields, .sender, .client, .body, .hash, .text]
    case .statusChange: [.fields, .sender, .client, .hash]
    case .chatRequest: [.name, .user, .identity, .key]
    default: [.key, .sender, .client]
    }
  }

  private func defect(_ check: Check, _ type: PacketType, _ random: inout SeededRandom) -> Change {
    switch check {
    case .fields: .set("status", .number(UInt64(4 + random.below(252))))
    case .sender:
      type == .idChange ? .set("user_id", .party(.nobody)) : .set(random.below(2) == 0 ? "sender_id" : "receiver_id", .party(.nobody))
    case .client: .client(.program("other"))
    case .body: .body(random.below(2) == 0 ? .bit(-1 - random.below(128)) : .otherKey)
    case .hash: random.below(2) == 0 ? .hash(.zero) : .flip("hash", bit: random.below(128))
    case .text: .text(.bytes(ChangeMenu.invalidTexts[random.below(ChangeMenu.invalidTexts.count)]))
    case .name: .set("name", .bytes([UInt8(random.below(0x20))]))
    case .user: .set("user_id", .party(.nobody))
    case .identity: .set("requestor_id", .party(.nobody))
    case .key: .key(random.below(2) == 0 ? .garbage(1 + random.below(64)) : .truncated(1 + random.below(8)))
    }
  }
}
