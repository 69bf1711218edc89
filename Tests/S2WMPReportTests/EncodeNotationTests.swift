import Foundation
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPReport

@Suite("Encoding: the notation of fields and places")
struct EncodeNotationTests {
  private func packet(_ text: String) throws -> EncodedPacket { try #require(EncodeSamples.packets(text).first) }

  @Test("64-bit integers are exact")
  func exactIntegers() throws {
    for value in [UInt64(0), 1, 9_007_199_254_740_993, .max - 1, .max] {
      let bytes = try packet(#"{"name":"ACK","fields":{"datetime":\#(value)}}"#).bytes
      #expect(bytes[4..<12].reduce(0) { $0 << 8 | UInt64($1) } == value)
    }
  }

  @Test("Every byte of a name survives the notation")
  func names() throws {
    let bytes = (UInt8.min...UInt8.max).map { $0 }
    let written = Notation.text { out in bytes.withUnsafeBytes { Notation.appendName($0, to: &out) } }
    let text = written.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
    #expect(try packet(#"{"name":"CR","fields":{"name":"\#(text)"}}"#).bytes.suffix(256) == bytes[...])
    #expect(try packet(#"{"name":"CR","fields":{"name":"zo\u00eb"}}"#).bytes.suffix(4) == [0x7a, 0x6f, 0xc3, 0xab])
  }

  @Test("Every code unit of a User Broadcast's name survives the notation")
  func broadcastNames() throws {
    for start in stride(from: 0, to: 0x10000, by: 0x1000) {
      let name = (start..<(start + 0x1000)).flatMap { [UInt8($0 >> 8), UInt8($0 & 255), 0, 0x61] as [UInt8] }
      let written = Notation.text { out in name.withUnsafeBytes { Notation.appendUTF16Name($0, to: &out) } }
      let text = written.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
      let bytes = try packet(#"{"dialect":"legacy","name":"UB","fields":{"name":"\#(text)"}}"#).bytes
      #expect(Array(bytes[26..<(26 + name.count)]) == name, "from \(start)")
    }
    let pairs = [#""\\ud83d\\ude00""#, #""\ud83d\ude00""#, "\"\u{1f600}\""]
    let encoded = try pairs.map { try packet(#"{"dialect":"legacy","name":"UB","fields":{"name":\#($0)}}"#).bytes }
    #expect(encoded.allSatisfy { $0 == encoded[0] && Array($0[26..<30]) == [0xd8, 0x3d, 0xde, 0x00] })
  }

  @Test("length decides between the forms of a User Broadcast")
  func broadcastLengths() throws {
    for length in [43, 59, 61, 75] {
      let bytes = try packet(#"{"dialect":"legacy","name":"UB","length":\#(length),"fields":{"name":"bob","reply":1}}"#).bytes
      #expect(bytes.count == length && bytes.last == 1)
    }
    let longer = try packet(#"{"dialect":"legacy","name":"UB","length":59,"fields":{"name":"abcdefghijklmnopq"}}"#)
    #expect(longer.bytes.count == 61)
    #expect(longer.remark == "line 1, object 1: \"length\" says 59, but its fields make 61 bytes, which is what was written")
  }

  @Test("Addresses: IPv4 stands mapped in sixteen bytes")
  func addresses() throws {
    let address = { (text: String) in Array(try packet(#"{"name":"LPR","fields":{"address":"\#(text)"}}"#).bytes[52..<68]) }
    #expect(try address("10.0.0.7") == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 7])
    #expect(try address("::ffff:10.0.0.7") == address("10.0.0.7"))
    #expect(try address("fe80::1") == [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
    #expect(try address("::") == [UInt8](repeating: 0, count: 16))
    #expect(try packet(#"{"dialect":"legacy","type":5,"fields":{"address":"10.0.0.7"}}"#).bytes.suffix(4) == [10, 0, 0, 7])
  }

  @Test("name or type tells the packet; version and type in fields may be wrong on purpose")
  func types() throws {
    let bytes = try packet(#"{"name":"RREG","fields":{}}"#).bytes
    for text in [#"{"type":9,"fields":{}}"#, #"{"fields":{"type":9}}"#, #"{"name":"rreg","type":9,"fields":{}}"#, #"{"name":null,"type":9,"fields":{}}"#] {
      #expect(try packet(text).bytes == bytes)
    }
    #expect(try packet(#"{"name":"RREG","fields":{"version":2,"type":77}}"#).bytes.prefix(2) == [2, 77])
    #expect(try packet(#"{"name":"M","fields":{"length":9,"body":"00"}}"#).bytes.count == 81)
  }

  @Test("Flags that follow from the rest are filled in, and kept when given")
  func derivedFlags() throws {
    #expect(try packet(#"{"name":"BSM","fields":{}}"#).bytes[19] == 1)
    #expect(try packet(#"{"name":"BPM","fields":{"broadcast":0}}"#).bytes[19] == 0)
    #expect(try packet(#"{"name":"LP","fields":{}}"#).bytes[19] == 0)
    #expect(try packet(#"{"name":"ACK","fields":{}}"#).bytes[2...3] == [1, 0])
    #expect(try packet(#"{"name":"ACK","fields":{"error":3}}"#).bytes[2...3] == [0, 3])
    #expect(try packet(#"{"name":"ACK","fields":{"ack":1,"error":3}}"#).bytes[2...3] == [1, 3])
  }

  @Test("Malformed lines are sent as they are")
  func malformed() throws {
    let sent = try packet(#"{"name":"malformed","type":null,"length":3,"dialect":"legacy","fields":{"data":"020304"}}"#)
    #expect(sent.bytes == [2, 3, 4] && sent.type == nil && sent.dialect == .legacy)
    #expect(try packet(#"{"name":"malformed","fields":{"data":""}}"#).bytes.isEmpty)
  }

  @Test("All keys of decode are accepted; of two with one name the last counts")
  func otherKeys() throws {
    let text = #"""
      {"frame":4,"frames":[3,4],"time":"2026-11-24T13:42:01.000000001Z","transport":"udp","stream":2,"src":"10.0.0.7:5000",
       "dst":"[fe80::1]:5001","dialect":"v1","type":6,"name":"ACK","length":28,"fields":{"ack":0,"ack":1,"error":0},
       "expert":[{"severity":"note","code":"ack.unmatched","message":"\"\\\/\b\f\n\r\t"}],"reply_to":null,"latency":-1.5e-3,"plaintext":"é","hash_ok":true,"x":{}}
      """#
    let sent = try packet(text)
    #expect(sent.bytes[2] == 1 && sent.transport == .udp && sent.stream == 2)
    #expect(sent.source == .ipv4(0x0a00_0007, port: 5000))
    #expect(sent.destination == Endpoint(high: 0xfe80_0000_0000_0000, low: 1, port: 5001, isIPv4: false))
    #expect(sent.time?.nanoseconds == 1_795_527_721_000_000_001)
  }

  @Test("Times are read to the nanosecond, as the output writes them")
  func times() throws {
    for nanoseconds in [Int64(0), 1, -1, 951_782_400_000_000_000, 1_767_225_599_999_999_999, 4_107_542_400_123_456_789, -2_208_988_800_000_000_000] {
      let text = Notation.text { Notation.appendTime(CaptureTime(nanoseconds: nanoseconds), to: &$0) }
      #expect(TimeNotation.nanoseconds(text) == nanoseconds, "\(text)")
    }
    #expect(TimeNotation.nanoseconds("1970-01-01T00:00:01Z") == 1_000_000_000)
    #expect(TimeNotation.nanoseconds("1970-01-01T00:00:01.5Z") == 1_500_000_000)
    #expect(try packet(#"{"name":"ACK","time":null,"fields":{}}"#).time?.isNone == true)
    for text in [
      "", "now", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01T00:00:00+00:00", "1970-02-29T00:00:00Z", "1970-13-01T00:00:00Z", "1970-01-01T24:00:00Z",
      "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00.1234567890Z", "9999-01-01T00:00:00Z", "197x-01-01T00:00:00Z", "1900-02-29T00:00:00Z",
    ] {
      #expect(TimeNotation.nanoseconds(text) == nil, "\(text)")
    }
  }
}
