import S2WMPAnalysis
import S2WMPFlow
import Testing

@Suite("Output: expert codes that need no keys")
struct ExpertCodeTests {
  private static let beside: Set<ExpertCode> = [.requestUnanswered, .ackUnmatched, .keyInvalid, .idMismatch]

  private static let cases: [([UInt8], [ExpertCode])] = [
    (Packets.message(), []), (Packets.message(body: []), [.fieldLength]), (Packets.message(type: 3, body: [1]), [.fieldLength]),
    (Packets.message(status: 9), [.fieldStatus]), (Packets.message(undefined: [0, 0, 1]), [.fieldUndefined]),
    (Packets.message(at: Packets.now - 90_000_000), [.clockSkew]), (Packets.message(at: .max), [.clockSkew]),
    (Packets.lookup(4, 1, status: 1), [.fieldStatus]), (Packets.lookup(4, 1, broadcast: 1), [.fieldBroadcast]),
    (Packets.lookup(14, 1, broadcast: 0), [.fieldBroadcast]), (Packets.chatRequest(name: [0x61, 7]), [.fieldName]),
    (Packets.ack(0, 2), [.ackRejected]), (Packets.ack(1, 2), [.ackInconsistent, .ackRejected]), (Packets.ack(0, 0), [.ackInconsistent]),
    (Packets.ack(2, 1), [.fieldAck, .ackRejected]), (Packets.ack(0, 5), [.fieldError, .ackRejected]), (Packets.ack(at: 0), []),
  ]

  @Test("What one packet shows", arguments: cases)
  func single(_ bytes: [UInt8], _ codes: [ExpertCode]) {
    let talk = Talk { $0.dialect = .v1 }
    talk.alone(bytes)
    #expect(talk.finish().map { $0.codes.subtracting(Self.beside) } == [Set(codes)])
  }

  @Test("Keys: one that does not parse, and an ID that is not its key's")
  func keys() {
    let talk = Talk()
    talk.alone(Packets.chatRequest())
    #expect(talk.finish().first?.codes.isSuperset(of: [.keyInvalid, .idMismatch]) == true)
  }

  @Test("Legacy: the hash of a message, and a user whose key changes")
  func legacy() {
    let talk = Talk()
    talk.alone(Packets.legacyMessage())
    talk.alone(Packets.legacyChatRequest(to: 0xb2))
    talk.alone(Packets.legacyChatRequest(to: 0xb3, key: [3, 2, 1]))
    let lines = talk.finish()
    #expect(lines[0].codes.contains(.hashMismatch))
    #expect(lines.map { $0.codes.contains(.keyChanged) } == [false, false, true])
  }

  @Test("Replays: on another connection, or with other bytes")
  func replay() {
    let talk = Talk()
    let connection = talk.connect()
    talk.say(connection, Packets.message())
    talk.say(connection, Packets.message())
    talk.say(connection, Packets.message(body: [1]))
    talk.close(connection)
    talk.alone(Packets.message(at: Packets.now + 1))
    talk.alone(Packets.message(at: Packets.now + 1))
    #expect(talk.finish().map { $0.codes.contains(.replay) } == [false, false, true, false, true])
  }

  @Test("One ID from two addresses")
  func collision() {
    let talk = Talk()
    talk.alone(Packets.registration(1), from: 7, port: 5005)
    talk.alone(Packets.registration(2), from: 7, port: 5005)
    talk.alone(Packets.registration(3), from: 8, port: 5005)
    #expect(talk.finish().map { $0.codes.contains(.idCollision) } == [false, false, true])
  }

  @Test("Over 50 requests in a second to a server", arguments: [50, 51] as [UInt64])
  func flood(_ count: UInt64) {
    let talk = Talk()
    let pair = talk.open(Talk.host(7, 5000), Talk.host(9, 5005), .udp)
    for request in 1...count { talk.datagram(pair, Packets.registration(request)) }
    talk.close(pair)
    #expect(talk.finish().contains { $0.codes.contains(.flood) } == (count > 50))
  }

  @Test("TCP findings and overlap stand on the next line")
  func streams() {
    let talk = Talk()
    let connection = talk.connect()
    talk.say(connection, Packets.message())
    for finding in [StreamFinding.retransmission, .outOfOrder, .overlap] { talk.find(connection, finding) }
    talk.say(connection, Packets.message(at: Packets.now + 1))
    talk.close(connection)
    #expect(talk.finish().last?.codes.isSuperset(of: [.tcpRetransmission, .tcpOutOfOrder, .tcpOverlap]) == true)
  }

  @Test("Datagrams: trailing bytes, the snap length, and the dialect so far")
  func datagrams() {
    let talk = Talk()
    let pair = talk.open(Talk.host(7, 5000), Talk.host(9, 5005), .udp)
    talk.datagram(pair, Packets.legacyRegistration())
    talk.datagram(pair, Packets.legacyRegistration() + [0])
    talk.datagram(pair, Array(Packets.registration(1).prefix(20)), wire: 26)
    talk.datagram(pair, Packets.registration(1))
    talk.datagram(pair, [1, 0x20])
    talk.close(pair)
    let lines = talk.finish()
    #expect(lines.map(\.name) == ["REG", "malformed", "malformed", "REG", "malformed"])
    #expect(lines.map(\.dialect) == [.legacy, .legacy, .legacy, .v1, .v1])
    #expect(lines[1].codes == [.malformedTrailing] && lines[2].codes == [.malformedTruncated, .captureSnapLength])
    #expect(lines[4].codes == [.malformedType])
  }
}
