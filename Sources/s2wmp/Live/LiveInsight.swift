import S2WMPAnalysis
import S2WMPInsight
import S2WMPLive

/// Takes the packets of a live capture: each as the screen keeps it, and all together for the panes beside them.
final class LiveInsight: DissectionSink {
  private let post: (LivePacket) -> Void
  private var hasNews = false

  init(_ post: @escaping (LivePacket) -> Void) { self.post = post }

  func receive(_ packet: borrowing Dissection) {
    hasNews = true
    post(LivePacket(packet))
  }

  /// What the packets so far tell; nil when none came since the last call.
  func news() -> LiveFacts? {
    defer { hasNews = false }
    return hasNews ? LiveFacts() : nil
  }
}
