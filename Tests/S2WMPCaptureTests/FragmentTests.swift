import S2WMPCapture
import Testing

@Suite("IP fragments")
struct FragmentTests {
  static let text = "0123456789abcdefghijklmnopqrstuv!"
  static let udp = FrameMaker.udp(7, 9, [UInt8](text))

  /// Bytes `range` of an IP payload as an IPv4 fragment.
  static func four(_ payload: [UInt8], _ range: Range<Int>, transport: UInt8 = 17, id: Int = 1, last: Bool? = nil) -> [UInt8] {
    let more = !(last ?? (range.upperBound == payload.count))
    return FrameMaker.ethernet4(
      FrameMaker.ipv4(transport: transport, id: id, fragment: range.lowerBound / 8 | (more ? 0x2000 : 0), Array(payload[range])))
  }

  static func six(_ payload: [UInt8], _ range: Range<Int>, next: UInt8 = 17) -> [UInt8] {
    let header = FrameMaker.fragmentHeader(next: next, offset: range.lowerBound, more: range.upperBound < payload.count, id: 77)
    return FrameMaker.ethernet(type: 0x86dd, FrameMaker.ipv6(next: 44, header + payload[range]))
  }

  static let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
  static let ranges = [0..<16, 16..<32, 32..<41]

  private func expected(_ order: [Int]) -> String {
    let frames = (0..<3).map { part in (order.firstIndex(of: part) ?? 0) + 1 }
    return "→ datagram \"\(Self.text)\" of 33 0#\(frames[0]) 8#\(frames[1]) 24#\(frames[2])"
  }

  @Test(arguments: orders)
  func inEveryOrder(order: [Int]) {
    for build in [{ Self.four(Self.udp, $0) }, { Self.six(Self.udp, $0) }] as [(Range<Int>) -> [UInt8]] {
      let s = Scenario()
      for part in order { s.frame(build(Self.ranges[part])) }
      let lines = s.lines()
      #expect(lines.last == expected(order))
      #expect(lines.count == 2)
      #expect(lines.first?.hasSuffix("#\((order.firstIndex(of: 0) ?? 0) + 1)") == true)
    }
  }

  @Test func firstBytesWin() {
    let s = Scenario()
    var other = Self.udp
    for index in 8..<other.count { other[index] = UInt8(ascii: "#") }
    s.frame(Self.four(Self.udp, 16..<32))
    s.frame(Self.four(other, 8..<40, last: false))
    s.frame(Self.four(Self.udp, 0..<16))
    s.frame(Self.four(Self.udp, 32..<41))
    #expect(s.lines().last == "→ datagram \"########89abcdefghijklmn########!\" of 33 0#2 8#1 24#2 32#4")
  }

  @Test func repeatedFragments() {
    let s = Scenario()
    for part in [0, 0, 1, 1, 2] { s.frame(Self.four(Self.udp, Self.ranges[part])) }
    #expect(s.lines().last == "→ datagram \"\(Self.text)\" of 33 0#1 8#3 24#5")
  }

  @Test func differentPacketsDoNotMix() {
    let s = Scenario()
    s.frame(Self.four(Self.udp, 0..<16, id: 1))
    s.frame(Self.four(Self.udp, 16..<41, id: 2))
    #expect(s.end() == [])
  }

  @Test func overlongOrContradictoryOnesAreDropped() {
    let s = Scenario()
    let big = [UInt8](repeating: 1, count: 65_600)
    s.frame(Self.four(big, 65_528..<65_600))
    s.frame(Self.four(Self.udp, 0..<40, id: 3, last: true))
    s.frame(Self.four(Self.udp, 0..<13, id: 4, last: false))
    s.frame(Self.four(Self.udp, 32..<41, id: 5))
    s.frame(Self.four(Self.udp, 16..<24, id: 5, last: true))
    #expect(!s.lines().contains { $0.contains("datagram") })
    #expect(s.decoder.counters.fragmentedPacketsDropped == 2)
  }

  @Test func theyAgeAndAreCounted() {
    var limits = ReassemblyLimits()
    limits.fragmentedPackets = 2
    let s = Scenario(limits)
    s.frame(Self.four(Self.udp, 0..<16, id: 1))
    s.clock += 40
    s.frame(Self.four(Self.udp, 16..<41, id: 1))
    #expect(s.lines() == [])
    for id in 10..<10_000 { s.frame(Self.four(Self.udp, 0..<16, id: id)) }
    #expect(s.decoder.counters.fragmentedPacketsDropped >= 9_980)
    s.frame(Self.four(Self.udp, 16..<41, id: 9_999))
    #expect(s.lines().last?.hasPrefix("→ datagram") == true)
  }

  @Test func cutFragmentsLeaveThePrefix() {
    let s = Scenario()
    s.frame(Self.four(Self.udp, 0..<16))
    s.frame(Self.four(Self.udp, 16..<32), snap: 14 + 20 + 3)
    s.frame(Self.four(Self.udp, 32..<41))
    #expect(s.lines().last == "→ datagram \"0123456789a\" of 33 0#1 8#2")
  }

  @Test func tcpSegmentsInFragments() {
    let s = Scenario()
    s.client(100, flags: Scenario.syn)
    let segment = FrameMaker.tcp(4000, 5000, seq: 101, [UInt8](Self.text))
    s.frame(Self.four(segment, 32..<53, transport: 6))
    s.frame(Self.four(segment, 0..<32, transport: 6))
    s.client(134, "next")
    #expect(
      s.lines() == [
        "open tcp 10.0.0.7:4000 10.0.0.9:5000 #2", "→ hold 2", "→ \"0123456789ab\" #3 s", "→ \"cdefghijklmnopqrstuv!\" #2", "→ hold 0",
        "→ \"next\" #4 s",
      ])
  }

  @Test func extensionHeadersInTheFragmentablePart() {
    let payload: [UInt8] = [17, 0, 1, 4, 0, 0, 0, 0] + Self.udp
    let s = Scenario()
    s.frame(Self.six(payload, 24..<49, next: 60))
    s.frame(Self.six(payload, 0..<24, next: 60))
    #expect(s.lines().last == "→ datagram \"\(Self.text)\" of 33 0#2 8#1")
  }
}
