import S2WMPAnalysis
import S2WMPFlow
import Testing

@Suite("Output: answers and their requests")
struct PairingTests {
  private func replies(_ request: [UInt8], _ reply: [UInt8], port: UInt16 = 5000) -> [Line] {
    let talk = Talk()
    let connection = talk.connect(port: port)
    talk.say(connection, request)
    talk.say(connection, .backward, reply)
    talk.close(connection)
    return talk.finish()
  }

  @Test(
    "On one connection",
    arguments: [
      (Packets.message(), Packets.ack()), (Packets.message(type: 3, body: []), Packets.ack()), (Packets.chatRequest(), Packets.chatResponse()),
      (Packets.chatRequest(), Packets.ack(0, 3, at: 0)), (Packets.idChange(5), Packets.ack()), (Packets.idChange(5), Packets.registered(5)),
      (Packets.registration(5), Packets.registered(5)), (Packets.lookup(4, 5), Packets.found(5, 5)), (Packets.lookup(12, 5), Packets.found(13, 5)),
      (Packets.lookup(14, 5), Packets.found(15, 5)),
    ])
  func connection(_ request: [UInt8], _ reply: [UInt8]) {
    let lines = replies(request, reply)
    #expect(lines.map(\.replyTo) == [0, 1])
    #expect(lines.last?.latency == 1_000_000)
    #expect(lines.allSatisfy { $0.codes.isDisjoint(with: [.requestUnanswered, .ackUnmatched]) })
  }

  @Test("An answer to something else answers nothing")
  func mismatch() {
    let lines = replies(Packets.message(), Packets.ack(at: Packets.now + 1))
    #expect(lines.map(\.replyTo) == [0, 0])
    #expect(lines[0].codes.contains(.requestUnanswered) && lines[1].codes.contains(.ackUnmatched))
    #expect(replies(Packets.registration(5), Packets.registered(6)).map(\.replyTo) == [0, 0])
    #expect(replies(Packets.chatRequest(), Packets.chatResponse(from: 0xb3)).map(\.replyTo) == [0, 0])
  }

  @Test("A message of datetime 0 comes before a chat request")
  func zeroDatetime() {
    let talk = Talk()
    let connection = talk.connect()
    talk.say(connection, Packets.chatRequest())
    talk.say(connection, Packets.message(at: 0))
    talk.say(connection, .backward, Packets.ack(at: 0))
    talk.say(connection, .backward, Packets.ack(0, 3, at: 0))
    talk.close(connection)
    #expect(talk.finish().map(\.replyTo) == [0, 0, 2, 1])
  }

  @Test("Repeated requests over UDP: all are answered by one reply, which names the oldest")
  func repeated() {
    let talk = Talk()
    let pair = talk.open(Talk.host(7, 5000), Talk.host(9, 5005), .udp)
    for _ in 0..<3 { talk.datagram(pair, Packets.registration(5)) }
    talk.datagram(pair, .backward, Packets.registered(5))
    talk.datagram(pair, .backward, Packets.registered(5))
    talk.datagram(pair, Packets.registration(6))
    talk.close(pair)
    let lines = talk.finish()
    #expect(lines.map(\.replyTo) == [0, 0, 0, 1, 2, 0])
    #expect(lines.map { $0.codes.contains(.requestUnanswered) } == [false, false, false, false, false, true])
  }

  @Test("A broadcast has several answers, from other addresses")
  func broadcast() {
    let talk = Talk()
    let asked = talk.open(Talk.host(7, 5000), Talk.host(255, 5001), .udp)
    talk.datagram(asked, Packets.lookup(14, 5))
    for host in [9, 10, 11] as [UInt32] {
      let pair = talk.open(Talk.host(host, 5000), Talk.host(7, 5000), .udp)
      talk.datagram(pair, Packets.found(15, 5, from: UInt8(host)))
      talk.close(pair)
    }
    talk.close(asked)
    #expect(talk.finish().map(\.replyTo) == [0, 1, 1, 1])
  }

  @Test(
    "Legacy: answers on new connections",
    arguments: [
      (Packets.legacyMessage(), Packets.ack()), (Packets.legacyChatRequest(), Packets.legacyChatRequest(from: 0xb2, to: 0xa1)),
      (Packets.legacyChatRequest(), Packets.legacyChatRequest()), (Packets.legacyRegistration(), Packets.legacyRegistered()),
      (Packets.legacyLookup(3), Packets.legacyFound(3)), (Packets.legacyBroadcast(), Array(Packets.legacyBroadcast().prefix(43))),
    ])
  func legacy(_ request: [UInt8], _ reply: [UInt8]) {
    let talk = Talk()
    talk.alone(request)
    talk.alone(reply, from: 9, to: 7)
    let lines = talk.finish()
    #expect(lines.map(\.replyTo) == [0, 1] && lines.map(\.stream) == [0, 1])
    #expect(lines.allSatisfy { $0.codes.isDisjoint(with: [.requestUnanswered, .ackUnmatched]) })
  }

  @Test("Legacy: from a stranger it is no answer, and one answer settles one message")
  func legacyOnce() {
    let talk = Talk()
    talk.alone(Packets.legacyMessage())
    talk.alone(Packets.legacyMessage())
    talk.alone(Packets.ack(), from: 10, to: 7)
    talk.alone(Packets.ack(), from: 9, to: 7)
    let lines = talk.finish()
    #expect(lines.map(\.replyTo) == [0, 0, 0, 1])
    #expect(lines.map { $0.codes.contains(.requestUnanswered) } == [false, true, false, false])
  }

  @Test("An announcement needs no answer")
  func announcement() {
    let talk = Talk()
    talk.alone(Packets.legacyBroadcast())
    #expect(talk.finish().map { $0.codes.contains(.requestUnanswered) } == [false])
  }
}
