import S2WMPCrypto
import S2WMPWire

/// The packets that a legacy peer sends (S2WMP wire format, appendix L). Each has a TCP connection or a datagram to itself.
enum LegacyPackets {
  /// M (S2WMP §3.2.1 as the authors' program sends it).
  static func message(
    _ message: OutgoingRecord, from sender: Identifier, status: UserStatus, client: Identifier, cipher: LegacyCipher
  ) -> [UInt8] {
    let body = cipher.encrypt(Array(message.text.utf8))
    return build(.message) { packet in
      packet.set(LegacyMessaging.status, status.legacyCode)
      packet.set(LegacyMessaging.datetime, message.datetime)
      packet.set(LegacyMessaging.senderID, sender)
      packet.set(LegacyMessaging.receiverID, message.to)
      packet.set(LegacyMessaging.clientID, client)
      packet.set(LegacyMessaging.hash, LegacyCipher.hash(body))
      packet.set(LegacyMessaging.body, body)
    }
  }

  /// SC. It names no sender: who changed is told by the address that it comes from.
  static func status(_ status: UserStatus, request: Identifier) -> [UInt8] {
    build(.statusChange) { packet in
      packet.set(LegacyStatus.status, status.legacyCode)
      packet.set(LegacyStatus.requestID, request)
    }
  }

  /// ACK (S2WMP §3.2.6).
  static func acknowledgement(error: UInt8, datetime: UInt64, sender: Identifier) -> [UInt8] {
    build(.acknowledgement) { packet in
      packet.set(Acknowledgement.ack, error == 0 ? 1 : 0)
      packet.set(Acknowledgement.error, error)
      packet.set(Acknowledgement.datetime, datetime)
      packet.set(Acknowledgement.userID, sender)
    }
  }

  /// CR: a request, the acceptance of one, or why it cannot be.
  static func chatRequest(
    _ status: LegacyChatStatus, datetime: UInt64, requestor: Identifier, user: Identifier, key: [UInt8], name: String
  ) -> [UInt8] {
    build(.chatRequest) { packet in
      packet.set(LegacyChatRequest.status, status.rawValue)
      packet.set(LegacyChatRequest.datetime, datetime)
      packet.set(LegacyChatRequest.requestorID, requestor)
      packet.set(LegacyChatRequest.userID, user)
      packet.set(LegacyChatRequest.publicKey, key)
      packet.set(LegacyChatRequest.name, Array(name.utf8))
    }
  }

  /// REG.
  static func registration(_ user: Identifier, request: Identifier) -> [UInt8] {
    build(.registration) { packet in
      packet.set(LegacyRegistration.userID, user)
      packet.set(LegacyRegistration.requestID, request)
    }
  }

  /// LP.
  static func lookup(_ wanted: Identifier, by user: Identifier, timestamp: UInt64, request: Identifier) -> [UInt8] {
    build(.lookup) { packet in
      packet.set(LegacyLookup.timestamp, timestamp)
      packet.set(LegacyLookup.requestID, request)
      packet.set(LegacyLookup.userID, user)
      packet.set(LegacyLookup.lookupID, wanted)
    }
  }

  /// UB: an announcement, or the reply to one.
  ///
  /// The authors' listener reads 43 bytes, takes sixteen of them as the name and the 43rd as the flag. In an announcement of 59 bytes or more that byte is
  /// the upper half of the ninth character, 0 for ASCII, so it sees an announcement. A reply is made to its measure: eight characters, then the flag.
  static func userBroadcast(_ user: Identifier, name: String, timestamp: UInt64, isReply: Bool) -> [UInt8] {
    let head = build(.userBroadcast) { packet in
      packet.set(UserBroadcast.timestamp, timestamp)
      packet.set(UserBroadcast.userID, user)
    }
    let characters = (isReply ? UserBroadcast.shortNameBytes : UserBroadcast.paddedNameBytes) / 2
    var units = isReply ? Array(name.utf16.prefix(characters)) : Array(name.utf16)
    while units.count < characters { units.append(0x20) }
    return head[..<UserBroadcast.nameOffset] + units.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] } + [isReply ? 1 : 0]
  }

  private static func build(_ type: PacketType, _ fill: (inout PacketBuilder) -> Void) -> [UInt8] {
    guard var packet = PacketBuilder(type, .legacy) else { preconditionFailure("the legacy dialect has no packet of type \(type.rawValue)") }
    fill(&packet)
    return packet.build()
  }
}

/// `status` of the legacy CR (S2WMP wire format, appendix L).
enum LegacyChatStatus: UInt8 {
  case valid = 1
  case invalidRequestor
  case invalidFriend
  case invalidKey

  /// For people.
  var reason: String {
    switch self {
    case .valid: "accepted"
    case .invalidRequestor: "invalid requester ID"
    case .invalidFriend: "invalid friend ID"
    case .invalidKey: "invalid key"
    }
  }
}

extension UserStatus {
  /// The legacy dialect's code (S2WMP wire format, appendix L). Its "offline" is what v1 calls invisible.
  var legacyCode: UInt8 {
    switch self {
    case .online: 1
    case .away: 2
    case .busy: 3
    case .invisible: 4
    }
  }

  /// Nil for a code that is not defined.
  init?(legacyCode code: UInt8) {
    guard let status = Self.allCases.first(where: { $0.legacyCode == code }) else { return nil }
    self = status
  }
}
