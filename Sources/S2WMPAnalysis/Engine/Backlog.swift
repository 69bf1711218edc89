import S2WMPFlow
import S2WMPWire

/// What a conversation gave before its dialect was known, to be decoded in the same order once it is.
struct Backlog {
  enum Event {
    /// Bytes of the direction's `bytes`.
    case segment(FlowDirection, Range<Int>, frame: UInt64, time: CaptureTime, startsSegment: Bool, unsynchronised: Bool)
    case gap(FlowDirection, UInt64, GapCause)
    case finding(FlowDirection, StreamFinding, UInt64)
    case end(FlowDirection)
  }

  /// More bytes than this force a decision.
  static let maximumBytes = 160 << 10

  private(set) var events: [Event] = []
  private(set) var forward = DirectionEvidence()
  private(set) var backward = DirectionEvidence()
  /// The direction that spoke first.
  private(set) var firstDirection: FlowDirection?

  var byteCount: Int { forward.bytes.count + backward.bytes.count }

  /// What it counts against the budget of incomplete packets.
  var cost: Int { byteCount + events.count * MemoryLayout<Event>.stride }

  /// True when so much is waiting that it must be decided with what is known.
  var isFull: Bool { byteCount > Self.maximumBytes || events.count > 40_000 }

  subscript(_ direction: FlowDirection) -> DirectionEvidence {
    get { direction == .forward ? forward : backward }
    _modify {
      if direction == .forward { yield &forward } else { yield &backward }
    }
  }

  mutating func segment(
    _ direction: FlowDirection, _ bytes: UnsafeRawBufferPointer, frame: UInt64, time: CaptureTime, startsSegment: Bool, unsynchronised: Bool
  ) {
    if firstDirection == nil { firstDirection = direction }
    let start = self[direction].bytes.count
    self[direction].append(bytes, startsSegment: startsSegment, unsynchronised: unsynchronised)
    events.append(
      .segment(
        direction, start..<(start + bytes.count), frame: frame, time: time, startsSegment: startsSegment, unsynchronised: unsynchronised))
  }

  mutating func gap(_ direction: FlowDirection, _ length: UInt64, _ cause: GapCause) {
    self[direction].gap()
    events.append(.gap(direction, length, cause))
  }

  mutating func finding(_ direction: FlowDirection, _ finding: StreamFinding, _ frame: UInt64) {
    events.append(.finding(direction, finding, frame))
  }

  /// The conversation is over, in whatever way: what is there is all there is.
  mutating func close() {
    forward.close(atEnd: true)
    backward.close(atEnd: true)
  }

  mutating func end(_ direction: FlowDirection) {
    self[direction].close(atEnd: true)
    events.append(.end(direction))
  }
}

/// How far each dialect's layouts tile one direction's bytes up to its first gap or end (appendix L, "Telling the dialects apart").
struct DirectionEvidence {
  private(set) var bytes: [UInt8] = []
  private(set) var v1 = Tiling()
  private(set) var legacy = Tiling()
  private(set) var isClosed = false
  private var segmentStarts: [Int] = []
  private var isUnsynchronised = false

  struct Tiling {
    /// Where the first packet was tried and nothing is wrong with it yet.
    var start: Int?
    /// Where the next packet begins.
    var position = 0
    var packets = 0
    /// Something cannot be framed.
    var isWrong = false
    /// The bytes end inside a packet.
    var isCut = false
    /// No packet can begin before the next segment does.
    var isSeeking = false
    /// Index of the next segment start to try.
    var nextStart = 0

    var hasFailed: Bool { isWrong || isCut }

    mutating func close(at end: Int) {
      if isSeeking { isWrong = true } else if position < end { isCut = true }
    }
  }

  subscript(_ dialect: Dialect) -> Tiling { dialect == .v1 ? v1 : legacy }

  mutating func append(_ more: UnsafeRawBufferPointer, startsSegment: Bool, unsynchronised: Bool) {
    guard !isClosed else {
      bytes.append(contentsOf: more)
      return
    }
    if unsynchronised { isUnsynchronised = true }
    if startsSegment { segmentStarts.append(bytes.count) }
    bytes.append(contentsOf: more)
    advance(whole: false)
  }

  /// Bytes are missing. Before the first captured one that means that the stream may start anywhere.
  mutating func gap() {
    if bytes.isEmpty { isUnsynchronised = true } else { close(atEnd: false) }
  }

  /// No bytes follow that belong to the same run.
  mutating func close(atEnd: Bool) {
    guard !isClosed else { return }
    advance(whole: atEnd)
    isClosed = true
    v1.close(at: bytes.count)
    legacy.close(at: bytes.count)
  }

  private mutating func advance(whole: Bool) {
    advance(&v1, .v1, whole)
    advance(&legacy, .legacy, whole)
  }

  private func advance(_ tiling: inout Tiling, _ dialect: Dialect, _ whole: Bool) {
    bytes.withUnsafeBytes { all in
      while !tiling.hasFailed && (tiling.position < all.count || tiling.isSeeking) {
        if tiling.isSeeking && !seek(&tiling) { return }
        switch Framer.frame(UnsafeRawBufferPointer(rebasing: all[tiling.position...]), dialect, whole: whole) {
        case .framed(let length):
          if tiling.start == nil { tiling.start = tiling.position }
          tiling.position += length
          tiling.packets += 1
        case .incomplete:
          tiling.start = tiling.start ?? tiling.position
          return
        case .fault:
          if isUnsynchronised && tiling.packets == 0 {
            tiling.isSeeking = true
            tiling.start = nil
          } else {
            tiling.isWrong = true
          }
        }
      }
    }
  }

  /// Moves to the next segment start behind the position; false when none is known yet.
  private func seek(_ tiling: inout Tiling) -> Bool {
    while tiling.nextStart < segmentStarts.count {
      let start = segmentStarts[tiling.nextStart]
      tiling.nextStart += 1
      if start > tiling.position {
        tiling.position = start
        tiling.isSeeking = false
        return true
      }
    }
    return false
  }

  /// What the rules say that look at the first packet only.
  func firstPacket() -> (type: Dialect?, status: Dialect?, space: Dialect?) {
    let first = bytes[([v1.start, legacy.start].compactMap { $0 }.min() ?? 0)...]
    let start = first.startIndex
    guard first.count >= 2, first[start] == protocolVersion else { return (nil, nil, nil) }
    let type = first[start + 1]
    if type == 7 { return (.legacy, nil, nil) }
    if (10...15).contains(type) { return (.v1, nil, nil) }
    guard type == 1, first.count > 2 else { return (nil, nil, nil) }
    let status: Dialect? = first[start + 2] == 0 ? .v1 : first[start + 2] == 4 ? .legacy : nil
    let space = first.dropFirst(Messaging.undefined.offset).prefix(Messaging.undefined.end - Messaging.undefined.offset)
    return (nil, status, space.count < 3 ? nil : space.allSatisfy { $0 == 0 } ? .v1 : .legacy)
  }
}
