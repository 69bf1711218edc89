/// How a made-up TCP connection behaves.
public struct ConnectionOptions: Sendable {
  /// false: a connection whose beginning was not captured.
  public var handshake = true
  /// Acknowledge what is sent.
  public var acknowledges = true
  /// nil: as many bytes as the capture's MTU allows.
  public var segmentSize: Int?
  /// nil: derived from the addresses.
  public var clientSequence: UInt32?
  public var serverSequence: UInt32?

  public init(
    handshake: Bool = true, acknowledges: Bool = true, segmentSize: Int? = nil, clientSequence: UInt32? = nil, serverSequence: UInt32? = nil
  ) {
    self.handshake = handshake
    self.acknowledges = acknowledges
    self.segmentSize = segmentSize
    self.clientSequence = clientSequence
    self.serverSequence = serverSequence
  }
}

/// One of the two ends of a connection.
public enum ConnectionSide: Sendable {
  case client, server

  public var opposite: ConnectionSide { self == .client ? .server : .client }
}

/// A TCP connection in a `SyntheticCapture`.
///
/// `send` and `close` make what a well-behaved pair of hosts would. For everything else `segment` describes one segment relative to the
/// stream's position without moving it, `skip` moves it without a frame, and the caller writes the packets in any order it likes.
public final class SyntheticConnection {
  public let client: Endpoint
  public let server: Endpoint
  private let capture: SyntheticCapture
  private let options: ConnectionOptions
  private var clientNext: UInt32
  private var serverNext: UInt32

  init(capture: SyntheticCapture, client: Endpoint, server: Endpoint, number: UInt32, options: ConnectionOptions) {
    self.capture = capture
    self.client = client
    self.server = server
    self.options = options
    clientNext = options.clientSequence ?? Self.initialSequence(client, server, number)
    serverNext = options.serverSequence ?? Self.initialSequence(server, client, number)
  }

  /// The sequence number of the next byte that this side sends.
  public func nextSequence(_ side: ConnectionSide) -> UInt32 { side == .client ? clientNext : serverNext }

  /// Sends bytes in segments of at most the segment size; the last has the time and PSH, the others come just before.
  public func send(from side: ConnectionSide, _ bytes: [UInt8], time: CaptureTime, segmentSizes: [Int]? = nil) throws {
    let pieces = try split(bytes, sizes: segmentSizes)
    for (index, piece) in pieces.enumerated() {
      let isLast = index == pieces.count - 1
      let packet = segment(from: side, Array(bytes[piece]), flags: isLast ? [.psh, .ack] : .ack)
      try capture.write(packet, time: capture.before(time, steps: pieces.count - 1 - index))
      skip(side, piece.count)
    }
    if options.acknowledges, !bytes.isEmpty { capture.writeLater(segment(from: side.opposite, flags: .ack), after: time) }
  }

  /// FIN from `side`, FIN from the other, and the last ACK, at `time` and just after.
  public func close(from side: ConnectionSide = .client, time: CaptureTime) throws {
    try endDirection(from: side, time: time)
    try endDirection(from: side.opposite, time: later(time, steps: 1))
    capture.writeLater(segment(from: side, flags: .ack), after: later(time, steps: 1))
  }

  /// FIN from `side` alone.
  public func endDirection(from side: ConnectionSide, time: CaptureTime) throws {
    try capture.write(segment(from: side, flags: [.fin, .ack]), time: time)
    skip(side, 1)
  }

  /// RST from `side`.
  public func reset(from side: ConnectionSide, time: CaptureTime) throws {
    try capture.write(segment(from: side, flags: [.rst, .ack]), time: time)
  }

  /// A segment whose first byte stands `offset` bytes from this side's position (negative: sent before); nothing is written or moved.
  public func segment(from side: ConnectionSide, at offset: Int = 0, _ payload: [UInt8] = [], flags: TCPFlags = [.psh, .ack]) -> PacketDescription {
    let tcp = TCPDescription(
      sequence: nextSequence(side) &+ UInt32(truncatingIfNeeded: offset),
      acknowledgement: flags.contains(.ack) ? nextSequence(side.opposite) : 0, flags: flags)
    return side == .client
      ? capture.packet(from: client, to: server, .tcp(tcp), payload) : capture.packet(from: server, to: client, .tcp(tcp), payload)
  }

  /// Moves this side's position, as if so many bytes had been sent.
  public func skip(_ side: ConnectionSide, _ count: Int) {
    if side == .client { clientNext &+= UInt32(truncatingIfNeeded: count) } else { serverNext &+= UInt32(truncatingIfNeeded: count) }
  }

  /// SYN, SYN-ACK and ACK, in the last three steps before `time`.
  func shakeHands(time: CaptureTime) throws {
    for (index, step) in [(ConnectionSide.client, TCPFlags.syn), (.server, [.syn, .ack]), (.client, .ack)].enumerated() {
      var packet = segment(from: step.0, flags: step.1)
      if step.1.contains(.syn), case .tcp(var tcp) = packet.transport {
        tcp.options = synOptions
        packet.transport = .tcp(tcp)
      }
      try capture.write(packet, time: capture.before(time, steps: 3 - index))
      if step.1.contains(.syn) { skip(step.0, 1) }
    }
  }

  /// Maximum segment size, no-operation, window scale 7.
  private var synOptions: [UInt8] {
    let size = UInt16(clamping: segmentRoom)
    return [2, 4, UInt8(size >> 8), UInt8(size & 0xff), 1, 3, 3, 7]
  }

  private var segmentRoom: Int { capture.mtu - (client.isIPv4 ? 40 : 60) }

  private func split(_ bytes: [UInt8], sizes: [Int]?) throws -> [Range<Int>] {
    let usual = options.segmentSize ?? segmentRoom
    guard usual > 0 else { throw FrameBuildError.mtuTooSmall(capture.mtu) }
    var pieces: [Range<Int>] = []
    var start = 0
    while start < bytes.count {
      let wanted = sizes.flatMap { pieces.count < $0.count ? $0[pieces.count] : nil } ?? usual
      let end = start + min(max(1, wanted), bytes.count - start)
      pieces.append(start..<end)
      start = end
    }
    return pieces
  }

  private func later(_ time: CaptureTime, steps: Int64) -> CaptureTime {
    time.isNone ? time : CaptureTime(nanoseconds: time.nanoseconds &+ capture.step &* steps)
  }

  /// FNV-1a over both endpoints and the connection's number: the same in every run, different for every connection.
  private static func initialSequence(_ source: Endpoint, _ destination: Endpoint, _ number: UInt32) -> UInt32 {
    var hash: UInt32 = 0x811c_9dc5
    var bytes = source.addressBytes + destination.addressBytes
    bytes.putBigEndian(source.port)
    bytes.putBigEndian(destination.port)
    bytes.putBigEndian(number)
    for byte in bytes { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    return hash
  }
}
