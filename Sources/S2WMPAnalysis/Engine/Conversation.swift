import S2WMPFlow
import S2WMPWire

/// One TCP connection or UDP 4-tuple, as the analysis knows it. Lives behind a pointer, which is also the token that reassembly hands back.
/// Not copyable, so that looking at a part of it never copies the rest.
struct Conversation: ~Copyable {
  enum Ownership: UInt8 {
    case undecided
    case ours
    case foreign
  }

  /// Distinguishes conversations in memories that outlive them.
  var serial: UInt32
  var transport: Transport
  var first: Endpoint
  var second: Endpoint
  var firstFrame: UInt64
  var ownership: Ownership = .undecided
  /// Nil until known. UDP: the dialect so far.
  var dialect: Dialect?
  /// Its number in the output; `UInt32.max` until one is due.
  var number: UInt32 = .max
  /// Records that wait to be handed out and point here.
  var records = 0
  /// Those of them that wait for packets of earlier frames.
  var sorting = 0
  var isClosed = false
  var tally = StreamTally()
  /// Both directions, in the order of their raw values; behind the conversation in the same block of memory.
  private let directions: UnsafeMutablePointer<StreamDirection>
  /// What was seen before the conversation's dialect was known.
  var backlog: Backlog?
  /// Keeps output in order while undecided.
  var hold: Int32 = -1

  private init(_ start: ConversationStart, serial: UInt32, _ directions: UnsafeMutablePointer<StreamDirection>) {
    self.directions = directions
    self.serial = serial
    transport = start.transport
    first = start.first
    second = start.second
    firstFrame = start.frame
  }

  /// By address: with accessors that yield (`_read`, `_modify`), Swift 6.3 reads parts of a yielded direction after freeing it.
  subscript(_ direction: FlowDirection) -> StreamDirection {
    @inline(__always) unsafeAddress { UnsafePointer(directions + Int(direction.rawValue)) }
    @inline(__always) nonmutating unsafeMutableAddress { directions + Int(direction.rawValue) }
  }

  /// SAFETY: one block holds the conversation at its start and two directions at `directionsOffset`; `free` ends all three, once.
  static func make(_ start: ConversationStart, serial: UInt32) -> UnsafeMutablePointer<Conversation> {
    let size = directionsOffset + 2 * MemoryLayout<StreamDirection>.stride
    let block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
    let directions = (block + directionsOffset).bindMemory(to: StreamDirection.self, capacity: 2)
    directions.initialize(to: StreamDirection())
    (directions + 1).initialize(to: StreamDirection())
    let pointer = block.bindMemory(to: Conversation.self, capacity: 1)
    pointer.initialize(to: Conversation(start, serial: serial, directions))
    return pointer
  }

  /// Begins a cache line of its own.
  static var directionsOffset: Int { (MemoryLayout<Conversation>.size + 63) & ~63 }

  func source(_ direction: FlowDirection) -> Endpoint { direction == .forward ? first : second }
  func destination(_ direction: FlowDirection) -> Endpoint { direction == .forward ? second : first }

  /// Reassembly is done with it, and no record points here any more.
  var isDone: Bool { isClosed && records == 0 }

  /// Frees the memory.
  static func free(_ pointer: UnsafeMutablePointer<Conversation>) {
    pointer.pointee.directions.deinitialize(count: 2)
    pointer.deinitialize(count: 1)
    UnsafeMutableRawPointer(pointer).deallocate()
  }
}

/// One direction of a TCP conversation of ours.
struct StreamDirection: ~Copyable {
  enum State: UInt8 {
    /// At a packet boundary, or inside a packet (`partial`).
    case framing
    /// Looking for a segment that begins a packet.
    case seeking
    /// Behind bytes that frame no packet; nothing more can be decoded until a gap or the end.
    case lost
  }

  var state: State = .framing
  /// The packet in `partial` began at the start of a segment after `seeking`: if it turns out to frame nothing, seeking goes on.
  var probing = false
  var hasEnded = false
  // What every packet needs comes first, in the same cache lines.
  /// Findings that stand on the line of the next bytes.
  var pending: Findings = []
  /// Findings that stand on the next line: those that came before some of its bytes.
  var attached: Findings = []
  /// Bytes of the packet that is not yet whole.
  var partial = PartialPacket()
  /// Requests sent in this direction that wait for their answer.
  var requests = RequestList()
  /// The malformed line before a gap, which carries the gap if no line follows. It waits for that.
  var gapAnchor: RecordHandle = .none
  /// Gap findings since that line.
  var gapFindings: Findings = []
  /// First frame that reassembly holds back behind a hole; 0: none.
  var captureHold: UInt64 = 0
  /// Bytes that frame no packet, collected for one line.
  var run: MalformedRun?
  /// Handle in the sequencer's hold list.
  var hold: Int32 = -1
}

extension StreamDirection {
  /// More bytes of the line to come are there: what was found before them belongs to it.
  mutating func attach() {
    if pending.isEmpty { return }
    attached.formUnion(pending)
    pending = []
  }
}

/// The bytes of a packet that spans segments.
struct PartialPacket {
  /// Memory that one piece takes, for the budget.
  static let pieceBytes = MemoryLayout<Piece>.stride

  /// Bytes from `offset` up to the next piece came in `frame`.
  struct Piece {
    var offset: Int
    var frame: UInt64
    var time: CaptureTime
    var startsSegment: Bool
  }

  private(set) var bytes: [UInt8] = []
  private(set) var pieces: [Piece] = []
  /// The highest frame so far, and its time.
  private(set) var highest: UInt64 = 0
  /// The lowest frame so far; the largest number when empty.
  private(set) var lowest: UInt64 = .max
  private(set) var time: CaptureTime = .none

  var isEmpty: Bool { bytes.isEmpty }
  /// What it counts against the budget.
  var cost: Int { bytes.count + pieces.count * Self.pieceBytes }

  mutating func append(_ more: UnsafeRawBufferPointer, frame: UInt64, time: CaptureTime, startsSegment: Bool) {
    if pieces.last?.frame != frame || startsSegment {
      pieces.append(Piece(offset: bytes.count, frame: frame, time: time, startsSegment: startsSegment))
    }
    bytes.append(contentsOf: more)
    lowest = min(lowest, frame)
    if frame >= highest {
      highest = frame
      self.time = time
    }
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: bytes.capacity <= 2048)
    pieces.removeAll(keepingCapacity: pieces.capacity <= 32)
    highest = 0
    lowest = .max
    time = .none
  }

  /// All frames, ascending.
  var frames: [UInt64] {
    var frames: [UInt64] = []
    var isAscending = true
    for piece in pieces where frames.last != piece.frame {
      if let last = frames.last, last > piece.frame { isAscending = false }
      frames.append(piece.frame)
    }
    return isAscending ? frames : Array(Set(frames)).sorted()
  }
}

/// A run of bytes that frames no packet: one line.
struct MalformedRun {
  static let shownBytes = 256

  var code: ExpertCode
  var detail: FindingDetail?
  /// What stands on it in any case; kept apart while a packet behind it is on trial.
  var findings: Findings = []
  var shown: [UInt8] = []
  var length: UInt64 = 0
  var frames: [UInt64] = []
  var lowest: UInt64 = .max
  var time: CaptureTime = .none

  init(_ code: ExpertCode, _ detail: FindingDetail?) {
    self.code = code
    self.detail = detail
  }

  mutating func append(_ bytes: UnsafeRawBufferPointer, frame: UInt64, time: CaptureTime, maximumFrames: Int) {
    if shown.count < Self.shownBytes { shown.append(contentsOf: bytes.prefix(Self.shownBytes - shown.count)) }
    length += UInt64(bytes.count)
    guard !bytes.isEmpty else { return }
    if frames.last != frame && frames.count < maximumFrames { frames.append(frame) }
    if frame < lowest {
      lowest = frame
      self.time = time
    }
  }
}
