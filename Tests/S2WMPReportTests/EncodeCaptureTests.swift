import Foundation
import S2WMPCapture
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPReport

@Suite("Encoding: captures, read back")
struct EncodeCaptureTests {
  private func decoded(_ packets: [EncodedPacket], _ format: CaptureFileFormat = .pcapng) throws -> [Decoded.Packet] {
    try Decoded.reading(packets, format)
  }

  private func decoded(_ text: String) throws -> [Decoded.Packet] { try decoded(EncodeSamples.packets(text)) }

  @Test("decode(encode(x)) is x for every vector, all in one capture", arguments: [CaptureFileFormat.pcap, .pcapng])
  func everyVector(_ format: CaptureFileFormat) throws {
    let lines = try EncodeSamples.lines()
    let packets = try decoded(EncodeSamples.packets(lines.map(EncodeSamples.withoutDerived).joined(separator: "\n")), format)
    #expect(packets.count == lines.count)
    for (packet, line) in zip(packets, lines) {
      let object = try EncodeSamples.object(line)
      #expect(packet.dialect.name == object["dialect"]?.string && packet.name == object["name"]?.string, "\(line.prefix(150))")
      #expect(UInt64(packet.bytes.count) == object["length"]?.unsigned)
      guard case .object(let fields)? = object["fields"] else { throw EncodeInputError(line: 1, object: nil, .missingFields) }
      #expect(packet.fields.map(\.name) == fields.members.map(\.key))
      for (field, member) in zip(packet.fields, fields.members) { #expect(field.text == text(member.value), "\(field.name) of \(line.prefix(150))") }
    }
  }

  private func text(_ value: JSONValue) -> String? {
    if case .number(let digits) = value { String(decoding: digits, as: UTF8.self) } else { value.string }
  }

  @Test("The longest message of v1 fits a connection")
  func longest() throws {
    let body = String(repeating: "ab", count: 65535)
    let packets = try decoded(#"{"name":"M","fields":{"body":"\#(body)"}}{"name":"ACK","fields":{}}"#)
    #expect(packets.map(\.name) == ["M", "ACK"] && packets[0].bytes.count == 80 + 65535)
  }

  @Test("Default places: TCP between peers, UDP for discovery and the bootstrap server")
  func defaultPlaces() throws {
    let expected: [(String, Transport, String, String)] = [
      ("M", .tcp, "10.0.0.7:41000", "10.0.0.9:5000"), ("ACK", .tcp, "10.0.0.9:5000", "10.0.0.7:41000"), ("SC", .tcp, "10.0.0.7:41000", "10.0.0.9:5000"),
      ("CR", .tcp, "10.0.0.7:41000", "10.0.0.9:5000"), ("CRR", .tcp, "10.0.0.9:5000", "10.0.0.7:41000"), ("IC", .tcp, "10.0.0.7:41000", "10.0.0.9:5000"),
      ("REG", .udp, "10.0.0.7:5000", "10.0.0.9:5005"), ("RREG", .udp, "10.0.0.9:5005", "10.0.0.7:5000"), ("LP", .udp, "10.0.0.7:5000", "10.0.0.9:5005"),
      ("LPR", .udp, "10.0.0.9:5005", "10.0.0.7:5000"), ("BSM", .udp, "10.0.0.7:5000", "10.0.0.255:5005"), ("BSR", .udp, "10.0.0.9:5005", "10.0.0.7:5000"),
      ("BPM", .udp, "10.0.0.7:5000", "10.0.0.255:5001"), ("BPR", .udp, "10.0.0.9:5000", "10.0.0.7:5000"),
    ]
    let filler = ["M": #""body":"00""#, "CR": #""public_key":"00","name":"a""#, "CRR": #""public_key":"00","name":"a""#, "IC": #""public_key":"00""#]
    let text = expected.map { #"{"name":"\#($0.0)","fields":{\#(filler[$0.0] ?? "")}}"# }.joined(separator: "\n")
    let packets = try decoded(text)
    #expect(packets.map(\.name) == expected.map(\.0))
    for (packet, due) in zip(packets, expected) {
      #expect(packet.transport == due.1 && endpoint(packet.source) == due.2 && endpoint(packet.destination) == due.3, "\(due.0)")
    }
    let times = packets.map(\.time.nanoseconds)
    #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == 1_000_000 } && times.first == DefaultPlace.time)
  }

  private func endpoint(_ endpoint: Endpoint) -> String { Notation.text { Notation.appendEndpoint(endpoint, to: &$0) } }

  @Test("Given places and times are kept: a stream each, directions, IPv6, nanoseconds")
  func givenPlaces() throws {
    let text = #"""
      {"name":"M","stream":0,"src":"10.1.1.1:3000","dst":"10.1.1.2:5000","time":"2026-01-02T03:04:05.000000007Z","fields":{"body":"00"}}
      {"name":"M","stream":1,"src":"[fe80::1]:3000","dst":"[fe80::2]:5000","time":"2026-01-02T03:04:05.500000000Z","fields":{"body":"01"}}
      {"name":"ACK","stream":0,"src":"10.1.1.2:5000","dst":"10.1.1.1:3000","time":"2026-01-02T03:04:06.000000001Z","fields":{}}
      {"name":"ACK","stream":1,"time":"2026-01-02T03:04:06.100000000Z","fields":{"error":1}}
      {"name":"M","stream":2,"src":"10.1.1.1:3000","dst":"10.1.1.2:5000","time":"2026-01-02T03:05:00.000000000Z","fields":{"body":"02"}}
      {"name":"REG","transport":"tcp","dst":"10.1.1.3:5005","time":"2026-01-02T03:06:00.000000000Z","fields":{}}
      """#
    let sent = try EncodeSamples.packets(text)
    let packets = try decoded(sent)
    #expect(packets.map(\.bytes) == sent.map(\.bytes))
    #expect(packets.map(\.time) == sent.map(\.time))
    #expect(packets.map(\.stream) == [0, 1, 0, 1, 2, 3], "the same addresses again are another connection")
    #expect(endpoint(packets[3].source) == "[fe80::2]:5000" && endpoint(packets[3].destination) == "[fe80::1]:3000")
    #expect(packets[5].transport == .tcp && endpoint(packets[5].destination) == "10.1.1.3:5005")
  }

  @Test("A missing time stays missing in pcapng and is made up in pcap")
  func missingTimes() throws {
    let sent = try EncodeSamples.packets(#"{"name":"REG","time":null,"fields":{}}{"name":"M","time":null,"fields":{"body":"00"}}"#)
    #expect(try decoded(sent, .pcapng).map(\.time.isNone) == [true, true])
    #expect(try decoded(sent, .pcap).map(\.time.isNone) == [false, false])
  }

  @Test("Bytes that frame no packet come back as they were, and spoil nothing else")
  func malformed() throws {
    let packets = try decoded(
      #"""
      {"name":"M","fields":{"body":"00"}}
      {"name":"malformed","fields":{"data":"0107"}}
      {"name":"REG","fields":{}}
      {"name":"malformed","transport":"udp","dst":"10.0.0.9:5005","fields":{"data":"0102ff"}}
      {"name":"ACK","fields":{}}
      """#)
    #expect(packets.map(\.name) == ["M", "malformed", "REG", "malformed", "ACK"])
    #expect(packets.map(\.transport) == [.tcp, .tcp, .udp, .udp, .tcp])
    #expect(packets[1].bytes == [1, 7] && packets[3].bytes == [1, 2, 0xff])
  }

  @Test("What no capture can hold is refused")
  func refused() throws {
    let plan = { (text: String) -> String? in
      let packets = try EncodeSamples.packets(text)
      return #expect(throws: EncodeInputError.self) { try CapturePlan(packets) }?.description
    }
    #expect(
      try plan(#"{"name":"ACK","stream":3,"src":"1.1.1.1:1","fields":{}}{"name":"ACK","stream":3,"src":"2.2.2.2:2","dst":"3.3.3.3:3","fields":{}}"#)
        == #"line 1, object 2: "src" and "dst" are not those of stream 3 in the objects before; give it another "stream""#)
    let ack = { (stream: Int) in #"{"name":"ACK","src":"1.1.1.1:1","dst":"2.2.2.2:2","stream":\#(stream),"fields":{}}"# }
    #expect(
      try plan(ack(1) + ack(2) + ack(1))
        == "line 1, object 2: stream 2 has the addresses and ports of stream 1, which is still open here; give it another port, or end the other stream first"
    )
    #expect(throws: Never.self) { try CapturePlan(EncodeSamples.packets(ack(1) + ack(1) + ack(2))) }
    #expect(
      try plan(#"{"name":"ACK","src":"[::1]:1","dst":"1.1.1.1:1","fields":{}}"#)
        == #"line 1, object 1: one of "src" and "dst" is IPv4 and the other IPv6; give both of one family"#)
    #expect(
      try plan(#"{"name":"M","transport":"udp","fields":{"body":"\#(String(repeating: "00", count: 65500))"}}"#)
        == #"line 1, object 1: 65580 bytes do not fit a UDP datagram; give "transport": "tcp""#)
  }
}
