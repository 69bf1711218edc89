import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPReport

@Suite("Display filter: operators")
struct FilterOperatorTests {
  @Test(arguments: [
    ("messaging.length == 4", true), ("length eq 0x4", true), ("length != 4", false), ("length ne 5", true), ("length < 5", true), ("length lt 4", false),
    ("length <= 4", true), ("length le 3", false), ("length > 3", true), ("length gt 4", false), ("length >= 4", true), ("length ge 5", false),
    ("length in {1, 2, 4}", true), ("length in {5..9}", false), ("length in {1,3 .. 9}", true), ("length not in {1, 2}", true),
    ("length === 4", true), ("length !== 4", false), ("undefined == 0", true), ("version == 1", true), ("length < 0", false), ("length >= 0", true),
  ])
  func numbers(filter: String, matches: Bool) throws {
    #expect(try FilterSample.message().matches(filter) == matches, "\(filter)")
  }

  @Test(arguments: [
    ("status == busy", true), ("status == \"busy\"", true), ("status == BUSY", true), ("status == 1", true), ("status == away", false),
    ("status != away", true), ("status > online", true), ("status in {online, busy}", true), ("status in {online..away}", true),
    ("type == M", true), ("type == m", true), ("type == 1", true), ("type == message", true), ("type == \"Message\"", true), ("type != ACK", true),
    ("type in {M, SC}", true), ("packet.name == M", true), ("packet.name != M", false), ("packet.name == malformed", false),
  ])
  func codes(filter: String, matches: Bool) throws {
    #expect(try FilterSample.message().matches(filter) == matches, "\(filter)")
  }

  @Test("One name has another value in each dialect") func codesByLayout() throws {
    #expect(try FilterSample.legacyMessage().matches("status == busy"))
    #expect(try FilterSample.legacyMessage().matches("s2wmp.legacy.messaging.status == busy"))
    #expect(try !FilterSample.legacyMessage().matches("s2wmp.messaging.status == busy"))
    #expect(try FilterSample.acknowledgement(2).matches("error == hash_didnt_match"))
    #expect(try FilterSample.acknowledgement(2).matches("ack.error == \"hash didn't match\" && ack == rejected"))
    #expect(try FilterSample.lookupResponse([UInt8](repeating: 0, count: 16)).matches("status == user_found"))
  }

  @Test(arguments: [
    ("type == M && status == busy", true), ("type == M and status == away", false), ("type == ACK || status == busy", true),
    ("type == ACK or status == away", false), ("not type == ACK", true), ("!type == M", false), ("! ! type == M", true), ("!(type == M)", false),
    ("type == ACK && status == busy || length == 4", true), ("length == 4 || type == ACK && status == away", true),
    ("(length == 4 || type == ACK) && status == away", false), ("not (type == ACK or type == SC) and length == 4", true),
    ("type == ACK AND length == 4 OR version == 1", true), ("type == ACK && type == SC && type == M || type == M", true),
  ])
  func logic(filter: String, matches: Bool) throws {
    #expect(try FilterSample.message().matches(filter) == matches, "\(filter)")
  }

  @Test(arguments: [
    ("sender_id == 7f3a22be000102030405060708c1d001", true), ("sender_id == 7F3A22BE000102030405060708C1D001", true), ("sender_id == 7f3a", true),
    ("sender_id == \"7f:3a:22:be\"", true), ("sender_id == 7f:3a:22:be", true), ("sender_id == 7f3a…", true), ("sender_id == 7f3a...d001", true),
    ("sender_id == 7f3a…d002", false), ("sender_id == …d001", true), ("sender_id != 7f3a", false), ("sender_id == 3a22", false),
    ("sender_id contains 3a22", true), ("sender_id contains 01:02:03", true), ("sender_id contains 0201", false), ("sender_id in {22be, 7f3a}", true),
    ("sender_id matches \"^7F3A.*01$\"", true), ("id == 22be", true), ("id == ffff", false), ("id != 7f3a", false), ("id != ffff", true),
    ("id !== 7f3a", true), ("id === 7f3a", false), ("body == 9f330102", true), ("body == 9f33", false), ("body == 9f33…", true),
    ("body contains 3301", true), ("body contains 0102", true), ("body contains 010203", false), ("client_id == 00", true), ("sender_id == 0x7f3a", true),
  ])
  func bytes(filter: String, matches: Bool) throws {
    #expect(try FilterSample.message().matches(filter) == matches, "\(filter)")
  }

  @Test(arguments: [
    ("name == \"alice\"", true), ("name == alice", true), ("name == \"Alice\"", false), ("name contains \"ali\"", true), ("name contains \"ilc\"", false),
    ("name matches \"^A.*e$\"", true), ("name matches \"(?-i)^A\"", false), ("name ~ \"l(i|x)ce\"", true), ("name in {\"bob\", \"alice\"}", true),
    ("name != \"bob\"", true), ("chat_request.name contains \"\"", true), ("name_length == 5", true), ("public_key == 308201", true),
    ("name matches r\"^\\w{5}$\"", true), ("name matches \"^\\w{5}$\"", true), ("name matches \"^\\\\w{6}$\"", false),
  ])
  func text(filter: String, matches: Bool) throws {
    #expect(try FilterSample.chatRequest(Array("alice".utf8)).matches(filter) == matches, "\(filter)")
  }

  @Test("What is shown can be pasted") func escapes() throws {
    let packet = try FilterSample.chatRequest([0x61, 0xff, 0x5c])
    let shown = try packet.column("name")
    #expect(shown == "a\\xff\\x5c")
    #expect(try packet.matches("name == \"\(shown)\""))
    let broadcast = try FilterSample.userBroadcast("é\u{7}\u{1f600}")
    let text = try broadcast.column("name")
    #expect(text == "é\\u0007😀")
    #expect(try broadcast.matches("name == \"\(text)\""))
    #expect(try broadcast.matches("legacy.user_broadcast.name contains \"é\" && reply == reply"))
  }

  @Test(arguments: [
    ("ip.addr == 10.0.0.7", true), ("ip.addr == 10.0.1.9", true), ("ip.src == 10.0.1.9", false), ("ip.dst == 10.0.1.9", true),
    ("ip.addr == 10.0.0.0/24", true), ("ip.addr != 10.0.0.0/24", false), ("ip.addr !== 10.0.0.0/24", true), ("ip.addr === 10.0.0.0/16", true),
    ("ip.addr != 192.168.0.0/16", true), ("ip.addr in {10.0.0.1..10.0.0.9}", true), ("ip.src > 10.0.0.6", true), ("ip.src < 10.0.0.7", false),
    ("ip.src <= 10.0.0.7", true), ("ip.src >= 10.0.0.8", false), ("src == 10.0.0.7", true), ("src == 10.0.0.7:41022", true),
    ("src == 10.0.0.7:1", false), ("dst in {1.2.3.4, 10.0.1.9:5000}", true), ("addr == 10.0.1.0/24", true), ("ipv6.addr == ::/0", false),
    ("ip", true), ("ipv6", false), ("ipv6.src", false), ("src < 0.0.0.0", false), ("src > 255.255.255.255", false), ("ip.src == 0.0.0.0/0", true),
    ("port == 5000", true), ("port != 5000", false), ("src.port == 5000", false), ("dst.port == 5000", true), ("tcp.port == 41022", true),
    ("udp.port == 41022", false), ("tcp.srcport == 41022", true), ("tcp.dstport in {5000..5005}", true), ("udp.srcport", false), ("udp.dstport", false),
  ])
  func addresses(filter: String, matches: Bool) throws {
    #expect(try FilterSample.message().matches(filter) == matches, "\(filter)")
  }

  @Test func addressesOfIPv6() throws {
    var packet = try FilterSample.message()
    packet.source = Endpoint(high: 0xfe80_0000_0000_0000, low: 1, port: 9, isIPv4: false)
    packet.destination = Endpoint(high: 0, low: 0xffff_0a00_0007, port: 9, isIPv4: false)
    for filter in ["ipv6.addr == fe80::1", "ipv6.src == fe80::/10", "src == [fe80::1]:9", "src == [fe80::1]", "ipv6.dst == ::ffff:10.0.0.7", "addr == ::/0"] {
      #expect(try packet.matches(filter), "\(filter)")
    }
    #expect(try !packet.matches("addr == 10.0.0.7"), "a mapped address in an IPv6 header is no IPv4 address")
    #expect(try !packet.matches("ip.addr"))
  }

  @Test func addressFields() throws {
    let mapped = try FilterSample.lookupResponse([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 9])
    for filter in ["address == 10.0.0.9", "address == 10.0.0.0/28", "address == ::ffff:10.0.0.9", "lookup_response.port == 5009", "s2wmp.port == 5009"] {
      #expect(try mapped.matches(filter), "\(filter)")
    }
    #expect(try !mapped.matches("port == 5009"), "port alone is the TCP or UDP port")
    #expect(try mapped.matches("request_id == 0102030405060708 && request_id == 0102"))
    let legacy = try FilterPacket(.lookupResponse, .legacy, fields: [("address", .address([10, 0, 0, 9]))])
    #expect(try legacy.matches("address == 10.0.0.9 and address in {10.0.0.1 .. 10.0.0.20}"))
  }
}
