import S2WMPCrypto
import S2WMPWire

/// The oracle: what a packet deserves, from its plan alone. No byte of the packet and no code of a peer is looked at.
public enum Consequences {
  /// Over TCP, at a peer of the v1 dialect.
  public static func of(_ plan: PacketPlan, _ facts: PlanFacts) throws(CaseFault) -> Consequence {
    var found =
      switch plan.type {
      case .message, .statusChange: try MessagingConsequences.of(plan, facts)
      case .chatRequest, .idChange: try RequestConsequences.of(plan, facts)
      default: try ignored(plan)
      }
    // Once it shows that something is no packet, its lengths mean nothing any more.
    if found.first?.owed == .fault, !plan.isCut { found.framing = .whole }
    return found
  }

  /// Everything that a peer ignores on TCP: requests to a server, answers that nobody asked for.
  private static func ignored(_ plan: PacketPlan) throws(CaseFault) -> Consequence {
    var found = Consequence()
    let whole = try wholeSize(plan)
    for change in plan.changes {
      switch change {
      case .set(let field, let value), .tamper(let field, let value): try set(field, value, plan, &found)
      case .flip("version", _): found.add(.version)
      case .flip(let field, _):
        guard !["type", "status", "key_length", "name_length"].contains(field) else {
          throw CaseFault("what a flipped bit of \(field) deserves is not known; set the field instead")
        }
      case .cut, .time, .key: break
      case .append(let bytes): if !bytes.isEmpty { found.framing = .leftover }
      case .text, .client, .hash, .body: throw CaseFault("\(plan.type.shortName ?? "the packet") has no such thing to change")
      }
    }
    for case .cut(let count) in plan.changes where count < whole {
      found.shorten(to: count, keyLengthEnd: ChatRequestResponse.keyLength.end, nameLengthEnd: ChatRequestResponse.nameLength.end)
    }
    return found
  }

  private static func wholeSize(_ plan: PacketPlan) throws(CaseFault) -> Int {
    switch plan.type {
    case .acknowledgement: return Acknowledgement.length
    case .registration: return Registration.length
    case .registrationResponse: return RegistrationResponse.length
    case .lookup, .broadcastServer, .broadcastPeer: return Lookup.length
    case .lookupResponse, .broadcastServerResponse, .broadcastPeerResponse: return LookupResponse.length
    // The plain one is a refusal: no key, no name.
    case .chatRequestResponse: return ChatRequestResponse.fixedLength
    default: throw CaseFault("v1 has no packet of type \(plan.type.rawValue)")
    }
  }

  private static func set(_ field: String, _ value: Value, _ plan: PacketPlan, _ found: inout Consequence) throws(CaseFault) {
    switch (field, value) {
    case ("version", .number(let number)): if number != 1 { found.add(.version) }
    case ("type", .number(let number)):
      guard !PacketType(rawValue: UInt8(truncatingIfNeeded: number)).isDefined(.v1) else {
        throw CaseFault("this packet cannot be turned into type \(number): its bytes would be cut into other packets")
      }
      found.add(.type)
    case ("key_length", .number(let number)): if number != 0 { found.add(.keyLength) }
    case ("name_length", .number(let number)): if number != 0 { found.add(.nameLength) }
    // A CRR that accepts must bring a key.
    case ("status", .number(0)) where plan.type == .chatRequestResponse: found.add(.keyLength)
    default: break
    }
  }

  /// Over UDP, at a peer (S2WMP wire format, sections 4 and 6.1): BPR or nothing.
  public static func ofDatagram(_ plan: PacketPlan, _ facts: PlanFacts) -> Consequence {
    var found = Consequence()
    guard plan.type == .broadcastPeer else {
      found.add(Failure(1, .nothing, datagramRequirement(plan.type)))
      return found
    }
    for change in plan.changes { if let failure = search(change) { found.add(failure) } }
    if facts.targetIsInvisible, !facts.isFriend { found.add(Failure(4, .nothing, "6.1/bpm.invisible")) }
    return found
  }

  private static func datagramRequirement(_ type: PacketType) -> String {
    switch type {
    case .message, .statusChange, .chatRequest, .idChange: "4/udp.tcp-only"
    default: "4/udp.no-answer"
    }
  }

  private static func search(_ change: Change) -> Failure? {
    switch change {
    case .set("version", .number(1)), .tamper("version", .number(1)): nil
    case .set("lookup_id", .party(let party)), .tamper("lookup_id", .party(let party)):
      party == .zero || party == .target ? nil : Failure(3, .nothing, "6.1/bpm.lookup-id")
    case .flip("lookup_id", _): Failure(3, .nothing, "6.1/bpm.lookup-id")
    case .set("user_id", .party(.target)), .tamper("user_id", .party(.target)): Failure(4, .nothing, "6.1/bpm.self")
    case .set("version", _), .tamper("version", _), .set("type", _), .tamper("type", _), .flip("version", _), .flip("type", _):
      Failure(1, .nothing, "4/udp.no-answer")
    case .set("status", .number(let number)), .tamper("status", .number(let number)): number == 0 ? nil : Failure(2, .nothing, "4/udp.values")
    case .set("broadcast", .number(let number)), .tamper("broadcast", .number(let number)): number == 1 ? nil : Failure(2, .nothing, "4/udp.values")
    case .flip("status", _), .flip("broadcast", _): Failure(2, .nothing, "4/udp.values")
    case .append(let bytes): bytes.isEmpty ? nil : Failure(1, .nothing, "4/udp.one-packet")
    case .cut(let count): count < Lookup.length ? Failure(1, .nothing, "4/udp.no-answer") : nil
    default: nil
    }
  }
}

extension PacketPlan {
  fileprivate var isCut: Bool { changes.contains { if case .cut = $0 { true } else { false } } }
}
