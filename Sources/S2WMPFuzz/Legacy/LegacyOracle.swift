import S2WMPWire

/// What a peer of the legacy dialect owes to a plan, as far as appendix L of the S2WMP wire format says: the checks of section 6.1 with the fields that there are.
enum LegacyOracle {
  static func of(_ plan: PacketPlan, isFriend: Bool) throws(CaseFault) -> Consequence {
    var found = Consequence()
    switch plan.type {
    case .message:
      if !isFriend { found.add(Failure(3, .acknowledgement(1), "L/m.sender")) }
      for change in plan.changes { try message(change, plan, &found) }
    case .chatRequest: for change in plan.changes { try request(change, &found) }
    default: for change in plan.changes { try other(change, &found) }
    }
    try ends(plan, &found)
    return found
  }

  private static func message(_ change: Change, _ plan: PacketPlan, _ found: inout Consequence) throws(CaseFault) {
    switch change {
    case .set("status", .number(let value)): if !(1...4).contains(value) { found.add(Failure(2, .acknowledgement(3), "L/m.status")) }
    case .set("length", .number(let value)):
      guard value > 32_767 else { throw CaseFault("what a legacy M deserves whose length is \(value) is not known; use more than 32767, or change its body") }
      found.add(Failure(1, .fault, "L/framed"))
    case .set("sender_id", .party(let party)): if !party.isOwn(of: plan.sender) { found.add(Failure(3, .acknowledgement(1), "L/m.sender")) }
    case .set("receiver_id", .party(let party)): if party != .target { found.add(Failure(3, .acknowledgement(1), "L/m.receiver")) }
    case .set("client_id", _), .flip("client_id", _), .client: found.add(Failure(3, .acknowledgement(1), "L/m.client"))
    case .flip("receiver_id", _): found.add(Failure(3, .acknowledgement(1), "L/m.receiver"))
    case .flip("sender_id", _): found.add(Failure(3, .acknowledgement(1), "L/m.sender"))
    case .flip("hash", _), .hash, .set("hash", _): found.add(Failure(5, .acknowledgement(2), "L/m.hash"))
    case .body(.short(0)): found.add(Failure(2, .acknowledgement(3), "L/m.length"))
    case .body: found.add(Failure(4, .acknowledgement(4), "L/m.body"))
    case .text(let text): if !text.isUTF8 { found.add(Failure(6, .acknowledgement(3), "L/m.utf8")) }
    case .time, .cut, .append: break
    default: try other(change, &found)
    }
  }

  private static func request(_ change: Change, _ found: inout Consequence) throws(CaseFault) {
    switch change {
    case .set("requestor_id", .party(let party)):
      if party == .zero || party == .target { found.add(Failure(3, .response(2), "L/cr.requestor")) }
    case .set("user_id", .party(let party)): if party != .target { found.add(Failure(4, .response(3), "L/cr.friend")) }
    case .key(.own): break
    case .key(.garbage), .key(.truncated), .key(.trailing): found.add(Failure(5, .response(4), "L/cr.key"))
    case .set("key_length", .number(let value)):
      guard value == 0 || value > 8192 else { throw CaseFault("what a legacy CR deserves whose key_length is \(value) is not known; use 0 or more than 8192") }
      found.add(Failure(1, .fault, "L/framed"))
    case .set("name_length", .number(let value)) where value > 255: found.add(Failure(1, .fault, "L/framed"))
    case .time, .cut, .append: break
    default: try other(change, &found)
    }
  }

  /// What every packet has.
  private static func other(_ change: Change, _ found: inout Consequence) throws(CaseFault) {
    switch change {
    case .set("version", .number(let value)): if value != 1 { found.add(Failure(1, .fault, "L/framed")) }
    case .flip("version", _): found.add(Failure(1, .fault, "L/framed"))
    case .set("type", .number(let value)):
      guard value == 0 || value > 9 else { throw CaseFault("this packet cannot be turned into type \(value): its bytes would be cut into other packets") }
      found.add(Failure(1, .fault, "L/framed"))
    case .time, .cut, .append: break
    default: throw CaseFault("what that change deserves in the legacy dialect is not known")
    }
  }

  private static func ends(_ plan: PacketPlan, _ found: inout Consequence) throws(CaseFault) {
    for change in plan.changes {
      switch change {
      case .cut(let count):
        guard found.first?.owed != .fault else { throw CaseFault("a packet that cannot be framed is not cut as well") }
        guard count > 0, count < 60 else { throw CaseFault("cut a legacy packet to 1 to 59 bytes") }
        found.framing = .incomplete
      case .append(let bytes) where !bytes.isEmpty: throw CaseFault("bytes behind a legacy packet are for datagrams")
      default: break
      }
    }
  }

  /// A User Broadcast by UDP: answered, or nothing.
  static func ofDatagram(_ plan: PacketPlan) throws(CaseFault) -> Consequence {
    var found = Consequence()
    guard plan.type == .userBroadcast else {
      found.add(Failure(1, .nothing, "L/ub.reply"))
      return found
    }
    var size = UserBroadcast.paddedLength
    for change in plan.changes {
      switch change {
      case .append(let bytes): size += bytes.count
      case .cut(let count): size = min(size, max(0, count))
      case .set("version", .number(let value)) where value != 1: found.add(Failure(1, .nothing, "L/ub.size"))
      case .time: break
      default: throw CaseFault("what a User Broadcast deserves with that change is not known; append bytes or cut it")
      }
    }
    // One of 43 bytes is a reply.
    if size == UserBroadcast.shortLength { found.add(Failure(2, .nothing, "L/ub.reply")) }
    if size != UserBroadcast.shortLength, size < UserBroadcast.paddedLength || size % 2 == 0 { found.add(Failure(1, .nothing, "L/ub.size")) }
    guard size <= UserBroadcast.paddedLength else {
      if found.first == nil { throw CaseFault("what a longer name than ours deserves depends on its bytes") }
      return found
    }
    return found
  }
}
