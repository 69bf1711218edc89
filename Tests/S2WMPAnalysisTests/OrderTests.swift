import S2WMPAnalysis
import Testing

@Suite("Output: order and numbers")
struct OrderTests {
  @Test("Lines come in the order of the frame that completed them")
  func order() {
    let talk = Talk()
    let (first, second) = (talk.connect(), talk.connect(from: 8))
    talk.say(first, Array(Packets.message().prefix(50)))
    talk.say(second, Packets.message(from: 0xa2))
    talk.say(second, .backward, Packets.ack(to: 0xa2))
    talk.say(first, Array(Packets.message().dropFirst(50)))
    talk.close(first)
    talk.close(second)
    let lines = talk.finish()
    #expect(lines.map(\.frame) == [2, 3, 4])
    #expect(lines.map(\.stream) == [1, 1, 0])
  }

  @Test("Frames that wait behind a hole keep later ones back")
  func hold() {
    let talk = Talk()
    let (first, second) = (talk.connect(), talk.connect(from: 8))
    talk.say(first, Packets.message())
    talk.hold(first, since: 2)
    talk.say(second, Packets.ack(to: 0xa9), frame: 3)
    #expect(talk.names == [])
    talk.say(first, Packets.message(at: Packets.now + 1), frame: 2)
    talk.hold(first, since: 0)
    talk.close(first)
    talk.close(second)
    #expect(talk.finish().map(\.frame) == [1, 2, 3])
  }

  @Test("Foreign conversations take no number")
  func numbers() {
    let talk = Talk()
    talk.alone(Array("GET /".utf8), port: 80)
    talk.alone(Packets.message())
    talk.alone(Array("GET /".utf8))
    talk.alone(Packets.message(at: Packets.now + 1))
    #expect(talk.finish().map(\.stream) == [0, 1])
  }

  @Test("Beyond the window packets leave early, none is lost")
  func window() {
    let talk = Talk { $0.order = .sorted(window: 2000) }
    let connection = talk.connect()
    for index in 0..<100 { talk.say(connection, Packets.message(at: Packets.now + UInt64(index))) }
    #expect(talk.names.count > 90 && (talk.totals?.leftEarly ?? 0) > 90)
    talk.close(connection)
    let lines = talk.finish()
    #expect(lines.map(\.frame) == Array(1...100))
  }

  @Test("Immediate order hands out at once")
  func immediate() {
    let talk = Talk { $0.order = .immediate }
    let connection = talk.connect()
    talk.say(connection, Packets.message())
    #expect(talk.names == ["M"])
    talk.close(connection)
    talk.finish()
  }
}
