import S2WMPCapture
import Testing

@Suite("TCP reassembly: ends, reuse, limits")
struct ReassemblyLifetimeTests {
  private func conversation() -> Scenario {
    let s = Scenario()
    s.handshake()
    s.client(101, "abc", ack: 501)
    _ = s.lines()
    return s
  }

  @Test func bothFINsCloseSoon() {
    let s = conversation()
    s.client(104, "d", ack: 501, flags: Scenario.fin)
    #expect(s.lines() == ["→ \"d\" #5 s", "→ end"])
    s.server(501, ack: 106, flags: Scenario.fin)
    #expect(s.lines() == ["← end"])
    s.client(106, ack: 502)
    s.clock += 2
    s.client(106, ack: 502, port: 9)
    #expect(s.lines() == ["close 0"])
    // What comes after that opens nothing new.
    s.client(104, "d", ack: 501, flags: Scenario.fin)
    s.server(501, ack: 106, flags: Scenario.fin)
    #expect(s.end() == [])
  }

  @Test func aFINWaitsForTheBytesBeforeIt() {
    let s = conversation()
    s.client(107, "gh", flags: Scenario.fin)
    #expect(s.lines() == ["→ hold 5"])
    s.client(104, "def")
    #expect(s.lines() == ["→ outOfOrder #6", "→ \"def\" #6 s", "→ \"gh\" #5 s", "→ hold 0", "→ end"])
  }

  @Test func holesBeforeBothFINsAreGapsAfterAWhile() {
    let s = conversation()
    s.client(107, "gh", flags: Scenario.fin)
    s.server(505, flags: Scenario.fin)
    _ = s.lines()
    s.clock += 3
    s.client(1, port: 9)
    #expect(s.lines() == ["→ gap 3 lost", "→ \"gh\" #5 s", "→ hold 0", "→ end", "← gap 4 lost", "← end", "close 0"])
  }

  @Test func lateSegmentsBeforeAResetAreUsed() {
    let s = conversation()
    s.client(107, flags: Scenario.rst)
    s.client(104, "def")
    #expect(s.lines() == ["→ \"def\" #6 s"])
    s.clock += 3
    s.client(1, port: 9)
    #expect(s.lines() == ["close 0"])
  }

  @Test func aNewSYNStartsANewConversation() {
    let s = conversation()
    s.client(9000, flags: Scenario.syn)
    #expect(s.lines() == ["close 0"])
    s.server(7000, ack: 9001, flags: Scenario.synAck)
    s.client(9001, "new")
    s.server(7001, "NEW")
    #expect(
      s.lines() == ["open tcp 10.0.0.7:4000 10.0.0.9:5000 #7", "→ \"new\" #7 s", "← \"NEW\" #8 s"])
    #expect(s.end() == ["close 1"])
  }

  @Test func theNewSYNMayComeAfterItsAnswer() {
    let s = conversation()
    s.client(104, flags: Scenario.fin)
    s.server(501, flags: Scenario.fin)
    _ = s.lines()
    s.server(7000, ack: 9001, flags: Scenario.synAck)
    s.client(9000, flags: Scenario.syn)
    s.client(9001, "new")
    #expect(s.lines() == ["close 0", "open tcp 10.0.0.7:4000 10.0.0.9:5000 #9", "→ \"new\" #9 s"])
  }

  @Test func aRepeatedSYNIsHarmless() {
    let s = conversation()
    s.client(100, flags: Scenario.syn)
    s.server(500, ack: 101, flags: Scenario.synAck)
    s.client(104, "d")
    #expect(s.lines() == ["→ \"d\" #7 s"])
  }

  @Test func farDataAfterTheEndIsANewConversation() {
    let s = conversation()
    s.client(104, flags: Scenario.rst)
    s.client(0x7000_0000, "new")
    #expect(s.lines() == ["close 0", "open tcp 10.0.0.7:4000 10.0.0.9:5000 #6", "→ \"new\" #6 s u"])
  }

  @Test func reuseByAnUnansweredOldConversation() {
    // Only the server's side of the old connection was captured.
    let s = Scenario()
    s.server(500, "old", ack: 3_000_000)
    s.client(100, flags: Scenario.syn)
    s.server(9000, ack: 101, flags: Scenario.synAck)
    s.server(9001, "new", ack: 101)
    #expect(
      s.lines() == [
        "open tcp 10.0.0.9:5000 10.0.0.7:4000 #1", "→ \"old\" #1 s u", "close 0", "open tcp 10.0.0.9:5000 10.0.0.7:4000 #4", "→ \"new\" #4 s",
      ])
  }

  @Test func ignoredConversationsStaySilentUntilANewSYN() {
    let s = conversation()
    s.recorder.ignoreAfter = 1
    s.client(110, "waits")
    s.client(104, "defghi")
    #expect(s.lines() == ["→ hold 5", "→ outOfOrder #6", "→ \"defghi\" #6 s"])
    s.client(115, "more")
    s.server(501, "more", flags: Scenario.fin)
    #expect(s.lines() == [])
    s.recorder.ignoreAfter = .max
    s.client(9000, flags: Scenario.syn)
    s.client(9001, "new")
    #expect(s.lines() == ["close 0", "open tcp 10.0.0.7:4000 10.0.0.9:5000 #10", "→ \"new\" #10 s"])
  }

  @Test func theLeastUsedFlowMakesRoom() {
    var limits = ReassemblyLimits()
    limits.flows = 3
    let s = Scenario(limits)
    for port in 1...3 { s.client(1, "p\(port)", port: port) }
    s.client(3, "again", port: 1)
    _ = s.lines()
    s.client(1, "p4", port: 4)
    #expect(s.lines().first == "close 1")
    #expect(s.decoder.counters.evictedFlows == 1)
    _ = s.end()
    #expect(s.recorder.closed == 4)
  }

  @Test func manyTinyFlowsStayBounded() {
    var limits = ReassemblyLimits()
    limits.flows = 64
    let s = Scenario(limits)
    for index in 0..<20_000 {
      s.frame(
        FrameMaker.ethernet4(
          FrameMaker.ipv4([10, 1, UInt8(index >> 8 & 255), UInt8(index & 255)], transport: 6, FrameMaker.tcp(index, 5000, seq: 1, [UInt8]("x")))))
    }
    #expect(s.recorder.opened == 20_000)
    #expect(s.recorder.closed == 20_000 - 64)
    _ = s.end()
    #expect(s.recorder.closed == 20_000)
  }

  @Test func idleFlowsAreForgotten() {
    let s = conversation()
    s.clock += 7300
    for index in 0..<2048 { s.client(UInt32(index), port: 9) }
    #expect(s.lines() == ["close 0"])
  }

  @Test func udpSharesTheTable() {
    let s = Scenario()
    s.frame(FrameMaker.ethernet4(FrameMaker.ipv4(transport: 17, FrameMaker.udp(7, 9, [UInt8]("ask")))))
    s.frame(FrameMaker.ethernet4(FrameMaker.ipv4(FrameMaker.server, FrameMaker.client, transport: 17, FrameMaker.udp(9, 7, [UInt8]("answer")))))
    #expect(
      s.end() == ["open udp 10.0.0.7:7 10.0.0.9:9 #1", "→ datagram \"ask\" of 3 0#1", "← datagram \"answer\" of 6 0#2", "close 0"])
  }
}
