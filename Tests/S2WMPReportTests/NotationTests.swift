import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPReport

@Suite("Notation of values")
struct NotationTests {
  private func hex(_ bytes: [UInt8]) -> String {
    Notation.text { out in bytes.withUnsafeBytes { Notation.appendHex($0, to: &out) } }
  }

  @Test func hexOfEveryByteAndLength() {
    let all = (0...255).map { UInt8($0) }
    for count in 0...256 { #expect(hex(Array(all[0..<count])) == Hex.string(all[0..<count])) }
  }

  @Test func decimal() {
    for value in [0, 9, 10, 99, 4_294_967_296, UInt64.max] as [UInt64] {
      #expect(Notation.text { Notation.appendDecimal(value, to: &$0) } == "\(value)")
    }
  }

  @Test(
    arguments: [
      (0, 0, "::"), (0, 1, "::1"), (0xfe80_0000_0000_0000, 1, "fe80::1"), (0x2001_0db8_0000_0001, 0x0001_0001_0001_0001, "2001:db8:0:1:1:1:1:1"),
      (0x2001_0000_0000_0001, 0x0000_0000_0000_0001, "2001:0:0:1::1"), (0x0001_0000_0000_0002, 0x0003_0000_0000_0004, "1::2:3:0:0:4"),
      (0x0001_0002_0003_0004, 0x0005_0006_0000_0000, "1:2:3:4:5:6::"), (0, 0xffff_0a00_0007, "::ffff:10.0.0.7"),
    ] as [(UInt64, UInt64, String)])
  func ipv6(high: UInt64, low: UInt64, text: String) {
    #expect(Notation.text { Notation.appendIPv6(high, low, to: &$0) } == text)
  }

  @Test func endpoints() {
    #expect(Notation.text { Notation.appendEndpoint(.ipv4(0x0a00_0007, port: 5000), to: &$0) } == "10.0.0.7:5000")
    let six = Endpoint(high: 0xfe80_0000_0000_0000, low: 9, port: 1, isIPv4: false)
    #expect(Notation.text { Notation.appendEndpoint(six, to: &$0) } == "[fe80::9]:1")
  }

  @Test func times() {
    func text(_ value: Int64) -> String { Notation.text { Notation.appendTime(CaptureTime(nanoseconds: value), to: &$0) } }
    #expect(text(0) == "1970-01-01T00:00:00.000000000Z")
    #expect(text(1_795_527_721_123_456_789) == "2026-11-24T13:42:01.123456789Z")
    #expect(text(951_782_400_000_000_000) == "2000-02-29T00:00:00.000000000Z")
    #expect(text(-1) == "1969-12-31T23:59:59.999999999Z")
    #expect(text(.max) == "2262-04-11T23:47:16.854775807Z")
    #expect(text(.min) == "")
    #expect(Notation.text { Notation.appendSecond(.max, to: &$0) }.hasPrefix("292277026596-12-04T15:30:07"))
    #expect(Notation.text { Notation.appendSecond(.min, to: &$0) }.hasPrefix("-"))
  }

  @Test func seconds() {
    func text(_ value: Int64) -> String { Notation.text { Notation.appendSeconds(nanoseconds: value, to: &$0) } }
    #expect(text(816_000) == "0.000816")
    #expect(text(2_000_000_000) == "2")
    #expect(text(1_500_000_000) == "1.5")
    #expect(text(-1) == "-0.000000001")
    #expect(text(.min) == "-9223372036.854775808")
  }

  @Test func names() {
    let text = Notation.text { out in Array("a\\b\u{e9}\u{7}".utf8).withUnsafeBytes { Notation.appendName($0, to: &out) } }
    #expect(text == "a\\x5cb\\xc3\\xa9\\x07")
  }

  @Test func namesInUTF16() {
    let bytes: [UInt8] = [0, 0x61, 0, 0x5c, 0, 0xe9, 0, 0x07, 0, 0x85, 0xd8, 0, 0, 0x20, 0xd8, 0x3d, 0xde, 0, 0, 0x20, 0, 0x20]
    let text = Notation.text { out in bytes.withUnsafeBytes { Notation.appendUTF16Name($0, to: &out) } }
    #expect(text == "a\\u005cé\\u0007\\u0085\\ud800 😀")
  }
}
