/// No entry in an index-linked list.
let nowhere = UInt32.max

/// One TCP connection or UDP 4-tuple.
struct Flow {
  var key: FlowKey
  var hash: UInt32
  /// Combination of the bits below.
  var state: UInt8 = 0
  /// Which side sent the first frame with payload.
  var forwardSide: UInt8 = 0
  /// The receiver's value for it, when `opened`.
  var conversation = 0
  var lastSeen: Int64
  /// Frame count when it was used last, and when it was put at the end of the list of use.
  var lastTick: UInt64
  var queuedTick: UInt64
  var useNewer = nowhere
  var useOlder = nowhere
  var lingerNext = nowhere
  var lingerPrevious = nowhere
  var lingerUntil: Int64 = 0

  /// The receiver knows the conversation.
  static var opened: UInt8 { 1 }
  /// Over, as far as its packets say; late segments are still used for a while.
  static var lingering: UInt8 { 2 }
  /// The receiver was told that it is over; only the memory of it is left.
  static var closed: UInt8 { 4 }
  /// The receiver does not want it.
  static var ignored: UInt8 { 8 }
  /// It was reset.
  static var reset: UInt8 { 16 }

  @inline(__always)
  func has(_ bits: UInt8) -> Bool { state & bits != 0 }

  /// The receiver gets what comes.
  var isDelivering: Bool { state & (Self.opened | Self.closed | Self.ignored) == Self.opened }

  func direction(_ side: Int) -> FlowDirection { side == Int(forwardSide) ? .forward : .backward }
}

/// One direction of a TCP connection: what its sender sent.
///
/// Sequence numbers are unwrapped to 64 bits: the low 32 are those of the wire.
struct Side {
  /// The byte to deliver next.
  var next: UInt64 = 0
  /// Up to here bytes from `next` on are known to be cut off by the snap length.
  var cutEnd: UInt64 = 0
  /// Position of the last frame that contributed bytes.
  var lastRecord: UInt64 = 0
  /// First segment that waits behind a hole.
  var head = nowhere
  /// Highest acknowledgement number that this side sent.
  var lastAcknowledgement: UInt32 = 0
  var state: UInt8 = 0

  var tail = nowhere
  var root = nowhere
  /// The waiting segments in order of arrival.
  var earliest = nowhere
  var latest = nowhere
  var waitingSegments = 0
  var waitingBytes = 0
  /// Frame that the receiver was last told to hold from.
  var heldSince: UInt64 = 0
  var holeSince: Int64 = 0
  /// Data segments captured since the hole in front was seen.
  var segmentsSinceHole = 0
  /// The stream's first byte.
  var origin: UInt64 = 0
  var initialSequence: UInt32 = 0
  /// Place of the FIN, when there is one.
  var end: UInt64 = 0
  /// The bytes given up last.
  var gapStart: UInt64 = 0
  var gapEnd: UInt64 = 0
  var holderNext = nowhere
  var holderPrevious = nowhere

  /// `next` is known.
  static var started: UInt8 { 1 }
  static var synSeen: UInt8 { 2 }
  static var finSeen: UInt8 { 4 }
  static var ended: UInt8 { 8 }
  static var acknowledged: UInt8 { 16 }
  /// Nothing was delivered yet, and no SYN was seen.
  static var unsynchronised: UInt8 { 32 }
  static var holding: UInt8 { 64 }

  @inline(__always)
  func has(_ bits: UInt8) -> Bool { state & bits != 0 }

  /// The 64-bit position of a wire sequence number, taken as the nearest to `next`.
  @inline(__always)
  func unwrap(_ sequence: UInt32) -> UInt64 {
    let distance = Int32(bitPattern: sequence &- UInt32(truncatingIfNeeded: next))
    return next &+ UInt64(bitPattern: Int64(distance))
  }

  mutating func start(at sequence: UInt32) {
    // One wrap above 0, so that earlier segments stay positive.
    next = 1 << 32 | UInt64(sequence)
    (origin, cutEnd, gapStart, gapEnd) = (next, 0, next, next)
    state |= Self.started
  }
}
