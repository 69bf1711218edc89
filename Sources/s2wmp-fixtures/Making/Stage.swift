import S2WMPCapture
import S2WMPWire

/// Where a capture is made: the hosts, a clock, and short words for what happens between them.
///
/// Times are seconds since the scene's beginning, 2026-11-24 13:42 UTC.
final class Stage {
  static let start: UInt64 = 1_795_527_720

  let alice: Endpoint = .host(7, 5000)
  let bob: Endpoint = .host(9, 5000)
  let carol: Endpoint = .host(21, 5000)
  let mallory: Endpoint = .host(66, 50112)
  let server: Endpoint = .host(2, 5005)
  let everyPeer: Endpoint = .host(255, 5001)
  let everyServer: Endpoint = .host(255, 5005)

  let capture: SyntheticCapture
  let pair: Pair
  let cast: Cast
  private var requests: UInt64 = 0

  init(_ writer: any FrameWriter, _ cast: Cast) {
    capture = SyntheticCapture(writer: writer)
    self.cast = cast
    pair = cast.friends
  }

  func time(_ seconds: Double) -> CaptureTime { CaptureTime(nanoseconds: Int64(Self.start) * 1_000_000_000 + Int64((seconds * 1e6).rounded()) * 1000) }

  /// Milliseconds since 1970, as fields carry them.
  func stamp(_ seconds: Double) -> UInt64 { UInt64(time(seconds).nanoseconds / 1_000_000) }

  /// The next request ID: looks random, never repeats.
  func request() -> UInt64 {
    requests += 1
    return Packets.identifier("request \(requests)").high
  }

  func udp(_ seconds: Double, _ source: Endpoint, _ destination: Endpoint, _ bytes: [UInt8]) throws {
    try capture.datagram(from: source, to: destination, bytes, time: time(seconds))
  }

  /// The client's port is the caller's so that captures can be read side by side.
  func connect(_ seconds: Double, from client: Endpoint, port: UInt16, to server: Endpoint, _ options: ConnectionOptions = .init()) throws -> Line {
    let client = Endpoint(high: client.high, low: client.low, port: port, isIPv4: client.isIPv4)
    return Line(self, try capture.openConnection(client: client, server: server, time: time(seconds), options: options))
  }

  func write(_ packet: PacketDescription, _ seconds: Double) throws { try capture.write(packet, time: time(seconds)) }

  func finish() throws { try capture.finish() }
}

/// A connection on the stage.
struct Line {
  let stage: Stage
  let connection: SyntheticConnection

  init(_ stage: Stage, _ connection: SyntheticConnection) {
    self.stage = stage
    self.connection = connection
  }

  func client(_ seconds: Double, _ bytes: [UInt8], sizes: [Int]? = nil) throws {
    try connection.send(from: .client, bytes, time: stage.time(seconds), segmentSizes: sizes)
  }

  func server(_ seconds: Double, _ bytes: [UInt8], sizes: [Int]? = nil) throws {
    try connection.send(from: .server, bytes, time: stage.time(seconds), segmentSizes: sizes)
  }

  /// A packet that is answered by an ACK.
  func exchange(_ seconds: Double, _ bytes: [UInt8], error: UInt8 = 0, after delay: Double = 0.0008) throws {
    try client(seconds, bytes)
    try server(seconds + delay, Packets.answer(to: bytes, error: error))
  }

  func close(_ seconds: Double, from side: ConnectionSide = .client) throws { try connection.close(from: side, time: stage.time(seconds)) }

  /// A segment of one's own making, relative to the stream's position.
  func segment(_ seconds: Double, _ side: ConnectionSide, at offset: Int, _ bytes: [UInt8], flags: TCPFlags = [.psh, .ack]) throws {
    try stage.write(connection.segment(from: side, at: offset, bytes, flags: flags), seconds)
  }
}

extension Endpoint {
  /// 10.0.0.`number`.
  static func host(_ number: UInt32, _ port: UInt16) -> Endpoint { .ipv4(0x0a00_0000 | number, port: port) }

  /// As lookup responses carry it.
  var place: Place {
    Place(address: isIPv4 ? Address128(high: 0, low: 0xffff_0000_0000 | low & 0xffff_ffff) : Address128(high: high, low: low), port: port)
  }
}
