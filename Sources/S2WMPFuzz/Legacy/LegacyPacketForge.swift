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
    let fields = LegacyFields(type: plan.type, keySize: session.user(plan.sender).publicKey.count) { session.id($0, own: user.id) }
    try fields.apply(plan.changes, to: &packet)
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
}

extension Plaintext {
  fileprivate var bytes: [UInt8] {
    switch self {
    case .letters(let count): (0..<min(max(0, count), 32_768)).map { 0x61 + UInt8($0 % 26) }
    case .bytes(let bytes): bytes
    }
  }
}
