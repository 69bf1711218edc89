import S2WMPWire
import Testing

@testable import S2WMPReport

@Suite("Display filter: errors")
struct FilterErrorTests {
  private func error(_ text: String) -> FilterError? {
    do {
      _ = try DisplayFilter(text)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [
    ("tipe == M", "there is no field \"tipe\"; did you mean time, type?", "^^^^"),
    ("type == M && messagin.status == 1", "there is no field \"messagin.status\"; did you mean messaging.status?", "             ^^^^^^^^^^^^^^^"),
    ("qqqqqqqqqqq", "there is no field \"qqqqqqqqqqq\"; the fields are listed by --fields-help", "^^^^^^^^^^^"),
    ("status == bussy", "status has no value \"bussy\"", "          ^^^^^"),
    ("dialect == v2", "dialect has no value \"v2\"; it has v1, legacy", "           ^^"),
    ("expert.severity >= warn", "expert.severity has no value \"warn\"; it has error, warning, note", "                   ^^^^"),
    ("type ==", "the filter ends where a value is due after \"==\"", "       ^"),
    ("type == && tcp", "a value is due here, after \"==\"", "        ^^"),
    ("type == and tcp", "a value is due here, after \"==\"", "        ^^^"),
    ("tcp &&", "the filter ends where a field name or a parenthesis is due", "      ^"),
    ("&& tcp", "a field name or a parenthesis is due here", "^^"),
    ("== 4", "a field name is due before \"==\"", "^^"),
    ("(tcp", "this parenthesis is never closed", "^"),
    ("(tcp && (udp)", "this parenthesis is never closed", "^"),
    ("tcp)", "this parenthesis closes none", "   ^"),
    ("()", "a field name is due before this parenthesis", " ^"),
    ("tcp udp", "an operator such as == is missing before this", "    ^^^"),
    ("type == M ACK", "\"and\" or \"or\" is missing before this", "          ^^^"),
    ("type == M == M", "comparisons cannot be chained; join them with \"and\"", "          ^^"),
    ("name == \"ali", "the string that begins here has no closing quote", "        ^^^^"),
    ("name == 'ali'", "strings are written in double quotes", "        ^"),
    ("name == \"a\\q\"", "there is no such escape; known are", "          ^^"),
    ("name == \"a\\x1\"", "this escape needs 2 hex digits", "          ^^^"),
    ("type = M", "one \"=\" is no operator; use \"==\" to compare", "     ^"),
    ("tcp & udp", "one \"&\" is no operator", "    ^"),
    ("tcp | udp", "one \"|\" is no operator", "    ^"),
    ("length == -1", "length is never negative", "          ^^"),
    ("length == 70000", "length is at most 65535", "          ^^^^^"),
    ("status == 256", "status is at most 255", "          ^^^"),
    ("frame == 99999999999999999999", "this number is too large; frame is at most 18446744073709551615", "         ^^^^^^^^^^^^^^^^^^^^"),
    ("length == 1.5", "length is compared with a whole number, decimal or 0x and hex digits", "          ^^^"),
    ("length == \"4\"", "length is compared with a whole number, decimal or 0x and hex digits, without quotes", "          ^^^"),
    ("length contains 4", "\"contains\" does not apply to length, which is number", "       ^^^^^^^^"),
    ("sender_id > 7f", "\">\" does not apply to sender_id, which is bytes in hex", "          ^"),
    ("sender_id == xyz", "sender_id is compared with hex digits", "             ^^^"),
    ("sender_id == 7f3", "sender_id is compared with hex digits", "             ^^^"),
    ("user_id == 000102030405060708090a0b0c0d0e0f10", "user_id has 16 bytes, and this has 17", "           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"),
    ("sender_id contains 7f…", "\"contains\" takes hex without", "                   ^^^"),
    ("sender_id in {7f..80}", "sender_id has no ranges; list its values", "              ^^^^^^"),
    ("name > \"a\"", "\">\" does not apply to name, which is text", "     ^"),
    ("name matches \"(\"", "the pattern has a parenthesis that is never closed", "             ^^^"),
    ("name matches \"\\b\"", "the pattern has the escape \\b, which is not known", "             ^^^^"),
    ("ip.addr == 10.0.0.256", "this is no address; write 10.0.0.7, 10.0.0.0/24 or fe80::1", "           ^^^^^^^^^^"),
    ("ip.addr == 10.0.0.0/33", "this is no address", "           ^^^^^^^^^^^"),
    ("ip.addr == fe80::1", "ip.addr is always IPv4; use ipv6.addr, or addr for both", "           ^^^^^^^"),
    ("ip.addr == 10.0.0.7:5", "ip.addr has no port", "           ^^^^^^^^^^"),
    ("src < 10.0.0.7:5", "\"<\" compares addresses; leave the port out", "      ^^^^^^^^^^"),
    ("ip.addr in {10.0.0.9..10.0.0.1}", "a range goes from one address to a higher one", "            ^^^^^^^^^^^^^^^^^^"),
    ("frame in {9..5}", "this range is empty; the smaller value comes first", "          ^^^^"),
    ("frame in 5", "\"in\" is followed by a set in braces: {1, 2, 5..9}", "         ^"),
    ("frame in {5", "this set is never closed", "         ^"),
    ("frame in {5 6}", "a comma or a closing brace is due here", "            ^"),
    ("frame in {}", "a value is due here, after \"{\"", "          ^"),
    ("time == noon", "a time such as \"2026-11-24T13:42:01Z\" is due here", "        ^^^^"),
    ("time == \"2026-02-29\"", "this is no time; write it as", "        ^^^^^^^^^^^^"),
    ("datetime == \"2026-02-28T00:00:00.0001Z\"", "datetime holds milliseconds; give at most three digits", "            ^^^^^^^^^^^^^^^^^^^^^^^^^^^"),
    ("latency > fast", "seconds such as 0.5 is due here", "          ^^^^"),
    ("latency > 0.0000000001", "at most 9 digits may follow the point", "          ^^^^^^^^^^^^"),
    ("latency > -1", "this is never negative", "          ^^"),
    ("malformed == 1", "malformed is either there or not; use its name alone, or \"not malformed\"", "          ^^"),
    ("\"tcp\"", "a comparison begins with a field name, without quotes", "^^^^^"),
    ("  ", "the filter is empty; leave it out to see every packet", "  ^"),
    ("tcp ; udp", "this character has no meaning here", "    ^"),
  ])
  func sentence(text: String, sentence: String, carets: String) throws {
    let found = try #require(error(text), "\(text)")
    #expect(found.sentence.hasPrefix(sentence), "\(found.sentence)")
    let lines = found.rendered.split(separator: "\n", omittingEmptySubsequences: false)
    try #require(lines.count == 3)
    #expect(lines[1] == "  \(text)")
    #expect(lines[2] == "  \(carets)", "\(text)")
  }

  @Test func strangeCharacters() throws {
    let found = try #require(error("name == \"\u{1b}[31m\u{202e}é日\" && tipe"))
    #expect(
      found.rendered == """
        there is no field "tipe"; did you mean time, type?
          name == "\\u{1b}[31m\\u{202e}é\\u{65e5}" && tipe
        \(String(repeating: " ", count: 43))^^^^
        """)
    let stray = try #require(error("tcp 日"))
    #expect(stray.rendered.hasSuffix("  tcp \\u{65e5}\n      ^^^^^^^^"))
  }

  @Test func longTexts() throws {
    let long = String(repeating: "tcp || ", count: 5000) + "tipe" + String(repeating: " || tcp", count: 4000)
    let found = try #require(error(long))
    #expect(found.position == 35_000)
    let lines = found.rendered.split(separator: "\n")
    #expect(lines[1].count < 140 && lines[1].hasPrefix("  …") && lines[1].hasSuffix("…"))
    let column = lines[2].prefix { $0 == " " }.count
    #expect(lines[1].dropFirst(column).hasPrefix("tipe") && lines[2].count == column + 4)
    #expect(try #require(error(String(repeating: "x", count: 65_537))).sentence.hasPrefix("the filter has 65537 bytes"))
    #expect(try #require(error(String(repeating: "x", count: 65_536))).rendered.utf8.count < 400)
  }

  @Test func nesting() throws {
    let deep = { (depth: Int) in String(repeating: "(", count: depth) + "tcp" + String(repeating: ")", count: depth) }
    #expect(error(deep(64)) == nil)
    #expect(try #require(error(deep(65))).sentence == "parentheses are nested deeper than 64; simplify the filter")
    #expect(try #require(error(deep(30_000))).position == 64)
    #expect(error(String(repeating: "(tcp) && ", count: 100) + "tcp") == nil, "only open parentheses count")
    #expect(error(String(repeating: "!", count: 60_000) + "tcp") == nil)
    #expect(try #require(error("name matches \"" + String(repeating: "(", count: 30_000) + "\"")).sentence == "the pattern is nested deeper than 64")
  }

  @Test func columnNames() {
    #expect(throws: FilterError.self) { _ = try FieldColumn("tipe") }
    #expect(throws: FilterError.self) { _ = try FieldColumn("") }
    #expect(throws: FilterError.self) { _ = try FieldColumn("type == M") }
  }
}
