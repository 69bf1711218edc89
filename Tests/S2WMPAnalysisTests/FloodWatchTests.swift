import S2WMPFlow
import Testing

@testable import S2WMPAnalysis

@Suite("Floods") struct FloodWatchTests {
  private func endpoint(_ number: Int) -> Endpoint { .ipv4(UInt32(truncatingIfNeeded: number), port: 5000) }
  private func time(_ nanoseconds: Int64) -> CaptureTime { CaptureTime(nanoseconds: nanoseconds) }

  @Test func theFiftyFirstOfASecondIsOne() {
    var watch = FloodWatch()
    let found = (0..<120).map { watch.isFlood(from: endpoint(1), at: time(Int64($0) * 10_000_000)) }
    // Once a second: at the 51st, and again a second later.
    #expect(found.indices.filter { found[$0] } == [50])
    let again = (120..<200).map { watch.isFlood(from: endpoint(1), at: time(Int64($0) * 10_000_000)) }
    #expect(again.count { $0 } == 1)
  }

  /// Forged sources without end are forgotten as they come; each costs as much as the first, whatever their number.
  @Test func aFloodOfSourcesTakesNoMoreThanItsShare() {
    var watch = FloodWatch()
    for number in 0..<400_000 { _ = watch.isFlood(from: endpoint(number), at: time(Int64(number) * 1000)) }
    #expect(watch.sourceCount <= 2 * FloodWatch.generation)
    #expect(watch.sourceCount > FloodWatch.generation)
  }

  @Test func whoGoesOnIsNotForgottenAmongOthers() {
    var watch = FloodWatch()
    var (found, other) = (false, 1_000)
    for request in 0..<60 {
      for _ in 0..<(FloodWatch.generation - 1) {
        _ = watch.isFlood(from: endpoint(other), at: time(Int64(request) * 10_000_000))
        other += 1
      }
      found = watch.isFlood(from: endpoint(1), at: time(Int64(request) * 10_000_000)) || found
    }
    #expect(found)
  }
}
