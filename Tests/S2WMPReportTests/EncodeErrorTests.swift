import Foundation
import S2WMPWire
import Testing

@testable import S2WMPReport

@Suite("Encoding: errors are one sentence that says where and what")
struct EncodeErrorTests {
  static let cases: [(String, String)] = [
    ("x", #"line 1, object 1: expected an object that starts with {, but found "x""#),
    ("{\"name\":\"ACK\",\"fields\":{}}\n\n{", "line 3, object 2: expected a key in double quotes, but found the end of the input"),
    ("{\"a\" 1}", #"line 1, object 1: expected a colon after a key, but found "1""#),
    ("{\"a\":1 2}", #"line 1, object 1: expected a comma or } after a value, but found "2""#),
    ("{\"a\":[1 2]}", #"line 1, object 1: expected a comma or ] after a value, but found "2""#),
    ("{\"a\":tru}", #"line 1, object 1: expected a value, but found "t""#),
    ("{\"a\":-}", #"line 1, object 1: expected a value, but found "-""#),
    ("{\"a\":\"x\ny\"}", "line 1, object 1: expected a closing double quote before the line ends, but found byte 0x0a"),
    ("{\"a\":\"x", "line 1, object 1: expected a closing double quote, but found the end of the input"),
    (#"{"a":"\xff"}"#, #"line 1, object 1: expected one of " \ / b f n r t u after a backslash (a backslash itself is written \\), but found "x""#),
    (#"{"a":"\u12g4"}"#, #"line 1, object 1: expected four hex digits after \u, but found "g""#),
    ("[{\"name\":\"ACK\",\"fields\":{}} {}]", #"line 1: expected a comma or ] after an object, but found "{""#),
    ("[{\"name\":\"ACK\",\"fields\":{}}]\n3", #"line 2: expected nothing more after the array, but found "3""#),
    ("[{\"name\":\"ACK\",\"fields\":{}}", "line 1: expected a comma or ] after an object, but found the end of the input"),
    (
      "{}", #"line 1, object 1: key "fields" is missing; give the packet's fields as an object, or its bytes as "hex""#
    ),
    (#"{"fields":{}}"#, #"line 1, object 1: neither "name" nor "type" says which packet it is; give one, such as "name": "M""#),
    (
      #"{"name":"MSG","fields":{}}"#,
      #"line 1, object 1: key "name" is "MSG", but must be one of M, REG, SC, LP, LPR, ACK, UB, CR, RREG, CRR, IC, BSM, BSR, BPM, BPR, or malformed"#
    ),
    (#"{"name":"UB","fields":{}}"#, #"line 1, object 1: UB is not defined in the dialect v1; give "dialect": "legacy", or another type"#),
    (#"{"type":300,"fields":{}}"#, #"line 1, object 1: type 300 is not defined in the dialect v1; give "dialect": "legacy", or another type"#),
    (
      #"{"dialect":"legacy","type":12,"fields":{}}"#,
      #"line 1, object 1: type 12 is not defined in the dialect legacy; give "dialect": "v1", or another type"#
    ),
    (#"{"name":"M","type":6,"fields":{}}"#, #"line 1, object 1: key "name" is M, but key "type" is 6; leave one of them out"#),
    (#"{"name":7,"fields":{}}"#, #"line 1, object 1: key "name" must be a packet's short name such as "M", not 7"#),
    (#"{"name":"M","dialect":"v2","fields":{}}"#, #"line 1, object 1: key "dialect" must be "v1" or "legacy", not "v2""#),
    (#"{"name":"M","fields":[]}"#, #"line 1, object 1: key "fields" must be an object, not an array"#),
    (
      #"{"name":"REG","fields":{"body":""}}"#,
      #"line 1, object 1: the Registration packet has no field "body"; it has version, type, request_id, user_id"#
    ),
    (#"{"name":"M","fields":{"status":256}}"#, #"line 1, object 1: field "status" is 256, which does not fit its one byte"#),
    (
      #"{"name":"M","fields":{"datetime":18446744073709551616}}"#,
      #"line 1, object 1: key "fields.datetime" must be a whole number from 0 to 18446744073709551615, not 18446744073709551616"#
    ),
    (
      #"{"name":"M","fields":{"datetime":-1}}"#,
      #"line 1, object 1: key "fields.datetime" must be a whole number from 0 to 18446744073709551615, not -1"#
    ),
    (#"{"name":"M","fields":{"body":"abc"}}"#, #"line 1, object 1: key "fields.body" must be a string of hex digits, two a byte, not "abc""#),
    (#"{"name":"M","fields":{"body":null}}"#, #"line 1, object 1: key "fields.body" must be a string of hex digits, two a byte, not null"#),
    (#"{"name":"M","fields":{"sender_id":"00"}}"#, #"line 1, object 1: field "sender_id" has 1 bytes, but it takes exactly 16"#),
    (
      #"{"name":"CR","fields":{"name":"a\\b"}}"#,
      #"line 1, object 1: key "fields.name" must be a string in which a backslash only stands before xNN (itself it is \x5c), not "a\b""#
    ),
    (
      #"{"dialect":"legacy","name":"UB","fields":{"name":"\\u12"}}"#,
      #"line 1, object 1: key "fields.name" must be a string in which a backslash only stands before uNNNN (itself it is \u005c), not "\u12""#
    ),
    (
      #"{"name":"LPR","fields":{"address":"localhost"}}"#,
      #"line 1, object 1: key "fields.address" must be an address such as "10.0.0.7" or "fe80::1", not "localhost""#
    ),
    (
      #"{"dialect":"legacy","name":"LPR","fields":{"address":"fe80::1"}}"#,
      #"line 1, object 1: key "fields.address" must be an address such as "10.0.0.7", not "fe80::1""#
    ),
    (
      #"{"dialect":"legacy","name":"UB","length":60,"fields":{}}"#,
      #"line 1, object 1: key "length" is 60, but a User Broadcast has 43 bytes, or 59 and any even number more"#
    ),
    (
      #"{"dialect":"legacy","name":"UB","length":43,"fields":{"name":"abcdefghi"}}"#,
      #"line 1, object 1: a User Broadcast of 43 bytes holds a name of eight characters; shorten the name or leave out "length""#
    ),
    (
      #"{"name":"malformed","length":300,"fields":{"data":"0203"}}"#,
      #"line 1, object 1: only 2 of the 300 bytes that frame no packet are in "fields.data"; the rest is not known"#
    ),
    (#"{"name":"malformed","fields":{}}"#, #"line 1, object 1: key "fields.data" must be a string of hex digits, two a byte, not null"#),
    (#"{"hex":"0"}"#, #"line 1, object 1: key "hex" must be a string of hex digits, two a byte, not "0""#),
    (
      #"{"name":"ACK","fields":{},"src":"10.0.0.7"}"#,
      #"line 1, object 1: key "src" must be an address and port such as "10.0.0.7:5000" or "[fe80::1]:5000", not "10.0.0.7""#
    ),
    (#"{"name":"ACK","fields":{},"transport":"sctp"}"#, #"line 1, object 1: key "transport" must be "tcp" or "udp", not "sctp""#),
    (
      #"{"name":"ACK","fields":{},"time":"noon"}"#,
      #"line 1, object 1: key "time" must be a time such as "2026-11-24T13:42:01.123456789Z", not "noon""#
    ),
    (
      #"{"name":"ACK","fields":{},"stream":1.5}"#,
      #"line 1, object 1: key "stream" must be a whole number from 0 to 18446744073709551615, not 1.5"#
    ),
  ]

  @Test("Each mistake has its sentence")
  func sentences() {
    for (input, sentence) in Self.cases { #expect(EncodeSamples.failure(input) == sentence) }
  }

  @Test("Text that is not UTF-8 is refused; control characters of the input are not repeated")
  func hostileText() {
    let error = #expect(throws: EncodeInputError.self) { try EncodeInput.packets(from: Array("{\"a\":\"".utf8) + [0xff] + Array("\"}".utf8)) }
    #expect(error?.description == #"line 1, object 1: the text is not UTF-8; write other bytes of a name as \\xNN"#)
    #expect(EncodeSamples.failure(#"{"name":"\u001b[31m\u009b","fields":{}}"#)?.contains("key \"name\" is \"?[31m??\"") == true)
    #expect(EncodeSamples.failure("{\"name\":\"\(String(repeating: "a", count: 5000))\",\"fields\":{}}")?.count ?? 0 < 300)
  }

  @Test("Nesting and size have limits")
  func limits() {
    let deep = String(repeating: "[", count: 200_000)
    #expect(EncodeSamples.failure("{\"a\":\(deep)") == "line 1, object 1: values are nested more than 16 deep, which no line of decode is")
    #expect(EncodeSamples.failure(deep)?.contains("expected an object that starts with {") == true)
    let large = "line 1, object 1: the object is larger than 1048576 bytes, which no line of decode is"
    #expect(EncodeSamples.failure("{\"a\":\"" + String(repeating: "a", count: 2 << 20) + "\"}") == large)
    #expect(EncodeSamples.failure("{\"a\":[" + String(repeating: "1,", count: 1 << 20) + "1]}") == large)
    #expect(EncodeSamples.failure("{" + String(repeating: "\"a\":1,", count: 1 << 18) + "\"a\":1}") == large)
  }

  @Test("The number of packets has a limit")
  func manyPackets() {
    let error = #expect(throws: EncodeInputError.self) {
      try EncodeInput.packets(from: Array(String(repeating: "{\"hex\":\"\"}\n", count: 4).utf8), limit: 3)
    }
    #expect(error?.description == "line 4: the input holds more than 3 objects; encode it in parts")
  }

  @Test("Damaged input gives packets or an error, never a trap")
  func damaged() throws {
    var random = SystemRandomNumberGenerator()
    let line = Array(try EncodeSamples.lines().filter { $0.utf8.count < 1500 }.prefix(60).joined(separator: "\n").utf8)
    for _ in 0..<300 {
      var bytes = line
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        bytes[at] = UInt8.random(in: 0...255, using: &random)
      }
      if let packets = try? EncodeInput.packets(from: bytes) { _ = try? CapturePlan(packets) }
      _ = try? EncodeInput.packets(from: Array(line.prefix(Int.random(in: 0...line.count, using: &random))))
    }
  }
}
