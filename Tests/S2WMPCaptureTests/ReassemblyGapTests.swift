import S2WMPCapture
import Testing

@Suite("TCP reassembly: lost and cut bytes")
struct ReassemblyGapTests {
  @Test func aHoleIsAGapAtTheEndOfTheCapture() {
    let s = Scenario()
    s.handshake()
    s.client(101, "abc")
    s.client(109, "ijk")
    s.client(112, "l")
    _ = s.lines()
    #expect(s.end() == ["→ gap 5 lost", "→ \"ijk\" #5 s", "→ \"l\" #6 s", "→ hold 0", "close 0"])
  }

  @Test func anAcknowledgedHoleIsGivenUpAfterTimeAndSegments() {
    let s = Scenario()
    s.handshake()
    s.client(101, "abc")
    s.client(109, "i")
    for index in 0..<100 { s.client(UInt32(110 + index), "x") }
    s.server(501, ack: 300)
    s.client(210, "y")
    #expect(!s.lines().contains { $0.contains("gap") })
    s.clock += 3
    s.client(211, "z")
    #expect(s.lines().first == "→ gap 5 lost")
  }

  @Test func anUnacknowledgedHoleIsWaitedFor() {
    let s = Scenario()
    s.handshake()
    s.client(101, "abc")
    s.client(109, "i")
    for index in 0..<100 { s.client(UInt32(110 + index), "x") }
    s.server(501, ack: 104)
    s.clock += 100
    s.client(210, "y")
    #expect(!s.lines().contains { $0.contains("gap") })
    s.client(104, "defgh")
    #expect(s.lines().contains("→ \"defgh\" #\(s.number) s"))
    #expect(s.recorder.streams[0][0].count == 110)
  }

  @Test func flushGivesUpAcknowledgedHolesByTheClock() {
    let s = Scenario()
    s.handshake()
    s.client(104, "d")
    s.server(501, ack: 105)
    _ = s.lines()
    s.decoder.flush(now: CaptureTime(nanoseconds: Int64((s.clock + 4) * 1e9)))
    #expect(s.lines() == [])
    s.decoder.flush(now: CaptureTime(nanoseconds: Int64((s.clock + 6) * 1e9)))
    #expect(s.lines() == ["→ gap 3 lost", "→ \"d\" #4 s", "→ hold 0"])
  }

  @Test func theBufferLimitGivesUpHoles() {
    var limits = ReassemblyLimits()
    limits.bufferedBytes = 10
    let s = Scenario(limits)
    s.handshake()
    s.client(111, "klmno")
    s.client(116, "pqrst")
    _ = s.lines()
    s.client(121, "u")
    #expect(s.lines() == ["→ gap 10 lost", "→ \"klmno\" #4 s", "→ \"pqrst\" #5 s", "→ \"u\" #6 s", "→ hold 0"])
  }

  @Test func theCommonLimitGivesUpTheOldestHole() {
    var limits = ReassemblyLimits()
    limits.totalBufferedSegments = 2
    let s = Scenario(limits)
    for port in 1...3 { s.client(100, flags: Scenario.syn, port: port) }
    for port in 1...2 { s.client(111, "a\(port)", port: port) }
    _ = s.lines()
    s.client(111, "a3", port: 3)
    #expect(
      s.lines() == ["open tcp 10.0.0.7:3 10.0.0.9:5000 #6", "→ gap 10 lost", "→ \"a1\" #4 s", "→ hold 0", "→ hold 6"])
  }

  @Test func bytesAfterTheirGapAreNoRetransmission() {
    var limits = ReassemblyLimits()
    limits.bufferedSegments = 0
    let s = Scenario(limits)
    s.handshake()
    s.client(104, "d")
    _ = s.lines()
    s.client(101, "abc")
    #expect(s.lines() == [])
  }

  @Test func cutFramesGiveAGapWhenLaterBytesCome() {
    let s = Scenario()
    s.handshake()
    s.client(101, "abcdef", cut: 4)
    #expect(s.lines().last == "→ \"ab\" #4 s")
    s.client(107, "gh")
    #expect(s.lines() == ["→ gap 4 snapLength", "→ \"gh\" #5 s"])
  }

  @Test func aRetransmissionMayFillWhatWasCut() {
    let s = Scenario()
    s.handshake()
    s.client(101, "abcdef", cut: 4)
    _ = s.lines()
    s.client(101, "abcdef")
    s.client(107, "g")
    #expect(s.lines() == ["→ retransmission #5", "→ \"cdef\" #5", "→ \"g\" #6 s"])
  }

  @Test func cutAtTheEnd() {
    let s = Scenario()
    s.handshake()
    s.client(101, "abcdef", cut: 4)
    _ = s.lines()
    #expect(s.end() == ["→ gap 4 snapLength", "close 0"])
  }

  @Test func aFINBehindCutBytesEndsTheDirection() {
    let s = Scenario()
    s.handshake()
    s.client(101, "abcdef", cut: 4)
    s.client(107, flags: Scenario.fin)
    #expect(s.lines().suffix(2) == ["→ gap 4 snapLength", "→ end"])
  }

  @Test func cutSegmentsOutOfOrder() {
    let s = Scenario()
    s.handshake()
    s.client(104, "defg", cut: 2)
    s.client(108, "h")
    _ = s.lines()
    s.client(101, "abc")
    #expect(
      s.lines() == ["→ outOfOrder #6", "→ \"abc\" #6 s", "→ \"de\" #4 s", "→ gap 2 snapLength", "→ \"h\" #5 s", "→ hold 0"])
  }

  @Test func cutSegmentThenALostOne() {
    let s = Scenario()
    s.handshake()
    s.client(101, "abcd", cut: 2)
    s.client(110, "j")
    #expect(s.lines().suffix(2) == ["→ gap 2 snapLength", "→ hold 5"])
    #expect(s.end() == ["→ gap 5 lost", "→ \"j\" #5 s", "→ hold 0", "close 0"])
  }

  @Test func headersOnly() {
    let s = Scenario()
    s.handshake()
    s.client(101, "a")
    s.client(102, "bcd", cut: 3)
    s.client(105, "e")
    #expect(s.lines().suffix(2) == ["→ gap 3 snapLength", "→ \"e\" #6 s"])
  }
}
