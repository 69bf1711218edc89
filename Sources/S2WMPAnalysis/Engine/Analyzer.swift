import CPrefetch
import S2WMPFlow
import S2WMPWire

/// Turns the bytes of conversations into dissected packets with findings and answers.
///
/// Give it to reassembly as the receiver; call `finish` after reassembly has ended. Does no I/O and reads no clock.
public final class Analyzer: ConversationReceiver {
  let options: AnalysisOptions
  let sink: any DissectionSink
  let isSorted: Bool
  let sequencer: Sequencer
  let replays: ReplayMemory
  let seed: UInt64
  /// May come later, when a capture turns out to carry keys.
  public var keys: KeyRing?
  var floods = FloodWatch()
  var identities = IdentityMemory()
  var exchanges = ExchangeTable()
  var partialBytes = 0
  /// What undecided conversations have waiting.
  private var backlogBytes = 0
  var totals = AnalysisTotals()
  var details = DetailPool()
  /// The frame of a packet that lies in one frame, as a list.
  private let single: UnsafeMutablePointer<UInt64>
  private var nextSerial: UInt32 = 0
  private var nextNumber: UInt32 = 0
  /// Conversations of ours that have no number yet.
  private var unnumbered = NumberQueue()

  /// - seed: for the hash tables; any number.
  /// - keys: to decrypt with; used by this analysis alone.
  public init(options: AnalysisOptions, seed: UInt64, sink: any DissectionSink, keys: KeyRing? = nil) {
    self.keys = keys
    self.options = options
    self.sink = sink
    self.seed = seed
    single = .allocate(capacity: 1)
    replays = ReplayMemory(seed: seed)
    switch options.order {
    case .immediate:
      isSorted = false
      sequencer = Sequencer(window: 0)
    case .sorted(let window):
      isSorted = true
      sequencer = Sequencer(window: window)
    }
    sequencer.analyzer = self
  }

  deinit {
    single.deallocate()
  }

  /// Totals so far.
  public var summary: AnalysisTotals {
    var summary = totals
    summary.leftEarly = sequencer.leftEarly
    return summary
  }

  /// The capture is over: what still waits is settled and handed out.
  public func finish() {
    sequencer.admitAll()
    for record in exchanges.unanswered { markUnanswered(record) }
    exchanges = ExchangeTable()
    sequencer.finish()
  }

  // MARK: - Reassembly's calls

  public func openConversation(_ start: ConversationStart) -> Int {
    let pointer = Conversation.make(start, serial: nextSerial)
    nextSerial &+= 1
    if isSorted && start.transport == .tcp { sequencer.holds.set(&pointer.pointee.hold, since: start.frame) }
    return Int(bitPattern: pointer)
  }

  public func expectSegment(_ conversation: Int, _ direction: FlowDirection, _ bytes: UnsafeRawBufferPointer) {
    let block = UnsafeRawPointer(Self.pointer(conversation))
    s2wmp_prefetch(block)
    s2wmp_prefetch(block + 64)
    let side = block + Conversation.directionsOffset + Int(direction.rawValue) * MemoryLayout<StreamDirection>.stride
    s2wmp_prefetch(side)
    s2wmp_prefetch(side + 64)
    s2wmp_prefetch(side + 128)
    guard bytes.count >= Messaging.headerLength, bytes[1] == PacketType.message.rawValue, let base = bytes.baseAddress else { return }
    // SAFETY: a message's header is there; should it be no message, a useless line is fetched.
    replays.expect(Messaging.senderID.load(base), Messaging.datetime.load(base))
  }

  public func receiveSegment(
    _ conversation: Int, _ direction: FlowDirection, _ bytes: UnsafeRawBufferPointer, frame: UInt64, time: CaptureTime,
    startsSegment: Bool, unsynchronised: Bool
  ) -> Interest {
    let pointer = Self.pointer(conversation)
    switch pointer.pointee.ownership {
    case .ours:
      if unsynchronised { pointer.pointee[direction].state = .seeking }
      if startsSegment && pointer.pointee[direction].state == .framing && pointer.pointee[direction].partial.isEmpty {
        decodeWhole(pointer, direction, bytes, frame, time)
      } else {
        decode(pointer, direction, bytes, frame, time, startsSegment)
      }
      return .keep
    case .foreign: return .ignore
    case .undecided:
      hold(pointer) {
        $0.segment(direction, bytes, frame: frame, time: time, startsSegment: startsSegment, unsynchronised: unsynchronised)
      }
      return pointer.pointee.ownership == .foreign ? .ignore : .keep
    }
  }

  public func receiveGap(_ conversation: Int, _ direction: FlowDirection, length: UInt64, cause: GapCause) {
    let pointer = Self.pointer(conversation)
    switch pointer.pointee.ownership {
    case .ours: noteGap(pointer, direction, cause)
    case .foreign: break
    case .undecided:
      hold(pointer) { $0.gap(direction, length, cause) }
    }
  }

  public func receiveFinding(_ conversation: Int, _ direction: FlowDirection, _ finding: StreamFinding, frame: UInt64) {
    let pointer = Self.pointer(conversation)
    switch pointer.pointee.ownership {
    case .ours: note(pointer, direction, finding)
    case .foreign: break
    case .undecided:
      hold(pointer) { $0.finding(direction, finding, frame) }
    }
  }

  public func holdDirection(_ conversation: Int, _ direction: FlowDirection, since frame: UInt64) {
    let pointer = Self.pointer(conversation)
    guard isSorted, pointer.pointee.ownership != .foreign else { return }
    pointer.pointee[direction].captureHold = frame
    updateHold(pointer, direction)
    if frame == 0 { sequencer.drain() }
  }

  public func endDirection(_ conversation: Int, _ direction: FlowDirection) {
    let pointer = Self.pointer(conversation)
    switch pointer.pointee.ownership {
    case .ours:
      end(pointer, direction)
      sequencer.drain()
    case .foreign: break
    case .undecided:
      hold(pointer) { $0.end(direction) }
    }
  }

  public func closeConversation(_ conversation: Int) {
    let pointer = Self.pointer(conversation)
    if pointer.pointee.transport == .tcp { closeStream(pointer) }
    if pointer.pointee.ownership == .ours && pointer.pointee.number == .max && pointer.pointee.records == 0 { number(pointer) }
    pointer.pointee.isClosed = true
    if pointer.pointee.isDone { forget(pointer) }
    sequencer.drain()
  }

  /// Frees a conversation that is done, after its tally was handed out.
  func forget(_ pointer: UnsafeMutablePointer<Conversation>) {
    if pointer.pointee.number != .max {
      sink.conversationEnded(pointer.pointee.number, pointer.pointee.tally)
    }
    Conversation.free(pointer)
  }

  private func closeStream(_ pointer: UnsafeMutablePointer<Conversation>) {
    if pointer.pointee.ownership == .undecided {
      pointer.pointee.backlog?.close()
      tryDeciding(pointer, closing: true)
    }
    if pointer.pointee.ownership == .ours {
      end(pointer, .forward)
      end(pointer, .backward)
    }
    dropHolds(pointer)
  }

  // SAFETY: reassembly hands back only what `openConversation` returned, and nothing after `closeConversation`; the memory lives until then.
  private static func pointer(_ conversation: Int) -> UnsafeMutablePointer<Conversation> {
    UnsafeMutablePointer(bitPattern: conversation).unsafelyUnwrapped
  }

  // MARK: - Whose it is

  /// Adds to what waits until the conversation's dialect is known, and decides if that is possible or must be.
  private func hold(_ pointer: UnsafeMutablePointer<Conversation>, _ add: (inout Backlog) -> Void) {
    var backlog = pointer.pointee.backlog ?? Backlog()
    pointer.pointee.backlog = nil
    backlogBytes -= backlog.cost
    add(&backlog)
    backlogBytes += backlog.cost
    pointer.pointee.backlog = backlog
    tryDeciding(pointer, closing: backlog.isFull || backlogBytes > options.maximumPartialBytes)
  }

  private func dropBacklog(_ pointer: UnsafeMutablePointer<Conversation>) {
    backlogBytes -= pointer.pointee.backlog?.cost ?? 0
    pointer.pointee.backlog = nil
  }

  private func tryDeciding(_ pointer: UnsafeMutablePointer<Conversation>, closing: Bool) {
    guard let backlog = pointer.pointee.backlog else {
      if closing { pointer.pointee.ownership = .foreign }
      return
    }
    let decision = DialectDecision(
      isPortNamed: isNamed(pointer.pointee), isDefaultPort: Self.isDefaultPort(pointer.pointee), forced: options.dialect)
    switch decision.decide(backlog, closing: closing) {
    case .wait: break
    case .foreign:
      pointer.pointee.ownership = .foreign
      dropBacklog(pointer)
      dropHolds(pointer)
      sequencer.drain()
    case .ours(let dialect):
      pointer.pointee.dialect = dialect
      makeOurs(pointer)
      dropBacklog(pointer)
      replay(backlog, pointer)
      if pointer.pointee.hold >= 0 { sequencer.holds.set(&pointer.pointee.hold, since: 0) }
      sequencer.drain()
    }
  }

  func makeOurs(_ pointer: UnsafeMutablePointer<Conversation>) {
    pointer.pointee.ownership = .ours
    totals.conversations += 1
    if isSorted { unnumbered.add(pointer) } else { number(pointer) }
  }

  private func dropHolds(_ pointer: UnsafeMutablePointer<Conversation>) {
    sequencer.holds.set(&pointer.pointee.hold, since: 0)
    sequencer.holds.set(&pointer.pointee[.forward].hold, since: 0)
    sequencer.holds.set(&pointer.pointee[.backward].hold, since: 0)
  }

  private func isNamed(_ conversation: borrowing Conversation) -> Bool {
    !options.ports.isEmpty && (options.ports.contains(conversation.first.port) || options.ports.contains(conversation.second.port))
  }

  private static func isDefaultPort(_ conversation: borrowing Conversation) -> Bool {
    [conversation.first.port, conversation.second.port].contains { $0 == DefaultPort.peer || $0 == DefaultPort.bootstrap }
  }

  private func replay(_ backlog: Backlog, _ pointer: UnsafeMutablePointer<Conversation>) {
    for event in backlog.events {
      switch event {
      case .segment(let direction, let range, let frame, let time, let startsSegment, let unsynchronised):
        if unsynchronised { pointer.pointee[direction].state = .seeking }
        backlog[direction].bytes[range].withUnsafeBytes { decode(pointer, direction, $0, frame, time, startsSegment) }
      case .gap(let direction, _, let cause): noteGap(pointer, direction, cause)
      case .finding(let direction, let finding, _): note(pointer, direction, finding)
      case .end(let direction): end(pointer, direction)
      }
    }
  }

  // MARK: - Handing out

  /// Conversations are numbered by the first frame that carries a byte of one, and only when a line of theirs goes out: then all earlier ones are known.
  private func number(_ pointer: UnsafeMutablePointer<Conversation>) {
    guard pointer.pointee.number == .max else { return }
    while let earlier = unnumbered.take(upTo: pointer.pointee.firstFrame) { takeNumber(earlier) }
    if pointer.pointee.number == .max { takeNumber(pointer) }
  }

  private func takeNumber(_ pointer: UnsafeMutablePointer<Conversation>) {
    pointer.pointee.number = nextNumber
    nextNumber &+= 1
  }

  func handOut(_ record: PacketRecord) {
    let conversation = record.conversation
    if conversation.pointee.number == .max { number(conversation) }
    count(record)
    single.pointee = record.frame
    let entry = record.details < 0 ? nil : details.take(record.details)
    sink.receive(
      Dissection(
        frame: record.frame, time: record.time, frames: record.frames ?? UnsafeBufferPointer(start: single, count: 1),
        transport: conversation.pointee.transport, stream: conversation.pointee.number,
        source: conversation.pointee.source(record.direction), destination: conversation.pointee.destination(record.direction),
        dialect: record.dialect, layout: record.layout, bytes: record.bytes, length: record.length, findings: record.findings,
        details: entry?.details, replyTo: record.replyTo, latency: record.latency, opened: entry?.opened))
  }

  private func count(_ record: PacketRecord) {
    if record.layout == nil { totals.malformed += 1 } else { totals.packets += 1 }
    guard !record.findings.isEmpty else { return }
    switch record.findings.worst {
    case .error: totals.errors += 1
    case .warning: totals.warnings += 1
    default: totals.notes += 1
    }
  }
}
