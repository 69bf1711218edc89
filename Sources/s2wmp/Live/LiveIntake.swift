import S2WMPAnalysis
import S2WMPCapture
import S2WMPLive

/// The capturing side of the live screen: decodes on a thread of its own and feeds what the screen shows.
///
/// SAFETY of `@unchecked Sendable`: made on one thread, then used only by the one that `start` begins; `stop` is safe on any.
final class LiveIntake: @unchecked Sendable {
  private let pipeline: SniffPipeline
  private let insight: LiveInsight
  private let feed: LiveFeed
  /// When facts are due again, in nanoseconds of the clock that never goes back.
  private var factsDue: UInt64 = 0

  /// Facts are copied that often, or so seldom that it takes a twentieth of the time.
  private static let factsInterval: UInt64 = 250_000_000

  init(_ device: String, _ command: SniffCommand, _ feed: LiveFeed) throws {
    self.feed = feed
    insight = LiveInsight { feed.post($0) }
    pipeline = try SniffPipeline(device, command, sink: insight)
  }

  func start() { SystemThread.detach { self.run() } }

  /// To be asked when the feed has told the end.
  func failOnFindings() throws { try pipeline.failOnFindings() }

  func stop() { pipeline.live.stop() }

  private func run() {
    var failure: (any Error)?
    do {
      try pipeline.run(before: feed.post) {
        postFactsIfDue()
        return false
      }
    } catch { failure = error }
    pipeline.finish()
    postFacts()
    do { try pipeline.close() } catch { failure = failure ?? error }
    feed.end(LiveFeed.End(failure: failure, summary: pipeline.summary(pipeline.live.statistics())))
  }

  private func postFactsIfDue() {
    if ChatClock.monotonic >= factsDue { postFacts() }
  }

  private func postFacts() {
    let start = ChatClock.monotonic
    let counts = pipeline.live.statistics()
    feed.post(insight.news(), frames: pipeline.live.frameCount, lost: (counts?.droppedByKernel ?? 0) &+ (counts?.droppedByInterface ?? 0))
    let now = ChatClock.monotonic
    factsDue = now &+ max(Self.factsInterval, 20 &* (now &- start))
  }
}
