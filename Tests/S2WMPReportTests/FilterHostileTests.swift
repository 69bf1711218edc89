import S2WMPWire
import Testing

@testable import S2WMPReport

@Suite("Display filter: hostile texts")
struct FilterHostileTests {
  /// Small, seeded, and the same everywhere (xorshift).
  private struct Random {
    var state: UInt64
    mutating func next(_ count: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(count))
    }
  }

  private static let pieces =
    [
      "==", "!=", "===", "<", ">=", "&&", "||", "!", "not", "and", "or", "in", "{", "}", "(", ")", ",", "..", "...", "…", "contains", "matches", "\"", "\"a*\"",
      "\\",
      "\"^(a|b)*[^c-d]{2,3}$\"", "r\"\\d\"", "0", "1", "-1", "0x", "0xff", "18446744073709551615", "1.5", "10.0.0.0/8", "10.0.0.7:5000", "fe80::/10", "[::1]:5",
      "::",
      "7f3a", "7f:3a", "7f…c1", "\"2026-11-24T13:42:01Z\"", "\"0000-01-01\"", "\"9999-12-31T23:59:59.999999999-23:59\"", "busy", "M", "warning", "malformed.*",
      "\u{0}",
      "é", "\\x", "/", "*", "+", "?",
    ] + FieldCatalog.entries.map(\.name)

  @Test("Texts of random pieces and bytes never trap, errors point into the text") func random() throws {
    var random = Random(state: 0x9e37_79b9_7f4a_7c15)
    let packets = [
      try FilterSample.message(), try FilterSample.chatRequest([0xff, 0x61]), try FilterSample.userBroadcast("é"), try FilterSample.acknowledgement(1),
      FilterSample.malformed(),
    ]
    var accepted = 0
    for _ in 0..<6_000 {
      var text = ""
      for _ in 0...random.next(8) {
        text += Self.pieces[random.next(Self.pieces.count)]
        if random.next(4) > 0 { text += " " }
      }
      if random.next(10) == 0 { text += String(decoding: (0..<random.next(6)).map { _ in UInt8(random.next(256)) }, as: UTF8.self) }
      do {
        let filter = try DisplayFilter(text)
        accepted += 1
        for packet in packets { packet.dissect { _ = filter.matches($0) } }
      } catch {
        #expect(error.position >= 0 && error.position + error.length <= text.utf8.count, "\(text)")
        #expect(!error.rendered.isEmpty)
      }
    }
    #expect(accepted > 200)
  }

  @Test("Comparisons of every field with every operator and value never trap") func everyField() throws {
    let values = ["1", "7f3a", "\"a\"", "busy", "10.0.0.0/8", "\"2026-11-24\"", "fe80::1", "warning", "*", "0.5"]
    let operators = ["==", "!=", "===", "!==", "<", "<=", ">", ">=", "contains", "matches"]
    let packets = [try FilterSample.message(), FilterSample.malformed(), try FilterSample.userBroadcast("x")]
    for entry in FieldCatalog.entries {
      for value in values {
        for symbol in operators {
          guard let filter = try? DisplayFilter("\(entry.name) \(symbol) \(value)") else { continue }
          for packet in packets { packet.dissect { _ = filter.matches($0) } }
        }
      }
    }
  }

  @Test("Packets shorter than their layout are read within their bytes") func shortPackets() throws {
    let whole = try FilterSample.chatRequest(Array("alice".utf8))
    let filters = try LayoutID.chatRequest.rows.map { try DisplayFilter("chat_request.\($0.name)") }
    for count in 2..<whole.bytes.count {
      var packet = whole
      packet.bytes = Array(whole.bytes[0..<count])
      packet.dissect { dissection in for filter in filters { _ = filter.matches(dissection) } }
    }
    var lying = whole
    lying.bytes.replaceSubrange(34..<38, with: [0xff, 0xff, 0xff, 0xff])
    #expect(try !lying.matches("name == \"alice\""))
  }

  @Test("Long chains and sets") func long() throws {
    let packet = try FilterSample.message()
    #expect(try packet.matches(String(repeating: "udp || ", count: 9000) + "tcp"))
    #expect(try !packet.matches(String(repeating: "tcp && ", count: 9000) + "udp"))
    #expect(try packet.matches("frame in {" + (0..<9000).map { "\($0)" }.joined(separator: ",") + "}"))
    #expect(try !packet.matches("sender_id in {" + (0..<9000).map { _ in "0102" }.joined(separator: ",") + "}"))
    #expect(try packet.matches("sender_id != " + "00"))
  }

  @Test("Patterns that ruin backtracking take linear time") func patterns() throws {
    let pattern = try TextPattern(Array("^(a+)+(a*)*(a|aa)+$".utf8))
    #expect(!pattern.isFound(in: [UInt8](repeating: 0x61, count: 20_000) + [0x62]))
    #expect(pattern.isFound(in: [UInt8](repeating: 0x61, count: 20_000)))
    for text in ["(a{100}){100}", "((((a{9}){9}){9}){9}){9}", String(repeating: "a|", count: 5000), "a{99999999999999999999}"] {
      #expect(throws: PatternError.self, "\(text.prefix(30))") { _ = try TextPattern(Array(text.utf8)) }
    }
  }
}
