import S2WMPCrypto
import S2WMPWire

/// Builds packets of the legacy dialect from plans (S2WMP wire format, appendix L).
struct LegacyPacketForge {
  let session: LegacySession

  /// Appends the packet.
  func forge(_ plan: PacketPlan, into buffer: inout [UInt8]) throws {
    let user = session.user(plan.sender)
    if plan.type == .message, plan.changes.contains(.time(.again)), !user.lastMessage.isEmpty {
      buffer += user.lastMessage
      return
    }
    guard var builder = PacketBuilder(plan.type, .legacy) else {
      throw CaseFault("the legacy dialect has no \(plan.type.shortName ?? "packet of type \(plan.type.rawValue)")")
    }
    try fill(&builder, plan, user)
    var packet = builder.build()
    for change in plan.changes { try apply(change, plan, user, &packet) }
    for case .append(let bytes) in plan.changes { packet += bytes }
    for case .cut(let count) in plan.changes { packet = Array(packet.prefix(max(0, count))) }
    buffer += packet
  }

  private func fill(_ builder: inout PacketBuilder, _ plan: PacketPlan, _ user: LegacyUser) throws {
    switch plan.type {
    case .message: try message(&builder, plan, user)
    case .chatRequest:
      builder.set(LegacyChatRequest.status, 1)
      builder.set(LegacyChatRequest.datetime, moment(plan, user))
      builder.set(LegacyChatRequest.requestorID, user.id)
      builder.set(LegacyChatRequest.userID, session.targetID)
      builder.set(LegacyChatRequest.publicKey, key(plan, user))
      builder.set(LegacyChatRequest.name, user.name)
    case .statusChange: builder.set(LegacyStatus.status, 1)
    case .userBroadcast:
      builder.set(UserBroadcast.timestamp, moment(plan, user))
      builder.set(UserBroadcast.userID, user.id)
    default: break
    }
  }

  private func moment(_ plan: PacketPlan, _ user: LegacyUser) -> UInt64 {
    for case .time(.exact(let value)) in plan.changes { return value }
    return user.nextTime()
  }

  private func key(_ plan: PacketPlan, _ user: LegacyUser) -> [UInt8] {
    for case .key(let choice) in plan.changes {
      switch choice {
      case .garbage(let count): return (0..<max(1, count)).map { UInt8(truncatingIfNeeded: 0xa5 &+ $0 &* 31) }
      case .truncated(let count): return Array(user.publicKey.dropLast(max(1, count)))
      case .trailing(let count): return user.publicKey + [UInt8](repeating: 0, count: max(1, count))
      default: break
      }
    }
    return user.publicKey
  }

  // M: the hash is that of the body as it goes out, so that nothing but what is meant is wrong.

  private func message(_ builder: inout PacketBuilder, _ plan: PacketPlan, _ user: LegacyUser) throws {
    let body = try body(plan, user)
    builder.set(LegacyMessaging.status, 1)
    builder.set(LegacyMessaging.datetime, moment(plan, user))
    builder.set(LegacyMessaging.senderID, user.id)
    builder.set(LegacyMessaging.receiverID, session.targetID)
    builder.set(LegacyMessaging.clientID, LegacyCipher.clientID)
    builder.set(LegacyMessaging.hash, hash(plan, body))
    builder.set(LegacyMessaging.body, body)
  }

  private func hash(_ plan: PacketPlan, _ body: [UInt8]) -> Identifier {
    for case .hash(let choice) in plan.changes { return choice == .zero ? .zero : LegacyCipher.hash(body + [0]) }
    return LegacyCipher.hash(body)
  }

  private func body(_ plan: PacketPlan, _ user: LegacyUser) throws(CaseFault) -> [UInt8] {
    // Somebody who is no friend shares nothing with the target: any key is as good.
    let cipher = user.cipher ?? LegacyCipher(secret: SecretBytes(random(64)))
    var text = Array("hello".utf8)
    for case .text(let given) in plan.changes { text = given.bytes }
    guard text.count <= 32_000 else { throw CaseFault("\(text.count) bytes of text do not fit one legacy message") }
    for case .body(let choice) in plan.changes {
      switch choice {
      case .short(let count) where count % 16 != 0 || count == 0: return Array(cipher.encrypt(text + random(32)).prefix(max(0, count)))
      case .garbage(let count) where count % 16 != 0: return random(count)
      // Whole blocks whose last byte is no padding: what stands before the padding, without it.
      default: return Array(cipher.encrypt([UInt8](repeating: 0x78, count: 32)).prefix(32))
      }
    }
    return cipher.encrypt(text)
  }

  private func random(_ count: Int) -> [UInt8] { (0..<max(0, count)).map { _ in UInt8(truncatingIfNeeded: session.random.next()) } }

  // What is done to a finished packet.

  private func apply(_ change: Change, _ plan: PacketPlan, _ user: LegacyUser, _ packet: inout [UInt8]) throws {
    switch change {
    case .set(let field, let value), .tamper(let field, let value): try store(value, try place(field, plan, packet), user, &packet)
    case .flip(let field, let bit):
      let range = try place(field, plan, packet)
      let number = ((bit % (range.count * 8)) + range.count * 8) % (range.count * 8)
      packet[range.lowerBound + number / 8] ^= 0x80 >> UInt8(number % 8)
    default: break
    }
  }

  private func place(_ field: String, _ plan: PacketPlan, _ packet: [UInt8]) throws(CaseFault) -> Range<Int> {
    guard let row = LayoutID(plan.type, .legacy)?.row(named: field), case .fixed(let size) = row.extent, size > 0 else {
      throw CaseFault("\(plan.type.shortName ?? "the packet") has no field \"\(field)\" of a fixed size in the legacy dialect")
    }
    // Only name_length stands behind something of no fixed size: the key, as it was built.
    let shift = row.shiftedBy == nil ? 0 : session.user(plan.sender).publicKey.count
    let range = (row.offset + shift)..<(row.offset + shift + size)
    guard range.upperBound <= packet.count else { throw CaseFault("field \"\(field)\" is not there") }
    return range
  }

  private func store(_ value: Value, _ range: Range<Int>, _ user: LegacyUser, _ packet: inout [UInt8]) throws(CaseFault) {
    switch value {
    case .number(let number):
      for (index, place) in range.enumerated() { packet[place] = UInt8(truncatingIfNeeded: number >> UInt64(8 * min(7, range.count - 1 - index))) }
    case .bytes(let bytes) where bytes.count == range.count: packet.replaceSubrange(range, with: bytes)
    case .party(let party) where range.count == 16:
      let id = session.id(party, own: user.id)
      for index in 0..<8 {
        packet[range.lowerBound + index] = UInt8(truncatingIfNeeded: id.high >> UInt64(56 - 8 * index))
        packet[range.lowerBound + 8 + index] = UInt8(truncatingIfNeeded: id.low >> UInt64(56 - 8 * index))
      }
    default: throw CaseFault("that value does not fit a field of \(range.count) bytes")
    }
  }
}

extension Plaintext {
  fileprivate var bytes: [UInt8] {
    switch self {
    case .letters(let count): (0..<min(max(0, count), 32_768)).map { 0x61 + UInt8($0 % 26) }
    case .bytes(let bytes): bytes
    }
  }
}
