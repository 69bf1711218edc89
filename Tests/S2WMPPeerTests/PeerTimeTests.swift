import S2WMPPeer
import Testing

@Suite struct PeerTimeTests {
  @Test func unitsAreNanoseconds() {
    #expect(UInt64.seconds(2) == UInt64.milliseconds(2000))
    #expect(UInt64.milliseconds(1) == 1_000_000)
  }
}
