import S2WMPWire

/// What a plan is to a bootstrap server of the legacy dialect before anything is looked up, known from how it was constructed (S2WMP wire format, appendix L).
enum LegacyServerForm: Hashable {
  /// A REG or LP that is answered.
  case request
  /// A datagram that gets no answer, since it is no packet, or none for a server.
  case silent(requirement: String)

  static let malformed = LegacyServerForm.silent(requirement: "L/server.no-answer")
  static let foreign = LegacyServerForm.silent(requirement: "L/server.others")

  static func of(_ plan: PacketPlan) throws(CaseFault) -> LegacyServerForm {
    let isRequest = plan.type == .registration || plan.type == .lookup
    guard LayoutID(plan.type, .legacy) != nil else {
      throw CaseFault("the legacy dialect has no \(plan.type.shortName ?? "packet of type \(plan.type.rawValue)")")
    }
    var isMalformed = false
    for change in plan.changes { if try spoils(change, isRequest: isRequest) { isMalformed = true } }
    if try hasOtherSize(plan, isRequest) { isMalformed = true }
    return isMalformed ? .malformed : isRequest ? .request : .foreign
  }

  /// Whether the change leaves no packet.
  private static func spoils(_ change: Change, isRequest: Bool) throws(CaseFault) -> Bool {
    switch change {
    case .set("version", .number(let value)), .tamper("version", .number(let value)): return value & 0xff != 1
    case .flip("version", _): return true
    case .set("type", .number(let value)) where isRequest && !isAnswered(value & 0xff): return true
    case .set("user_id", _), .set("lookup_id", _), .set("request_id", _), .flip("user_id", _), .flip("lookup_id", _), .flip("request_id", _):
      if isRequest { return false }
    case .time(.exact), .time(.next), .cut, .append: return false
    default: break
    }
    throw CaseFault("what that change deserves of a legacy server is not known; change IDs, the version, the type or the size")
  }

  /// Types of either dialect that a server answers.
  private static func isAnswered(_ type: UInt64) -> Bool { [2, 4, 11, 12].contains(type) }

  /// A datagram's length decides its dialect, so one that would be of v1 is nothing that is tried.
  private static func hasOtherSize(_ plan: PacketPlan, _ isRequest: Bool) throws(CaseFault) -> Bool {
    guard isRequest else { return plan.changes.contains { if case .cut = $0 { true } else { false } } }
    let whole = plan.type == .registration ? LegacyRegistration.length : LegacyLookup.length
    var size = whole
    for case .append(let bytes) in plan.changes { size += bytes.count }
    for case .cut(let count) in plan.changes { size = min(size, max(0, count)) }
    guard size != (plan.type == .registration ? Registration.length : Lookup.length) else {
      throw CaseFault("a datagram of \(size) bytes is a packet of v1; take another number of bytes")
    }
    return size != whole
  }

  /// Whether a packet is not simply accepted: for controls.
  static func isHarmful(_ plan: PacketPlan) -> Bool {
    guard (try? of(plan)) == .request else { return true }
    return plan.changes.contains { change in
      switch change {
      case .set("user_id", let value): value != .party(.own)
      case .set("lookup_id", .party(let party)): party == .zero || party == .nobody || party == .target
      case .flip(let field, _): field != "request_id"
      default: false
      }
    }
  }
}
