import S2WMPAnalysis
import S2WMPFlow

/// A stretch of the capture, and what went between whom in it.
struct TimeWindow {
  /// Packets that came before it.
  var firstOrdinal: UInt64
  var packets: UInt64 = 0
  var firstFrame: UInt64
  var lastFrame: UInt64
  var firstTime: CaptureTime?
  var lastTime: CaptureTime?
  var errors: UInt64 = 0
  var warnings: UInt64 = 0
  /// What went from one lane to another.
  var flows: [LanePair: LaneFlow] = [:]
  /// Packets of flows beyond the limit.
  var otherFlows: UInt64 = 0

  private static let mostFlows = 512

  init(_ packet: borrowing Dissection, ordinal: UInt64) {
    firstOrdinal = ordinal
    (firstFrame, lastFrame) = (packet.frame, packet.frame)
  }

  mutating func add(_ packet: borrowing Dissection, _ pair: LanePair) {
    packets += 1
    (firstFrame, lastFrame) = (min(firstFrame, packet.frame), max(lastFrame, packet.frame))
    if !packet.time.isNone {
      firstTime = firstTime ?? packet.time
      lastTime = packet.time
    }
    let worst = packet.findings.isEmpty ? nil : packet.findings.worst
    if worst == .error { errors += 1 }
    if worst == .warning { warnings += 1 }
    merge(LaneFlow(packets: 1, worst: worst), pair)
  }

  /// Takes in the window behind it.
  mutating func append(_ next: TimeWindow) {
    packets += next.packets
    (firstFrame, lastFrame) = (min(firstFrame, next.firstFrame), max(lastFrame, next.lastFrame))
    firstTime = firstTime ?? next.firstTime
    lastTime = next.lastTime ?? lastTime
    errors += next.errors
    warnings += next.warnings
    otherFlows += next.otherFlows
    for (pair, flow) in next.flows.sorted(by: { $0.key < $1.key }) { merge(flow, pair) }
  }

  private mutating func merge(_ flow: LaneFlow, _ pair: LanePair) {
    if let known = flows[pair] {
      flows[pair] = LaneFlow(packets: known.packets + flow.packets, worst: [known.worst, flow.worst].compactMap { $0 }.max())
    } else if flows.count < Self.mostFlows {
      flows[pair] = flow
    } else {
      otherFlows += flow.packets
    }
  }
}

struct LanePair: Hashable, Comparable {
  var from: LaneNumber
  var to: LaneNumber

  static func < (a: LanePair, b: LanePair) -> Bool { a.from != b.from ? a.from < b.from : a.to < b.to }
}

struct LaneFlow {
  var packets: UInt64
  var worst: Severity?
}

/// The whole capture in windows of equally many packets, however long it gets: when there are too many windows, neighbours become one. Windows of
/// equal time would show a burst as one line and silence as many.
struct TimeWindows {
  private(set) var all: [TimeWindow] = []
  private(set) var size: UInt64

  let most: Int

  /// - size: packets of a window of a short capture.
  init(size: UInt64 = 64, most: Int = 64) { (self.size, self.most) = (max(1, size), max(2, most & ~1)) }

  /// Whether a packet is among the first of its window, however often windows are joined: they begin at multiples of their size.
  static func isOpening(_ ordinal: UInt64, size: UInt64, openings: UInt64) -> Bool { ordinal % size < openings }

  mutating func add(_ packet: borrowing Dissection, ordinal: UInt64, _ lanes: (from: LaneNumber, to: LaneNumber)) {
    if all.last.map({ $0.packets >= size }) ?? true {
      if all.count >= most { join() }
      if all.last.map({ $0.packets >= size }) ?? true { all.append(TimeWindow(packet, ordinal: ordinal)) }
    }
    all[all.count - 1].add(packet, LanePair(from: lanes.from, to: lanes.to))
  }

  private mutating func join() {
    var joined: [TimeWindow] = []
    for (index, window) in all.enumerated() {
      if index.isMultiple(of: 2) { joined.append(window) } else { joined[joined.count - 1].append(window) }
    }
    all = joined
    size *= 2
  }
}
