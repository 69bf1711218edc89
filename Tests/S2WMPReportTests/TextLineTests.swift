import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPReport

@Suite("Text format: whole outputs")
struct TextLineTests {
  /// The conversation of the sketches.
  static func conversation() throws -> [PacketSample] {
    let home = Endpoint.ipv4(0x0a00_0007, port: 5000)
    let bob = Endpoint.ipv4(0x0a00_0009, port: 5000)
    let alice = Endpoint.ipv4(0x0a00_0007, port: 41022)
    let thief = Endpoint.ipv4(0x0a00_0042, port: 50112)
    let place: [String: FieldValue] = [
      "user_id": SampleIDs.alice.value, "lookup_id": SampleIDs.bob.value, "address": .address([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 9]),
      "port": .unsigned(5000),
    ]
    let accepted = try PacketSample(
      .chatRequestResponse, frame: 13,
      [
        "requestor_id": SampleIDs.alice.value, "user_id": SampleIDs.bob.value, "public_key": .bytes(sampleKey), "name": text("bob"),
      ])
    let ack = try PacketSample(.acknowledgement, frame: 18, ["ack": .unsigned(1)])
    let rejected = try PacketSample(.acknowledgement, frame: 22, ["error": .unsigned(2)])
    return try [
      PacketSample(.broadcastPeer, frame: 4, ["user_id": SampleIDs.alice.value, "broadcast": .unsigned(1)]).changed {
        $0.transport = .udp
        $0.source = home
        $0.destination = .ipv4(0x0a00_00ff, port: 5001)
      },
      PacketSample(.broadcastPeerResponse, frame: 5, place).changed {
        $0.transport = .udp
        $0.stream = 1
        $0.milliseconds = 1
        $0.source = bob
        $0.destination = home
        $0.replyTo = 4
        $0.latency = 520_000
      },
      introduction("alice", SampleIDs.alice, frame: 11).changed {
        $0.milliseconds = 1204
        $0.stream = 2
      },
      accepted.changed {
        $0.milliseconds = 1219
        $0.stream = 2
        $0.source = bob
        $0.destination = alice
        $0.replyTo = 11
        $0.latency = 14_500_000
      },
      message(SampleIDs.alice, SampleIDs.bob, frame: 17).changed {
        $0.milliseconds = 4001
        $0.stream = 2
      },
      ack.changed {
        $0.milliseconds = 4002
        $0.stream = 2
        $0.source = bob
        $0.destination = alice
        $0.replyTo = 17
        $0.latency = 780_000
      },
      message(SampleIDs.alice, SampleIDs.bob, frame: 21).changed {
        $0.milliseconds = 6110
        $0.stream = 3
        $0.source = thief
        $0.codes = [.replay]
        $0.details = [FindingDetail(code: .replay, message: "replay of 17")]
      },
      rejected.changed {
        $0.milliseconds = 6111
        $0.stream = 3
        $0.source = bob
        $0.destination = thief
        $0.codes = [.ackRejected]
        $0.replyTo = 21
        $0.latency = 640_000
      },
      PacketSample(Array("GET / HTTP/1.1\r\n".utf8), frame: 30).changed {
        $0.milliseconds = 7000
        $0.stream = 4
        $0.isMalformed = true
        $0.codes = [.malformedVersion]
      },
    ]
  }

  @Test("a conversation, as wide as it takes")
  func unlimited() throws {
    #expect(try output(TextOptions()) == Snapshots.unlimited)
  }

  @Test("the same on a terminal of 80 columns")
  func narrow() throws {
    let text = try output(TextOptions(width: 80))
    #expect(text == Snapshots.narrow)
  }

  @Test("no line is longer than the width, whatever the width")
  func widths() throws {
    for width in 20...140 {
      for line in try output(TextOptions(ids: .full, width: width)).split(separator: "\n") {
        #expect(line.unicodeScalars.count <= width)
      }
    }
  }

  @Test("colour carries meaning only, and every style is ended before the line is")
  func colour() throws {
    let text = try output(TextOptions(hasColour: true, width: 100))
    for line in text.split(separator: "\n") {
      var isStyled = false
      for part in line.split(separator: "\u{1b}").dropFirst() { isStyled = !part.hasPrefix("[0m") }
      #expect(!isStyled)
    }
    #expect(text.contains("\u{1b}[31mrejected: hash didn't match\u{1b}[0m"))
    #expect(text.contains("\u{1b}[33m! replay of 17\u{1b}[0m"))
    #expect(!(try output(TextOptions())).contains("\u{1b}"))
  }

  @Test("every way to show the time")
  func times() throws {
    let samples = try [message(SampleIDs.alice, SampleIDs.bob), message(SampleIDs.alice, SampleIDs.bob).changed { $0.milliseconds = 1500 }]
    func second(_ style: TextOptions.Time) -> String { String(lines(samples, TextOptions(time: style)).last?.dropFirst(8).prefix(26) ?? "") }
    #expect(second(.relative).hasPrefix("  1.500000  10.0.0.7"))
    #expect(second(.delta).hasPrefix("  1.500000  10.0.0.7"))
    #expect(second(.date) == "2026-11-24 13:42:02.500000")
    #expect(second(.clock).hasPrefix("13:42:02.500000  10.0"))
    #expect(second(.epoch).hasPrefix("1795527722.500000  10"))
    let timeless = try message(SampleIDs.alice, SampleIDs.bob).changed { $0.milliseconds = nil }
    #expect(lines([timeless]).last?.contains("         –  10.0.0.7:41022") == true)
  }

  func output(_ options: TextOptions) throws -> String {
    var format = TextLine(options)
    var summary = ClosingSummary()
    var out: [UInt8] = []
    format.appendHeading(to: &out)
    for sample in try Self.conversation() {
      sample.dissect { packet in
        format.append(packet, to: &out)
        summary.count(packet)
      }
    }
    let closing = summary.text(conversations: 5, hint: "s2wmp decode --filter 'expert.severity >= warning'")
    return String(decoding: out, as: UTF8.self) + (options.width == nil ? closing + "\n" : "")
  }
}
