import Glibc
import S2WMPCapture
import S2WMPLive
import Synchronization

/// Between the thread that captures and the one that draws. Neither ever waits for the other: what is not taken in time is given up and counted.
final class LiveFeed: Sendable {
  /// What came since it was taken last.
  struct Batch: Sendable {
    var packets: [LivePacket] = []
    var facts: LiveFacts?
    var counters = LiveCounters()
    var saved: [(SaveResult, SaveRequest)] = []
    /// The capture is over; with what went wrong.
    var end: End?
  }

  struct End: Sendable {
    var failure: (any Error)?
    var summary: String
  }

  private struct Content {
    var batch = Batch()
    /// What the packets in it take.
    var bytes = 0
    var frames: FrameStore
    var isAnnounced = false

    /// The older half goes at once, so that this is seldom.
    mutating func skip() {
      let count = (batch.packets.count + 1) / 2
      bytes -= batch.packets.prefix(count).reduce(0) { $0 + $1.cost }
      batch.packets.removeFirst(count)
      batch.counters.skipped &+= UInt64(count)
    }
  }

  private let content: Mutex<Content>
  private let keep: Int
  private static let bytesAtMost = 64 << 20
  /// Readable while there is something to take.
  let descriptor: Int32
  private let wake: Int32

  /// - keep: packets that may wait.
  init(keep: Int, frameBytes: Int) throws {
    let pipe = try WakePipe()
    (descriptor, wake) = (pipe.descriptor, pipe.writing)
    self.keep = keep
    content = Mutex(Content(frames: FrameStore(byteLimit: frameBytes)))
  }

  private func change(_ body: (inout Content) -> Void) {
    let isFirst = content.withLock { content -> Bool in
      body(&content)
      defer { content.isAnnounced = true }
      return !content.isAnnounced
    }
    var byte: UInt8 = 0
    // A full pipe is as readable as can be.
    if isFirst { _ = write(wake, &byte, 1) }
  }

  /// Keeps a frame for saving. Nobody is woken: its packets do that.
  func post(_ frame: Frame) {
    let kept = KeptFrame(number: frame.number, time: frame.time, linkType: frame.linkType, wireLength: frame.wireLength, bytes: Array(frame.bytes))
    content.withLock { $0.frames.append(kept) }
  }

  func post(_ packet: LivePacket) {
    change { content in
      content.batch.packets.append(packet)
      content.bytes += packet.cost
      if content.batch.packets.count > 2 * keep || content.bytes > Self.bytesAtMost { content.skip() }
    }
  }

  func post(_ facts: LiveFacts?, frames: UInt64, lost: UInt64) {
    change { content in
      if let facts { content.batch.facts = facts }
      content.batch.counters.frames = frames
      content.batch.counters.lost = lost
    }
  }

  func post(_ result: SaveResult, of request: SaveRequest) { change { $0.batch.saved.append((result, request)) } }

  func end(_ end: End) { change { $0.batch.end = end } }

  func take() -> Batch {
    var bytes = [UInt8](repeating: 0, count: 64)
    while read(descriptor, &bytes, bytes.count) > 0 {}
    return content.withLock { content in
      defer {
        content.batch.packets = []
        content.bytes = 0
        content.batch.facts = nil
        content.batch.saved = []
        content.isAnnounced = false
      }
      return content.batch
    }
  }

  /// Frames before that one are of no more use.
  func release(before frame: UInt64) { content.withLock { $0.frames.release(before: frame) } }

  /// The frames to save, and how many of them are not kept any more.
  func frames(for request: SaveRequest) -> (frames: [KeptFrame], missing: UInt64) {
    content.withLock { content in
      guard let numbers = request.frames else { return (content.frames.all, content.frames.dropped) }
      let found = content.frames.frames(numbers)
      return (found.frames, UInt64(found.missing))
    }
  }
}
