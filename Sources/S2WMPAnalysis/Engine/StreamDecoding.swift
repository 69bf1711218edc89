import S2WMPFlow
import S2WMPWire

/// TCP: ordered bytes of a conversation of ours → packets and malformed runs.
extension Analyzer {
  typealias ConversationPointer = UnsafeMutablePointer<Conversation>

  /// The common case: a segment that begins a packet, with nothing waiting before it.
  func decodeWhole(
    _ pointer: ConversationPointer, _ direction: FlowDirection, _ bytes: UnsafeRawBufferPointer, _ frame: UInt64, _ time: CaptureTime
  ) {
    let dialect = pointer.pointee.dialect ?? .v1
    var rest = bytes
    while rest.count > 0 {
      guard case .framed(let length) = Framer.frame(rest, dialect) else {
        decode(pointer, direction, rest, frame, time, rest.count == bytes.count)
        return
      }
      packet(pointer, direction, UnsafeRawBufferPointer(start: rest.baseAddress, count: length), frame, time, frames: nil)
      rest = UnsafeRawBufferPointer(rebasing: rest[length...])
    }
  }

  /// Any bytes in any state.
  func decode(
    _ pointer: ConversationPointer, _ direction: FlowDirection, _ bytes: UnsafeRawBufferPointer, _ frame: UInt64, _ time: CaptureTime,
    _ startsSegment: Bool
  ) {
    var rest = bytes
    if pointer.pointee[direction].state == .seeking && startsSegment { tryStart(pointer, direction, rest, frame) }
    while rest.count > 0 {
      switch pointer.pointee[direction].state {
      case .framing:
        let taken = takeFraming(pointer, direction, rest, frame, time, startsSegment && rest.count == bytes.count)
        rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
      case .seeking, .lost:
        appendToRun(pointer, direction, rest, frame, time)
        rest = UnsafeRawBufferPointer(rebasing: rest[rest.count...])
      }
    }
    updateHold(pointer, direction)
  }

  /// Whether decoding starts again at this segment.
  private func tryStart(_ pointer: ConversationPointer, _ direction: FlowDirection, _ bytes: UnsafeRawBufferPointer, _ frame: UInt64) {
    if case .fault(let fault) = Framer.frame(bytes, pointer.pointee.dialect ?? .v1) {
      if pointer.pointee[direction].run == nil { startRun(pointer, direction, fault, bytes) }
      return
    }
    pointer.pointee[direction].state = .framing
    pointer.pointee[direction].probing = true
    guard pointer.pointee[direction].run != nil else { return }
    pointer.pointee[direction].run?.findings.formUnion(pointer.pointee[direction].attached)
    pointer.pointee[direction].attached = []
  }

  /// The packet at which decoding started again is one: the bytes skipped before it are a line.
  private func confirmStart(_ pointer: ConversationPointer, _ direction: FlowDirection) {
    guard pointer.pointee[direction].probing else { return }
    pointer.pointee[direction].probing = false
    guard pointer.pointee[direction].run != nil else { return }
    let later = pointer.pointee[direction].attached
    pointer.pointee[direction].attached = []
    finishRun(pointer, direction)
    pointer.pointee[direction].attached = later
  }

  /// Frames from the front; gives the number of bytes used.
  private func takeFraming(
    _ pointer: ConversationPointer, _ direction: FlowDirection, _ bytes: UnsafeRawBufferPointer, _ frame: UInt64, _ time: CaptureTime,
    _ startsSegment: Bool
  ) -> Int {
    if pointer.pointee[direction].partial.isEmpty {
      switch Framer.frame(bytes, pointer.pointee.dialect ?? .v1) {
      case .framed(let length):
        confirmStart(pointer, direction)
        packet(pointer, direction, UnsafeRawBufferPointer(rebasing: bytes[..<length]), frame, time, frames: nil)
        return length
      case .incomplete:
        keepPartial(pointer, direction, bytes, frame, time, startsSegment)
        return bytes.count
      case .fault(let fault):
        lose(pointer, direction, fault, bytes)
        return 0
      }
    }
    return extendPartial(pointer, direction, bytes, frame, time, startsSegment)
  }

  /// Adds to the packet that is not yet whole; gives the number of bytes used.
  private func extendPartial(
    _ pointer: ConversationPointer, _ direction: FlowDirection, _ bytes: UnsafeRawBufferPointer, _ frame: UInt64, _ time: CaptureTime,
    _ startsSegment: Bool
  ) -> Int {
    let dialect = pointer.pointee.dialect ?? .v1
    let status = pointer.pointee[direction].partial.bytes.withUnsafeBytes { Framer.frame($0, dialect) }
    guard case .incomplete(let needed) = status else { return bytes.count }
    let taken = min(bytes.count, max(1, needed - pointer.pointee[direction].partial.bytes.count))
    keepPartial(pointer, direction, UnsafeRawBufferPointer(rebasing: bytes[..<taken]), frame, time, startsSegment)
    guard pointer.pointee[direction].state == .framing else { return taken }
    let after = pointer.pointee[direction].partial.bytes.withUnsafeBytes { Framer.frame($0, dialect) }
    switch after {
    case .incomplete: break
    case .framed: packetFromPartial(pointer, direction)
    case .fault(let fault): losePartial(pointer, direction, fault)
    }
    return taken
  }

  private func keepPartial(
    _ pointer: ConversationPointer, _ direction: FlowDirection, _ bytes: UnsafeRawBufferPointer, _ frame: UInt64, _ time: CaptureTime,
    _ startsSegment: Bool
  ) {
    pointer.pointee[direction].attach()
    partialBytes -= pointer.pointee[direction].partial.cost
    pointer.pointee[direction].partial.append(bytes, frame: frame, time: time, startsSegment: startsSegment)
    partialBytes += pointer.pointee[direction].partial.cost
    if partialBytes > options.maximumPartialBytes { giveUp(pointer, direction) }
  }

  /// Too many incomplete packets at once: this one becomes a malformed line, and its direction starts anew.
  private func giveUp(_ pointer: ConversationPointer, _ direction: FlowDirection) {
    cutPartial(pointer, direction, "the packet was given up: more than \(options.maximumPartialBytes) bytes of incomplete packets were waiting")
    pointer.pointee[direction].state = .seeking
  }

  /// Empties the partial packet.
  private func takePartial(_ pointer: ConversationPointer, _ direction: FlowDirection) -> PartialPacket {
    let partial = pointer.pointee[direction].partial
    partialBytes -= partial.cost
    pointer.pointee[direction].partial.removeAll()
    return partial
  }

  private func packetFromPartial(_ pointer: ConversationPointer, _ direction: FlowDirection) {
    confirmStart(pointer, direction)
    let partial = takePartial(pointer, direction)
    let frames = partial.frames
    partial.bytes.withUnsafeBytes { bytes in
      frames.withUnsafeBufferPointer { packet(pointer, direction, bytes, partial.highest, partial.time, frames: $0) }
    }
  }

  // MARK: - What frames no packet

  /// The bytes at the front of a stream's next packet frame nothing.
  private func lose(_ pointer: ConversationPointer, _ direction: FlowDirection, _ fault: FrameFault, _ bytes: UnsafeRawBufferPointer) {
    let wasProbing = pointer.pointee[direction].probing
    pointer.pointee[direction].state = wasProbing ? .seeking : .lost
    pointer.pointee[direction].probing = false
    // Skipped bytes before a start that was none go on as one line.
    if !wasProbing || pointer.pointee[direction].run == nil { startRun(pointer, direction, fault, bytes) }
  }

  private func losePartial(_ pointer: ConversationPointer, _ direction: FlowDirection, _ fault: FrameFault) {
    let partial = takePartial(pointer, direction)
    partial.bytes.withUnsafeBytes { bytes in
      lose(pointer, direction, fault, bytes)
      // While seeking, a later segment among these very bytes may begin a packet: they are offered again, piece by piece.
      for (index, piece) in partial.pieces.enumerated() {
        let end = index + 1 < partial.pieces.count ? partial.pieces[index + 1].offset : bytes.count
        let part = UnsafeRawBufferPointer(rebasing: bytes[piece.offset..<end])
        if index == 0 {
          appendToRun(pointer, direction, part, piece.frame, piece.time)
        } else {
          decode(pointer, direction, part, piece.frame, piece.time, piece.startsSegment)
        }
      }
    }
  }

  private func startRun(_ pointer: ConversationPointer, _ direction: FlowDirection, _ fault: FrameFault, _ bytes: UnsafeRawBufferPointer) {
    finishRun(pointer, direction)
    pointer.pointee[direction].run = MalformedRun(fault.expertCode, Self.detail(fault, bytes))
  }

  private func appendToRun(
    _ pointer: ConversationPointer, _ direction: FlowDirection, _ bytes: UnsafeRawBufferPointer, _ frame: UInt64, _ time: CaptureTime
  ) {
    if pointer.pointee[direction].run == nil {
      // Bytes behind a gap that continue a segment whose start was lost: the first of them say what is wrong.
      var fault = FrameFault.version
      if case .fault(let found) = Framer.frame(bytes, pointer.pointee.dialect ?? .v1) { fault = found }
      startRun(pointer, direction, fault, bytes)
    }
    pointer.pointee[direction].attach()
    pointer.pointee[direction].run?.append(bytes, frame: frame, time: time, maximumFrames: options.maximumRunFrames)
  }

  /// Ends a run of malformed bytes: one line.
  @discardableResult
  private func finishRun(_ pointer: ConversationPointer, _ direction: FlowDirection, beforeGap: Bool = false) -> RecordHandle {
    guard let run = pointer.pointee[direction].run, run.length > 0 else { return .none }
    pointer.pointee[direction].run = nil
    return malformed(pointer, direction, run, waits: beforeGap)
  }

  /// A packet whose bytes end too early: one line.
  @discardableResult
  private func cutPartial(
    _ pointer: ConversationPointer, _ direction: FlowDirection, _ message: String, beforeGap: Bool = false
  ) -> RecordHandle {
    confirmStart(pointer, direction)
    let partial = takePartial(pointer, direction)
    var run = MalformedRun(.malformedTruncated, FindingDetail(code: .malformedTruncated, message: message))
    partial.bytes.withUnsafeBytes { bytes in
      for (index, piece) in partial.pieces.enumerated() {
        let end = index + 1 < partial.pieces.count ? partial.pieces[index + 1].offset : bytes.count
        run.append(
          UnsafeRawBufferPointer(rebasing: bytes[piece.offset..<end]), frame: piece.frame, time: piece.time,
          maximumFrames: options.maximumRunFrames)
      }
    }
    return malformed(pointer, direction, run, waits: beforeGap)
  }

  // MARK: - Gaps and ends

  func noteGap(_ pointer: ConversationPointer, _ direction: FlowDirection, _ cause: GapCause) {
    let code: ExpertCode = cause == .lost ? .captureGap : .captureSnapLength
    pointer.pointee.tally.gaps &+= 1
    var before = RecordHandle.none
    if !pointer.pointee[direction].partial.isEmpty {
      before = cutPartial(pointer, direction, "bytes that were not captured follow inside the packet", beforeGap: true)
    } else if pointer.pointee[direction].run != nil {
      before = finishRun(pointer, direction, beforeGap: true)
    }
    if before != .none { pointer.pointee[direction].gapAnchor = before }
    pointer.pointee[direction].state = .seeking
    pointer.pointee[direction].pending.insert(code)
    if pointer.pointee[direction].gapAnchor != .none { pointer.pointee[direction].gapFindings.insert(code) }
    updateHold(pointer, direction)
  }

  /// The line before a gap need not wait any longer: either a later line carries the finding, or it does itself.
  func settleGapAnchor(_ pointer: ConversationPointer, _ direction: FlowDirection, adding findings: Findings = []) {
    guard pointer.pointee[direction].gapAnchor != .none else { return }
    sequencer.release(pointer.pointee[direction].gapAnchor, adding: findings)
    pointer.pointee[direction].gapAnchor = .none
    pointer.pointee[direction].gapFindings = []
  }

  func note(_ pointer: ConversationPointer, _ direction: FlowDirection, _ finding: StreamFinding) {
    switch finding {
    case .retransmission:
      pointer.pointee.tally.retransmissions &+= 1
      pointer.pointee[direction].pending.insert(.tcpRetransmission)
    case .outOfOrder:
      pointer.pointee.tally.outOfOrder &+= 1
      pointer.pointee[direction].pending.insert(.tcpOutOfOrder)
    case .overlap:
      pointer.pointee.tally.overlaps &+= 1
      pointer.pointee[direction].pending.insert(.tcpOverlap)
    }
  }

  func end(_ pointer: ConversationPointer, _ direction: FlowDirection) {
    guard !pointer.pointee[direction].hasEnded else { return }
    pointer.pointee[direction].hasEnded = true
    endPartial(pointer, direction)
    finishRun(pointer, direction)
    settleGapAnchor(pointer, direction, adding: pointer.pointee[direction].gapFindings)
    settleIfOver(pointer)
    updateHold(pointer, direction)
  }

  private func endPartial(_ pointer: ConversationPointer, _ direction: FlowDirection) {
    guard !pointer.pointee[direction].partial.isEmpty else { return }
    let dialect = pointer.pointee.dialect ?? .v1
    let count = pointer.pointee[direction].partial.bytes.count
    switch pointer.pointee[direction].partial.bytes.withUnsafeBytes({ Framer.frame($0, dialect, whole: true) }) {
    case .framed(let length) where length == count: packetFromPartial(pointer, direction)
    case .incomplete(let needed):
      cutPartial(pointer, direction, "the stream ends after \(Self.bytes(count)) of a packet that needs at least \(needed)")
    default: cutPartial(pointer, direction, "the stream ends inside a packet, after \(count) bytes of it")
    }
  }

  /// Output of later frames waits for what this direction may still give.
  func updateHold(_ pointer: ConversationPointer, _ direction: FlowDirection) {
    guard isSorted else { return }
    var since = pointer.pointee[direction].captureHold
    func consider(_ frame: UInt64) {
      if frame != 0 && (since == 0 || frame < since) { since = frame }
    }
    if !pointer.pointee[direction].partial.isEmpty { consider(pointer.pointee[direction].partial.lowest) }
    if let run = pointer.pointee[direction].run, run.length > 0 { consider(run.lowest) }
    if since == 0 && pointer.pointee[direction].hold < 0 { return }
    sequencer.holds.set(&pointer.pointee[direction].hold, since: since)
    if since == 0 { sequencer.drain() }
  }
}

extension FrameFault {
  /// The finding that a fault becomes.
  var expertCode: ExpertCode {
    switch self {
    case .version: .malformedVersion
    case .type: .malformedType
    case .messageLength, .keyLength, .nameLength: .malformedLength
    }
  }
}
