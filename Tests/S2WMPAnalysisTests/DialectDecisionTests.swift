import S2WMPAnalysis
import S2WMPWire
import Testing

@Suite("Appendix L: telling the dialects apart")
struct DialectDecisionTests {
  private func dialects(_ packets: [UInt8]..., forced: Dialect? = nil) -> [Dialect] {
    let talk = Talk { $0.dialect = forced }
    let connection = talk.connect()
    for bytes in packets { talk.say(connection, bytes) }
    talk.close(connection)
    return talk.finish().map(\.dialect)
  }

  @Test("The layout whose lengths tile the stream wins, whatever the first packet says")
  func tiling() {
    #expect(dialects(Packets.message(status: 4)) == [.v1])
    #expect(dialects(Packets.message(undefined: [1, 2, 3])) == [.v1])
    #expect(dialects(Packets.legacyMessage(status: 0)) == [.legacy])
    #expect(dialects(Packets.legacyStatus(), Packets.legacyStatus()) == [.legacy, .legacy])
    #expect(dialects(Packets.registration(1)) == [.v1])
    #expect(dialects(Packets.legacyRegistration()) == [.legacy])
  }

  @Test("When neither tiles: the type, then the status, then the undefined space")
  func firstPacket() {
    #expect(dialects(Array(Packets.legacyBroadcast().prefix(30))) == [.legacy])
    #expect(dialects(Array(Packets.chatResponse().prefix(30))) == [.v1])
    #expect(dialects(Array(Packets.message(status: 0, undefined: [1, 2, 3]).prefix(40))) == [.v1])
    #expect(dialects(Array(Packets.message(status: 4).prefix(40))) == [.legacy])
    #expect(dialects(Array(Packets.message(status: 1).prefix(40))) == [.v1])
    #expect(dialects(Array(Packets.message(status: 1, undefined: [0, 0, 1]).prefix(40))) == [.legacy])
  }

  @Test("What is the same in both is v1")
  func same() { #expect(dialects(Packets.ack()) == [.v1]) }

  @Test("A packet that is only cut beats one that cannot be framed")
  func cut() { #expect(dialects(Array(Packets.legacyChatRequest().prefix(53))) == [.legacy]) }

  @Test("Bytes behind a gap do not speak for the first packet")
  func behindGap() {
    let talk = Talk()
    let connection = talk.connect()
    talk.say(connection, Array(Packets.message(status: 1).prefix(9)))
    talk.gap(connection)
    talk.say(connection, Packets.id(0x55))
    talk.close(connection)
    #expect(talk.finish().map(\.dialect) == [.v1, .v1])
  }

  @Test("A user can force either", arguments: [Dialect.v1, .legacy])
  func forced(_ dialect: Dialect) { #expect(dialects(Packets.ack(), forced: dialect) == [dialect]) }

  @Test("Conversations that tell nothing are decided when too much waits")
  func bounded() {
    let talk = Talk { $0.maximumPartialBytes = 4096 }
    let connections = (0..<50).map { _ in talk.connect() }
    for connection in connections { for _ in 0..<10 { talk.say(connection, Packets.ack()) } }
    #expect((talk.totals?.conversations ?? 0) > 30)
    for connection in connections { talk.close(connection) }
    #expect(talk.finish().count == 500)
  }
}
