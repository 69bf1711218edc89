import S2WMPWire

/// Which bytes of a packet its plan changed, for people to see.
enum ChangeMarks {
  /// Ranges within the packet, in order. Fields whose place is not known any more are left out.
  static func ranges(_ plan: PacketPlan, _ packet: [UInt8], _ session: PeerSession) -> [Range<Int>] {
    let appended = plan.changes.reduce(0) { if case .append(let bytes) = $1 { $0 + bytes.count } else { $0 } }
    let isCut = plan.changes.contains { if case .cut = $0 { true } else { false } }
    let size = isCut ? packet.count : max(0, packet.count - appended)
    let forge = PacketForge(session)
    var ranges = plan.changes.compactMap { change -> Range<Int>? in
      guard let field = change.field(in: plan.type) else { return nil }
      if ["name", "name_length"].contains(field), plan.changes.contains(where: { $0.field(in: plan.type) == "key_length" }) { return nil }
      return try? forge.place(of: field, plan, 0, Array(packet[..<size]))
    }
    if size < packet.count { ranges.append(size..<packet.count) }
    return ranges.filter { !$0.isEmpty }.sorted { $0.lowerBound < $1.lowerBound }
  }
}

extension Change {
  /// The field that shows the change; nil when none does.
  func field(in type: PacketType) -> String? {
    switch self {
    case .set(let field, _), .tamper(let field, _), .flip(let field, _): field
    case .text, .body: "body"
    case .time: type == .message || type == .statusChange ? "datetime" : "timestamp"
    case .client: "client_id"
    case .hash: "hash"
    case .key: "public_key"
    case .cut, .append: nil
    }
  }
}
