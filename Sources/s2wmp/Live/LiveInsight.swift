import S2WMPAnalysis
import S2WMPInsight
import S2WMPLive

/// Takes the packets of a live capture: each as the screen keeps it, and all together for the panes beside them.
final class LiveInsight: DissectionSink {
  private let post: (LivePacket) -> Void
  private let survey = Survey()
  private let watch = SecurityWatch()
  private var hasNews = false

  init(_ post: @escaping (LivePacket) -> Void) { self.post = post }

  func receive(_ packet: borrowing Dissection) {
    hasNews = true
    survey.receive(packet)
    watch.receive(packet)
    post(LivePacket(packet))
  }

  func conversationEnded(_ stream: UInt32, _ tally: StreamTally) { survey.conversationEnded(stream, tally) }

  /// What the packets so far tell; nil when none came since the last call.
  func news() -> LiveFacts? {
    if !hasNews { return nil }
    hasNews = false
    return LiveFacts(survey.facts(), watch.findings())
  }
}
