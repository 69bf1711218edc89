import S2WMPCapture
import Testing

@Suite("TCP reassembly: order")
struct ReassemblyOrderTests {
  static let opening = "open tcp 10.0.0.7:4000 10.0.0.9:5000 #4"

  @Test func deliversInOrderAtOnce() {
    let s = Scenario()
    s.handshake()
    #expect(s.lines() == [])
    s.client(101, "abc", ack: 501)
    #expect(s.lines() == [Self.opening, "→ \"abc\" #4 s"])
    s.server(501, "xy", ack: 104)
    s.client(104, "de", ack: 503)
    #expect(s.lines() == ["← \"xy\" #5 s", "→ \"de\" #6 s"])
    #expect(s.end() == ["close 0"])
  }

  @Test func ordersSwappedSegmentsWithTheirOwnFrames() {
    let s = Scenario()
    s.handshake()
    s.client(104, "def")
    #expect(s.lines() == [Self.opening, "→ hold 4"])
    s.client(107, "ghi")
    #expect(s.lines() == [])
    s.client(101, "abc")
    #expect(s.lines() == ["→ outOfOrder #6", "→ \"abc\" #6 s", "→ \"def\" #4 s", "→ \"ghi\" #5 s", "→ hold 0"])
  }

  @Test func movesTheHoldToTheEarliestWaitingFrame() {
    let s = Scenario()
    s.handshake()
    s.client(104, "d")  // frame 4
    s.client(107, "g")  // frame 5
    _ = s.lines()
    s.client(101, "abc")
    #expect(s.lines() == ["→ outOfOrder #6", "→ \"abc\" #6 s", "→ \"d\" #4 s", "→ hold 5"])
    s.client(105, "ef")
    #expect(s.lines() == ["→ outOfOrder #7", "→ \"ef\" #7 s", "→ \"g\" #5 s", "→ hold 0"])
  }

  @Test func reportsRetransmissionsBeforeWhatTheyComplete() {
    let s = Scenario()
    s.handshake()
    s.client(101, "abc")
    _ = s.lines()
    s.client(101, "abc")
    #expect(s.lines() == ["→ retransmission #5"])
    s.client(102, "bcde")
    #expect(s.lines() == ["→ retransmission #6", "→ \"de\" #6"])
  }

  @Test func keepAlivesAreNotRetransmissions() {
    let s = Scenario()
    s.handshake()
    s.client(101, "abc")
    _ = s.lines()
    s.client(103, "x")
    s.client(103)
    #expect(s.lines() == [])
    s.client(104, "d")
    #expect(s.lines() == ["→ \"d\" #7 s"])
  }

  @Test func firstBytesWinOverDeliveredOnes() {
    let s = Scenario()
    s.handshake()
    s.client(101, "abc")
    s.client(104, "def")
    _ = s.lines()
    s.client(102, "bcdXfgh")
    #expect(s.lines() == ["→ retransmission #6", "→ overlap #6", "→ \"gh\" #6"])
    s.client(102, "bcdefgh")
    #expect(s.lines() == ["→ retransmission #7"])
    s.client(107, "gH")
    #expect(s.lines() == ["→ retransmission #8", "→ overlap #8"])
  }

  @Test func firstBytesWinOverWaitingOnes() {
    let s = Scenario()
    s.handshake()
    s.client(103, "cd")
    s.client(107, "gh")
    _ = s.lines()
    s.client(102, "bCdefGhi")  // overlaps both, and differs from both
    #expect(s.lines() == ["→ retransmission #6", "→ overlap #6", "→ outOfOrder #6"])
    s.client(101, "a")
    #expect(
      s.lines() == [
        "→ outOfOrder #7", "→ \"a\" #7 s", "→ \"b\" #6 s", "→ \"cd\" #4 s", "→ \"ef\" #6", "→ \"gh\" #5 s", "→ \"i\" #6", "→ hold 0",
      ])
  }

  @Test func sequenceNumbersWrap() {
    let s = Scenario()
    s.client(0xffff_fffd, flags: Scenario.syn)
    s.client(0xffff_fffe, "abcd")
    s.client(0x0000_0004, "gh")
    s.client(0x0000_0002, "ef")
    #expect(
      s.lines() == [
        "open tcp 10.0.0.7:4000 10.0.0.9:5000 #2", "→ \"abcd\" #2 s", "→ hold 3", "→ outOfOrder #4", "→ \"ef\" #4 s", "→ \"gh\" #3 s",
        "→ hold 0",
      ])
  }

  @Test func startsInTheMiddle() {
    let s = Scenario()
    s.server(700, "xyz", ack: 300)
    s.client(300, "abc", ack: 703)
    #expect(
      s.lines() == ["open tcp 10.0.0.9:5000 10.0.0.7:4000 #1", "→ \"xyz\" #1 s u", "← \"abc\" #2 s u"])
    s.client(303, "d")
    #expect(s.lines() == ["← \"d\" #3 s"])
  }

  @Test func anAcknowledgementTellsTheStartOfSwappedFirstSegments() {
    let s = Scenario()
    s.server(700, ack: 300)
    s.client(303, "def")
    s.client(300, "abc")
    #expect(
      s.lines() == [
        "open tcp 10.0.0.7:4000 10.0.0.9:5000 #2", "→ hold 2", "→ outOfOrder #3", "→ \"abc\" #3 s u", "→ \"def\" #2 s", "→ hold 0",
      ])
  }

  @Test func dataBeforeTheStartIsNotCounted() {
    let s = Scenario()
    s.client(303, "def")
    s.client(300, "abc")
    #expect(s.lines() == ["open tcp 10.0.0.7:4000 10.0.0.9:5000 #1", "→ \"def\" #1 s u"])
  }

  @Test func dataInTheSYN() {
    let s = Scenario()
    s.client(100, "hi", flags: Scenario.syn)
    s.client(100, "hi", flags: Scenario.syn)
    s.server(500, "yo", ack: 103, flags: Scenario.synAck)
    s.client(103, "!", ack: 503)
    #expect(
      s.lines() == [
        "open tcp 10.0.0.7:4000 10.0.0.9:5000 #1", "→ \"hi\" #1 s", "→ retransmission #2", "← \"yo\" #3 s", "→ \"!\" #4 s",
      ])
  }

  @Test func theSYNMayComeLate() {
    let s = Scenario()
    s.server(500, ack: 101, flags: Scenario.synAck)
    s.client(101, "abc", ack: 501)
    s.client(100, flags: Scenario.syn)
    s.client(104, "d", ack: 501)
    #expect(s.lines() == ["open tcp 10.0.0.7:4000 10.0.0.9:5000 #2", "→ \"abc\" #2 s u", "→ \"d\" #4 s"])
  }

  @Test func straysAreIgnored() {
    let s = Scenario()
    s.handshake()
    s.client(101, "abc")
    _ = s.lines()
    s.client(101 &+ 0x5000_0000, "far")
    s.client(101 &- 0x5000_0000, "far")
    #expect(s.lines() == [])
    #expect(s.decoder.counters.strays == 2)
    s.client(104, "d")
    #expect(s.lines() == ["→ \"d\" #7 s"])
  }
}
