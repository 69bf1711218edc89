/// An address and port as captured.
///
/// The address is held as two big-endian halves of 16 bytes; IPv4 is kept as `::ffff:a.b.c.d` with `isIPv4` set,
/// so that a mapped address in a real IPv6 header stays different.
public struct Endpoint: Hashable, Sendable {
  public var high: UInt64
  public var low: UInt64
  public var port: UInt16
  public var isIPv4: Bool

  @inlinable public init(high: UInt64, low: UInt64, port: UInt16, isIPv4: Bool) {
    self.high = high
    self.low = low
    self.port = port
    self.isIPv4 = isIPv4
  }

  /// An IPv4 endpoint; `address` is the 32-bit address in host order (10.0.0.7 is 0x0a000007).
  @inlinable public static func ipv4(_ address: UInt32, port: UInt16) -> Endpoint {
    Endpoint(high: 0, low: 0x0000_ffff_0000_0000 | UInt64(address), port: port, isIPv4: true)
  }
}

public enum Transport: UInt8, Sendable {
  case tcp = 6
  case udp = 17
}

/// One TCP connection or UDP 4-tuple, as first seen.
public struct ConversationStart: Sendable {
  public var transport: Transport
  /// Source of the first frame that carried payload.
  public var first: Endpoint
  /// Its destination.
  public var second: Endpoint
  /// Number of that frame.
  public var frame: UInt64

  @inlinable public init(transport: Transport, first: Endpoint, second: Endpoint, frame: UInt64) {
    self.transport = transport
    self.first = first
    self.second = second
    self.frame = frame
  }
}

/// Which way bytes flow: `forward` is from `ConversationStart.first` to `second`.
public enum FlowDirection: UInt8, Sendable {
  case forward = 0
  case backward = 1

  @inlinable public var opposite: FlowDirection { self == .forward ? .backward : .forward }
}

/// What the receiver of a conversation wants next.
public enum Interest: UInt8, Sendable {
  /// Go on delivering.
  case keep
  /// Not ours: deliver nothing more of it, buffer nothing for it, only remember that it exists.
  case ignore
}

/// Why bytes of a stream are missing.
public enum GapCause: UInt8, Sendable {
  /// The segment was not captured.
  case lost
  /// The frame was cut by the snap length.
  case snapLength
}

/// What reassembly noticed in one direction of a TCP stream.
public enum StreamFinding: UInt8, Sendable {
  /// A segment whose bytes had all or partly been captured before.
  case retransmission
  /// A segment that filled a hole before bytes captured earlier.
  case outOfOrder
  /// A segment whose bytes differ from those captured first for the same sequence numbers.
  case overlap
}

/// Where a run of a datagram's bytes was captured: bytes from `offset` up to the next piece came in `frame`.
public struct Piece: Sendable {
  public var offset: Int
  public var frame: UInt64
  public var time: CaptureTime

  @inlinable public init(offset: Int, frame: UInt64, time: CaptureTime) {
    self.offset = offset
    self.frame = frame
    self.time = time
  }
}

/// What takes the bytes that reassembly puts in order.
///
/// All pointers are valid only during the call. `conversation` is the value that `openConversation` returned.
/// For each TCP direction the calls are: any number of `receiveSegment` and `receiveGap` in stream order, then at most one `endDirection`;
/// `closeConversation` is the last call with that value.
public protocol ConversationReceiver: AnyObject {
  /// The first payload byte of a new conversation was captured.
  func openConversation(_ start: ConversationStart) -> Int

  /// These bytes will probably come next in `receiveSegment`, a few frames from now: a hint to bring memory near, and nothing else.
  func expectSegment(_ conversation: Int, _ direction: FlowDirection, _ bytes: UnsafeRawBufferPointer)

  /// The next bytes of a TCP direction, in stream order.
  ///
  /// - startsSegment: the first byte is the first payload byte of a captured segment (a place where decoding may start again after a gap).
  /// - unsynchronised: no SYN of this direction was seen, and these are the first bytes of it: the stream may start anywhere.
  func receiveSegment(
    _ conversation: Int, _ direction: FlowDirection, _ bytes: UnsafeRawBufferPointer, frame: UInt64, time: CaptureTime,
    startsSegment: Bool, unsynchronised: Bool
  ) -> Interest

  /// `length` bytes of a TCP direction were not captured and will not come any more.
  func receiveGap(_ conversation: Int, _ direction: FlowDirection, length: UInt64, cause: GapCause)

  /// Reassembly noticed something; it stands on the next line of that direction.
  func receiveFinding(_ conversation: Int, _ direction: FlowDirection, _ finding: StreamFinding, frame: UInt64)

  /// Bytes captured from `frame` on wait behind a hole in this direction (0: none wait any more).
  func holdDirection(_ conversation: Int, _ direction: FlowDirection, since frame: UInt64)

  /// A TCP direction ended in order (FIN).
  func endDirection(_ conversation: Int, _ direction: FlowDirection)

  /// One whole UDP datagram (reassembled if it was fragmented).
  ///
  /// `wireLength` is the payload's length by the UDP header; `bytes.count` is smaller when the snap length cut it.
  func receiveDatagram(
    _ conversation: Int, _ direction: FlowDirection, _ bytes: UnsafeRawBufferPointer, wireLength: Int,
    pieces: UnsafeBufferPointer<Piece>
  ) -> Interest

  /// The conversation is over: closed, reset, replaced by a new one on the same addresses, evicted, or the capture ended.
  func closeConversation(_ conversation: Int)
}

extension ConversationReceiver {
  public func expectSegment(_ conversation: Int, _ direction: FlowDirection, _ bytes: UnsafeRawBufferPointer) {}
}
