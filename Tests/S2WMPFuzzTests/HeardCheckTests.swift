import S2WMPFuzz
import S2WMPWire
import Testing

@Suite("What the target tells its user")
struct HeardCheckTests {
  private static let ann = Identifier(high: 1, low: 1)

  /// Accepted packets on one connection.
  private struct Talk {
    var instance = Instance()
    var seen = Observation()

    mutating func accepted(_ type: PacketType, at datetime: UInt64, status: UInt8 = 0) throws {
      var builder = try #require(PacketBuilder(type, .v1))
      builder.set(Messaging.senderID, ann)
      builder.set(Messaging.datetime, datetime)
      builder.set(Messaging.status, status)
      let start = instance.buffer.count
      instance.buffer += builder.build()
      let number = instance.packets.count
      instance.packets.append(SentPacket(range: start..<instance.buffer.count, connection: 0, type: type, step: 0, index: number))
      var reply = ExpectedReply(.acknowledgement, status: 0)
      reply.packet = number
      instance.expected.append(reply)
      seen.replies.append(Reply(range: 0..<0, connection: 0, at: 0, isGarbage: false))
    }

    func found(_ heard: HeardEvent...) -> (String, FindingKind)? {
      var seen = seen
      seen.heard = heard
      return HeardCheck(instance, seen).mismatch().map { ($0.requirement, $0.kind) }
    }
  }

  private func message(_ datetime: UInt64) -> HeardEvent { .message(from: Self.ann, datetime: datetime) }
  private func status(_ status: UserStatusCode) -> HeardEvent { .status(of: Self.ann, status) }

  @Test func messagesAreDeliveredOnce() throws {
    var talk = Talk()
    try talk.accepted(.message, at: 9)
    #expect(talk.found(message(9)) == nil)
    #expect(try #require(talk.found()) == ("6.1/deliver", .rejectedValid))
    try talk.accepted(.message, at: 9)
    #expect(talk.found(message(9)) == nil)
    #expect(try #require(talk.found(message(9), message(9))) == ("6.1/duplicate.deliver", .acceptedMalformed))
    try talk.accepted(.message, at: 5)
    #expect(talk.found(message(9), message(5)) == nil)
    #expect(try #require(talk.found(message(9))) == ("6.1/duplicate.late", .rejectedValid))
    talk.seen.replies.removeLast()
    #expect(talk.found(message(9)) == nil, "what was not answered need not be delivered")
  }

  @Test func theNewestStatusCounts() throws {
    var talk = Talk()
    try talk.accepted(.statusChange, at: 9, status: 1)
    #expect(talk.found(status(.busy)) == nil && talk.found() == nil, "it may have been so before")
    try talk.accepted(.statusChange, at: 8, status: 2)
    #expect(talk.found(status(.busy)) == nil)
    #expect(try #require(talk.found(status(.busy), status(.away))) == ("6.1/sc.stale", .acceptedMalformed))
    try talk.accepted(.statusChange, at: 10, status: 0)
    #expect(talk.found(status(.busy), status(.online)) == nil)
    #expect(try #require(talk.found(status(.busy))) == ("6.1/sc.applied", .rejectedValid))
  }
}
