import S2WMPCrypto
import S2WMPWire

/// Builds packets for a bootstrap server from plans: REG, LP, IC, BSM and BPM here, all others as for a peer.
struct ServerPackets {
  let session: BootstrapSession
  let packets: PacketForge
  /// Where in the instance's bytes the last answered request of a user stands, by type.
  private var last: [Said: Range<Int>] = [:]

  private struct Said: Hashable {
    var sender: Sender
    var type: PacketType
  }

  init(_ session: BootstrapSession) {
    self.session = session
    packets = PacketForge(session.standIn)
  }

  mutating func begin() { last.removeAll(keepingCapacity: true) }

  mutating func remember(_ plan: PacketPlan, _ range: Range<Int>) { last[Said(sender: plan.sender, type: plan.type)] = range }

  /// Whether the plan is the same packet again, and there is one.
  func isRepeat(_ plan: PacketPlan) -> Bool { packets.time(plan) == .again && last[Said(sender: plan.sender, type: plan.type)] != nil }

  /// Bytes of the key field, for an IC.
  static func keySize(_ plan: PacketPlan) -> Int {
    for change in plan.changes {
      switch change {
      case .set("public_key", .bytes(let bytes)): return bytes.count
      case .key(.garbage(let count)): return max(1, count)
      case .key(.truncated(let count)): return max(1, BootstrapSession.keySize - max(0, count))
      case .key(.trailing(let count)): return BootstrapSession.keySize + max(0, count)
      default: break
      }
    }
    return BootstrapSession.keySize
  }

  /// Appends the packet. Gives who its sender becomes, when it is an IC.
  func forge(_ plan: PacketPlan, into buffer: inout [UInt8]) throws -> ServerUser? {
    guard RequestForm.isForServer(plan.type) else {
      _ = try packets.forge(plan, into: &buffer)
      return nil
    }
    if packets.time(plan) == .again, let range = last[Said(sender: plan.sender, type: plan.type)] {
      buffer += buffer[range]
      return nil
    }
    let (start, own) = (buffer.count, session.user(.sender(plan.sender)))
    buffer.append(1)
    buffer.append(plan.type.rawValue)
    var next: ServerUser?
    switch plan.type {
    case .registration: registration(own.id, &buffer)
    case .idChange: next = try idChange(plan, own, &buffer)
    default: lookup(plan, own, &buffer)
    }
    try change(plan, own, start, &buffer)
    return next
  }

  private func registration(_ id: Identifier, _ buffer: inout [UInt8]) {
    packets.append(session.standIn.random.next(), 8, to: &buffer)
    packets.append(id, to: &buffer)
  }

  /// The plainest REG.
  func appendRegistration(_ id: Identifier, to buffer: inout [UInt8]) {
    buffer += [1, PacketType.registration.rawValue]
    registration(id, &buffer)
  }

  private func lookup(_ plan: PacketPlan, _ own: ServerUser, _ buffer: inout [UInt8]) {
    packets.append(packets.moment(plan, session.standIn.actor(plan.sender)), 8, to: &buffer)
    packets.append(session.standIn.random.next(), 8, to: &buffer)
    packets.append(plan.type == .lookup ? 0 : 1, 2, to: &buffer)
    packets.append(own.id, to: &buffer)
    // The plainest lookup is that of oneself.
    packets.append(plan.type == .lookup ? own.id : .zero, to: &buffer)
  }

  private func idChange(_ plan: PacketPlan, _ own: ServerUser, _ buffer: inout [UInt8]) throws -> ServerUser {
    let next = try nextUser(plan, own)
    packets.append(packets.moment(plan, session.standIn.actor(plan.sender)), 8, to: &buffer)
    packets.append(session.standIn.random.next(), 8, to: &buffer)
    packets.append(own.id, to: &buffer)
    packets.append(next.id, to: &buffer)
    packets.append(.zero, to: &buffer)
    packets.append(UInt64(next.key.count), 4, to: &buffer)
    buffer += next.key
    return next
  }

  /// A server does not look into keys: what counts is that `new_id` is the key's.
  private func nextUser(_ plan: PacketPlan, _ own: ServerUser) throws(CaseFault) -> ServerUser {
    for change in plan.changes {
      switch change {
      case .set("public_key", .bytes(let bytes)): return user(bytes)
      case .key(.own): return own
      case .key(.ofOther): return session.user(.sender(plan.sender == .other ? .friend : .other))
      case .key(.garbage(let count)) where count >= 8: return user(packets.randomBytes(count))
      case .key(.truncated(let count)) where (0...32).contains(count): return user(Array(session.makeUser().key.dropLast(count)))
      case .key(.trailing(let count)) where count >= 0: return user(session.makeUser().key + [UInt8](repeating: 0, count: count))
      case .key: throw CaseFault("a server is offered no such key: it looks at its hash alone; use garbage of 8 bytes and more")
      default: break
      }
    }
    return session.makeUser()
  }

  private func user(_ key: [UInt8]) -> ServerUser { ServerUser(id: key.withUnsafeBytes { Digest.identifier(sha256: $0) }, key: key) }

  private func change(_ plan: PacketPlan, _ own: ServerUser, _ start: Int, _ buffer: inout [UInt8]) throws {
    for change in plan.changes {
      switch change {
      case .set(let field, let value), .tamper(let field, let value): try packets.store(value, in: field, of: plan, own: own.id, at: start, &buffer)
      case .flip(let field, let bit): try packets.flip(bit, field, plan, start, &buffer)
      default: break
      }
    }
    for case .append(let bytes) in plan.changes { buffer += bytes }
    for case .cut(let count) in plan.changes where start + count < buffer.count { buffer.removeSubrange((start + max(0, count))...) }
  }

  // Reading back what was built, for what ties answers to it.

  /// - size: of the packet that begins at `start`, whole.
  func request(_ type: PacketType, _ buffer: [UInt8], _ start: Int, size: Int) -> ServerModel.Request {
    var request = ServerModel.Request(type: type)
    switch type {
    case .registration: request.userID = packets.identifier(buffer, start + Registration.userID.offset)
    case .idChange:
      request.userID = packets.identifier(buffer, start + IDChange.userID.offset)
      request.otherID = packets.identifier(buffer, start + IDChange.newID.offset)
      let key = (start + IDChange.fixedLength)..<max(start + IDChange.fixedLength, min(start + size, buffer.count))
      request.keyID = buffer.withUnsafeBytes { Digest.identifier(sha256: UnsafeRawBufferPointer(rebasing: $0[key])) }
    default:
      request.userID = packets.identifier(buffer, start + Lookup.userID.offset)
      request.otherID = packets.identifier(buffer, start + Lookup.lookupID.offset)
    }
    return request
  }

  func requestID(_ type: PacketType, _ buffer: [UInt8], _ start: Int) -> UInt64 {
    packets.number(buffer, start + Self.requestIDOffset(type))
  }

  static func requestIDOffset(_ type: PacketType) -> Int { type == .registration ? Registration.requestID.offset : Lookup.requestID.offset }
}

extension PacketPlan {
  /// A `timestamp` that no clock shows; 0: it is an ordinary one.
  var oddTimestamp: UInt64 {
    for change in changes {
      switch change {
      case .time(.exact(let value)), .set("timestamp", .number(let value)), .tamper("timestamp", .number(let value)): return value
      default: break
      }
    }
    return 0
  }

  /// A REG with nothing special about its ID.
  var isPlainRegistration: Bool {
    guard type == .registration else { return false }
    return changes.allSatisfy { change in
      switch change {
      case .set("request_id", _), .tamper("request_id", _), .flip("request_id", _), .time: true
      default: false
      }
    }
  }

  /// Who appears in it.
  var parties: [Sender] {
    var found: [Sender] = []
    for change in changes {
      switch change {
      case .set(_, .party(let party)), .tamper(_, .party(let party)): if let sender = Sender(rawValue: party.rawValue) { found.append(sender) }
      case .key(.ofOther): found.append(sender == .other ? .friend : .other)
      default: break
      }
    }
    return found
  }
}

extension Case {
  /// Packets in its streams.
  var requests: Int {
    steps.reduce(0) { sum, step in
      if case .send(let plans, _) = step { sum + plans.count } else { sum }
    }
  }
}
