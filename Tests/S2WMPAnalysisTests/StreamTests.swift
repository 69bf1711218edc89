import S2WMPAnalysis
import S2WMPFlow
import Testing

@Suite("Output: gaps, malformed runs and findings of streams")
struct StreamTests {
  @Test("Packets across segments: the frame that completes them, and all of theirs")
  func spanning() {
    let talk = Talk()
    let connection = talk.connect()
    let bytes = Packets.message() + Packets.message(at: Packets.now + 1)
    talk.say(connection, Array(bytes[..<50]), frame: 3)
    talk.say(connection, Array(bytes[50..<90]), frame: 2)
    talk.say(connection, Array(bytes[90...]), frame: 4)
    talk.close(connection)
    let lines = talk.finish()
    #expect(lines.map(\.frame) == [3, 4] && lines.map(\.frames) == [[2, 3], [2, 4]])
  }

  @Test("A packet cut by a gap, skipped bytes, and the next header that frames")
  func resynchronisation() {
    let talk = Talk()
    let connection = talk.connect()
    talk.say(connection, Packets.message())
    talk.say(connection, Array(Packets.message().prefix(30)))
    talk.gap(connection)
    talk.say(connection, [9, 9, 9])
    talk.say(connection, Packets.message(at: Packets.now + 1))
    talk.close(connection)
    let lines = talk.finish()
    #expect(lines.map(\.name) == ["M", "malformed", "malformed", "M"])
    #expect(lines[1].codes == [.malformedTruncated])
    #expect(lines[2].codes == [.malformedVersion, .captureGap] && lines[2].length == 3)
    #expect(!lines[3].codes.contains(.captureGap))
  }

  @Test("A start that was none leaves the skipped bytes one line")
  func falseStart() {
    let talk = Talk()
    let connection = talk.connect()
    talk.say(connection, Packets.message())
    talk.gap(connection)
    talk.say(connection, [9])
    talk.say(connection, Array(Packets.chatRequest().prefix(34)))
    talk.say(connection, [0xff, 0xff, 0xff, 0xff])
    talk.say(connection, Packets.ack())
    talk.close(connection)
    let lines = talk.finish()
    #expect(lines.map(\.name) == ["M", "malformed", "ACK"])
    #expect(lines[1].length == 39 && lines[1].codes == [.malformedVersion, .captureGap])
  }

  @Test("Without a next line the malformed one before the gap carries it", arguments: [GapCause.lost, .snapLength])
  func gapAtEnd(_ cause: GapCause) {
    let talk = Talk()
    let connection = talk.connect()
    talk.say(connection, Packets.message())
    talk.say(connection, Array(Packets.message().prefix(30)))
    talk.gap(connection, cause)
    talk.close(connection)
    #expect(talk.finish().last?.codes == [.malformedTruncated, cause == .lost ? .captureGap : .captureSnapLength])
  }

  @Test("Bytes that frame nothing are one line to the end of the direction")
  func run() {
    let talk = Talk()
    let connection = talk.connect()
    talk.say(connection, Packets.message())
    talk.say(connection, [2] + Packets.message())
    talk.say(connection, .backward, Packets.ack())
    talk.say(connection, Packets.message())
    talk.close(connection)
    let lines = talk.finish()
    #expect(lines.map(\.name) == ["M", "malformed", "ACK"])
    #expect(lines[1].frame == 2 && lines[1].frames == [2, 4] && lines[1].length == 169)
  }

  @Test(
    "What cannot be framed",
    arguments: [
      ([2, 1], ExpertCode.malformedVersion), ([1, 0x10], .malformedType), ([1, 7], .malformedType),
      (Array(Packets.chatRequest().prefix(34)) + [0, 0, 0, 0], .malformedLength), (Array(Packets.message().prefix(79)), .malformedTruncated),
    ])
  func faults(_ bytes: [UInt8], _ code: ExpertCode) {
    let talk = Talk { $0.dialect = .v1 }
    let connection = talk.connect()
    talk.say(connection, bytes)
    talk.close(connection)
    #expect(talk.finish().map(\.codes) == [[code]])
  }

  @Test("A retransmission stands on the next line whose bytes come after it")
  func retransmission() {
    let talk = Talk()
    let connection = talk.connect()
    talk.say(connection, Packets.message())
    talk.find(connection, .retransmission)
    talk.say(connection, .backward, Packets.ack())
    talk.say(connection, Array(Packets.message().prefix(20)))
    talk.find(connection, .outOfOrder)
    talk.close(connection)
    let lines = talk.finish()
    #expect(lines.map { $0.codes.intersection([.tcpRetransmission, .tcpOutOfOrder]) } == [[], [], [.tcpRetransmission]])
  }

  @Test("A mid-stream start skips to the first header")
  func midStream() {
    let talk = Talk()
    let connection = talk.connect()
    talk.say(connection, [0x55, 0x66], unsynchronised: true)
    talk.say(connection, .backward, Packets.ack(), unsynchronised: true)
    talk.say(connection, Packets.message())
    talk.close(connection)
    talk.finish()
    #expect(talk.names == ["malformed", "ACK", "M"])
  }

  @Test("Incomplete packets beyond the budget become malformed lines, and decoding goes on")
  func budget() {
    let talk = Talk {
      $0.maximumPartialBytes = 1000
      $0.dialect = .v1
    }
    let connections = (0..<3).map { _ in talk.connect() }
    for connection in connections { talk.say(connection, Array(Packets.message(body: [UInt8](repeating: 1, count: 900)).prefix(500))) }
    for connection in connections { talk.say(connection, Packets.message(at: Packets.now + 1)) }
    for connection in connections { talk.close(connection) }
    let lines = talk.finish()
    #expect(lines.contains { $0.codes.contains(.malformedTruncated) })
    #expect(lines.contains { $0.name == "M" })
  }
}
