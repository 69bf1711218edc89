import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPReport

@Suite("Display filter: capture facts, findings and presence")
struct FilterFactTests {
  @Test(arguments: [
    ("frame == 7", true), ("frame.number in {1..6}", false), ("frames == 7", true), ("tcp", true), ("udp", false), ("transport == tcp", true),
    ("transport == \"udp\"", false), ("stream == 2", true), ("dialect == v1", true), ("dialect == legacy", false), ("packet.length == 84", true),
    ("malformed", false), ("expert", false), ("reply_to", false), ("latency", false), ("answered", false), ("s2wmp", true), ("messaging", true),
    ("s2wmp.messaging", true), ("lookup", false), ("status", true), ("ack.error", false), ("name", false), ("ack.error != 0", false),
    ("!(ack.error == 0)", true), ("data", false),
    ("time == \"2026-11-24T13:42:01.123Z\"", true), ("time > \"2026-11-24\"", true), ("time < \"2026-11-24 14:42:01+01:00\"", false),
    ("time >= \"2026-11-24 14:42:01.123+01:00\"", true), ("time > 1795527721.122999999", true), ("time < \"0000-01-01\"", false),
    ("time < \"9999-12-31T23:59:59Z\"", true), ("frame.time in {\"2026-11-24\"..\"2026-11-25\"}", true),
    ("datetime == 1795527721123", true), ("datetime == \"2026-11-24T13:42:01.123Z\"", true), ("datetime >= 2026-11-24T13:42", true),
    ("datetime in {\"2026-11-24T13:42:01Z\"..\"2026-11-24T13:42:02Z\"}", true), ("datetime < \"1969-01-01\"", false),
  ])
  func facts(filter: String, matches: Bool) throws {
    #expect(try FilterSample.message().matches(filter) == matches, "\(filter)")
  }

  @Test func exchanges() throws {
    let packet = try FilterSample.acknowledgement(1)
    for filter in [
      "latency > 0.0008", "latency == 0.000816", "latency < 1", "latency in {0..0.5}", "reply_to == 5", "answered", "type == ACK && ack.error != 0",
    ] {
      #expect(try packet.matches(filter), "\(filter)")
    }
    #expect(try !packet.matches("latency > 0.5"))
    var noTime = packet
    noTime.time = .none
    #expect(try !noTime.matches("time"))
    #expect(try noTime.column("time") == "")
  }

  @Test(arguments: [
    ("expert", true), ("expert.severity >= warning", true), ("expert.severity == error", false), ("expert.severity > warning", false),
    ("expert.severity < warning", true), ("expert.severity <= note", true), ("expert.severity != note", false), ("expert.severity in {note, error}", true),
    ("expert.severity !== note", true), ("expert.code == replay", true), ("expert.code == \"tcp.*\"", true), ("expert.code == tcp.*", true),
    ("expert.code == \"*.*\"", true), ("expert.code == malformed.*", false), ("expert.code != malformed.*", true), ("expert.code contains \"retrans\"", true),
    ("expert.code matches \"^rep\"", true), ("expert == replay", true), ("expert.message contains \"frame 17\"", true),
    ("expert.message contains \"sent again\"", true), ("expert.message matches \"REPEATS .* 17\"", true), ("expert.message == \"x\"", false),
    ("expert.severity === warning", false), ("expert.code === \"*\"", true),
  ])
  func findings(filter: String, matches: Bool) throws {
    var packet = try FilterSample.message()
    packet.findings = [.replay, .tcpRetransmission]
    packet.details = [FindingDetail(code: .replay, message: "repeats the message in frame 17")]
    #expect(try packet.matches(filter) == matches, "\(filter)")
  }

  @Test func malformedRuns() throws {
    let packet = FilterSample.malformed()
    for filter in [
      "malformed", "packet.name == malformed", "data contains 0807", "data == 09080706", "expert.code == malformed.version", "not s2wmp", "not type", "tcp",
      "expert.severity == error",
    ] {
      #expect(try packet.matches(filter), "\(filter)")
    }
    #expect(try !packet.matches("version == 9"))
    #expect(try packet.column("data") == "09080706")
    #expect(try packet.column("packet.name") == "malformed")
    #expect(try packet.column("type") == "")
    #expect(try packet.column("malformed") == "true")
  }

  @Test("Every name is known in every form, and reads what the packet holds", arguments: Dialect.allCases) func names(dialect: Dialect) throws {
    for type in PacketType.all(dialect) {
      let bytes = try #require(PacketBuilder(type, dialect)).build()
      let packet = FilterPacket(bytes, dialect)
      let layout = try #require(LayoutID(type, dialect))
      try bytes.withUnsafeBytes { buffer in
        let view = try #require(PacketView(framed: buffer, dialect))
        for row in layout.rows {
          let expected = Notation.text { out in
            Notation.appendField(row.kind, UnsafeRawBufferPointer(rebasing: buffer[view.range(of: row)]), to: &out)
          }
          for name in ["s2wmp.\(layout.filterName).\(row.name)", "\(layout.filterName).\(row.name)", "s2wmp.\(row.name)"] {
            #expect(try packet.column(name) == expected, "\(name)")
            #expect(try packet.matches(name), "\(name)")
          }
        }
      }
      #expect(try packet.column("type") == "\(type.rawValue)")
      #expect(try packet.matches(layout.filterName))
    }
  }

  @Test func columns() throws {
    var packet = try FilterSample.acknowledgement(2)
    packet.frames = [3, 7]
    packet.findings = [.ackRejected, .replay]
    let expected: [(String, String)] = [
      ("frame", "7"), ("frames", "3,7"), ("time", "2026-11-24T13:42:01.123000000Z"), ("transport", "tcp"), ("stream", "2"), ("src", "10.0.0.7:41022"),
      ("dst", "10.0.1.9:5000"), ("ip.addr", "10.0.0.7,10.0.1.9"), ("port", "41022,5000"), ("dialect", "v1"), ("type", "6"), ("packet.name", "ACK"),
      ("packet.length", "28"), ("ack.error", "2"), ("user_id", "7f3a22be000102030405060708c1d001"), ("reply_to", "5"), ("latency", "0.000816"),
      ("expert.code", "replay,ack.rejected"), ("expert.severity", "warning,note"), ("tcp", "true"), ("udp", ""), ("name", ""), ("lookup_id", ""),
    ]
    for (name, text) in expected { #expect(try packet.column(name) == text, "\(name)") }
    let messages = packet.dissect { $0.experts().map(\.message).joined(separator: ",") }
    #expect(try packet.column("expert.message") == messages && !messages.isEmpty)
    let column = try FieldColumn("stream")
    var line = Array("x=".utf8)
    packet.dissect { column.append($0, to: &line) }
    #expect(String(decoding: line, as: UTF8.self) == "x=2")
  }

  @Test func catalog() throws {
    let names = FieldCatalog.entries.map(\.name)
    #expect(Set(names).count == names.count)
    for name in ["id", "name", "ack.error", "legacy.messaging.status", "expert.severity", "messaging", "packet.length"] {
      #expect(names.contains(name), "\(name)")
    }
    #expect(FieldCatalog.entries.allSatisfy { !$0.note.isEmpty && !$0.type.isEmpty })
    for name in names { _ = try DisplayFilter(name) }
  }
}
