/// Makes up the frames that a capture of given payloads would hold, and hands them to a writer.
///
/// Same calls, same bytes: MAC addresses, initial sequence numbers and IP identifications are derived, never random.
/// The caller's times stand on the frames that carry (the last byte of) a payload; frames that only belong to the framing get times
/// `step` nanoseconds before or after, but never make the capture's times run backward on their own.
public final class SyntheticCapture {
  /// Framing of all packets that are not described in full by the caller.
  public var link: LinkDescription = .ethernet()
  public var vlanTags: [VLANTag] = []
  /// Longer datagrams are fragmented.
  public var mtu = 1500
  /// Frames are cut to this many bytes.
  public var snapLength: Int?
  /// Nanoseconds between a payload's frame and frames made up around it.
  public var step: Int64 = 1000
  /// Frames handed to the writer, those of `deferred` acknowledgements not yet counted.
  public private(set) var frameCount: UInt64 = 0

  private let writer: any FrameWriter
  private var deferred: [(packet: PacketDescription, time: CaptureTime)] = []
  private var lastTime: CaptureTime = .none
  private var identification: UInt32 = 0
  private var connections: UInt32 = 0

  public init(writer: any FrameWriter) { self.writer = writer }

  /// One UDP datagram; when it is fragmented, its last fragment has the time.
  public func datagram(from source: Endpoint, to destination: Endpoint, _ payload: [UInt8], time: CaptureTime) throws {
    try write(packet(from: source, to: destination, .udp(), payload), time: time)
  }

  /// A TCP connection, with its handshake just before `time`.
  public func openConnection(
    client: Endpoint, server: Endpoint, time: CaptureTime, options: ConnectionOptions = ConnectionOptions()
  ) throws -> SyntheticConnection {
    connections &+= 1
    let connection = SyntheticConnection(capture: self, client: client, server: server, number: connections, options: options)
    if options.handshake { try connection.shakeHands(time: time) }
    return connection
  }

  /// Any described packet; the last of its frames has the time.
  public func write(_ packet: PacketDescription, time: CaptureTime) throws {
    let frames = try packet.frames(mtu: mtu)
    for (index, frame) in frames.enumerated() {
      try write(frame, linkType: packet.link.linkType, time: before(time, steps: frames.count - 1 - index))
    }
  }

  /// Any bytes as a frame.
  public func write(_ bytes: [UInt8], linkType: Int32, time: CaptureTime, snapLength: Int? = nil) throws {
    try writeDeferred(until: time)
    try emit(bytes, linkType: linkType, time: time, snapLength: snapLength)
  }

  /// Writes what is still owed; the writer stays open.
  public func finish() throws { try writeDeferred(until: .none) }

  /// A packet in this capture's framing, with the next IP identification.
  public func packet(
    from source: Endpoint, to destination: Endpoint, _ transport: TransportDescription, _ payload: [UInt8] = []
  ) -> PacketDescription {
    identification &+= 1
    return PacketDescription(
      from: source, to: destination, transport, payload: payload, link: link, vlanTags: vlanTags,
      ip: IPDescription(identification: identification))
  }

  /// Keeps the packet until the next one is written, so that it can take a time between its two neighbours.
  func writeLater(_ packet: PacketDescription, after time: CaptureTime) {
    deferred.append((packet, time.isNone ? time : CaptureTime(nanoseconds: time.nanoseconds &+ step)))
  }

  /// `steps` before `time`, but not before the frame written last (unless `time` itself is).
  func before(_ time: CaptureTime, steps: Int) -> CaptureTime {
    if time.isNone || steps == 0 { return time }
    let early = time.nanoseconds &- step &* Int64(steps)
    return CaptureTime(nanoseconds: lastTime.isNone ? early : min(max(early, lastTime.nanoseconds), time.nanoseconds))
  }

  private func writeDeferred(until next: CaptureTime) throws {
    let due = deferred
    deferred.removeAll()
    for (packet, time) in due {
      var time = time
      if !time.isNone, !next.isNone, next.nanoseconds < time.nanoseconds { time = next }
      if !time.isNone, !lastTime.isNone, time.nanoseconds < lastTime.nanoseconds { time = lastTime }
      for frame in try packet.frames(mtu: mtu) { try emit(frame, linkType: packet.link.linkType, time: time, snapLength: nil) }
    }
  }

  private func emit(_ bytes: [UInt8], linkType: Int32, time: CaptureTime, snapLength: Int?) throws {
    frameCount &+= 1
    lastTime = time
    let kept = min(bytes.count, max(0, snapLength ?? self.snapLength ?? bytes.count))
    try bytes.withUnsafeBytes { buffer in
      let captured = UnsafeRawBufferPointer(rebasing: buffer[..<kept])
      try writer.write(Frame(number: frameCount, time: time, linkType: linkType, bytes: captured, wireLength: bytes.count))
    }
  }
}
