/// Writes small captures for tests: Ethernet, IPv4, UDP and TCP, without checksums (tshark does not look at them by default).
struct SchemaCapture {
  /// Seconds since 1970 of the first frame.
  static let start: UInt32 = 1_750_000_000
  private(set) var bytes: [UInt8] = []
  private(set) var frames = 0
  private var next: [UInt16: UInt32] = [:]

  init() {
    bytes = Self.little(0xa1b2_c3d4) + [2, 0, 4, 0] + Self.little(0) + Self.little(0) + Self.little(65535) + Self.little(1)
  }

  /// One datagram from a port of the client's to one of the server's.
  mutating func datagram(_ payload: [UInt8], from source: UInt16 = 41000, to destination: UInt16) {
    let length = UInt16(8 + payload.count)
    frame(17, Self.big(source) + Self.big(destination) + Self.big(length) + [0, 0] + payload, fromClient: true)
  }

  /// A segment with what the client (or the server) has to say next. The first one of a client's port is preceded by a handshake.
  mutating func segment(_ payload: [UInt8], port: UInt16 = 41000, server: UInt16 = 5000, fromClient: Bool = true) {
    if next[port] == nil {
      next[port] = 1
      next[port &+ 10_000] = 1
      tcp([], 0, 0, flags: 0x02, port, server, true)
      tcp([], 0, 1, flags: 0x12, port, server, false)
    }
    let (own, other) = fromClient ? (port, port &+ 10_000) : (port &+ 10_000, port)
    let sequence = next[own] ?? 1
    tcp(payload, sequence, next[other] ?? 1, flags: 0x18, port, server, fromClient)
    next[own] = sequence + UInt32(payload.count)
  }

  /// A stream in pieces of the given sizes, the last one repeated.
  mutating func stream(_ payload: [UInt8], sizes: [Int], port: UInt16 = 41000, server: UInt16 = 5000) {
    var rest = payload[...]
    var sizes = sizes
    while !rest.isEmpty {
      let size = sizes.count > 1 ? sizes.removeFirst() : sizes[0]
      segment(Array(rest.prefix(size)), port: port, server: server)
      rest = rest.dropFirst(size)
    }
  }

  private mutating func tcp(
    _ payload: [UInt8], _ sequence: UInt32, _ acknowledged: UInt32, flags: UInt8, _ port: UInt16, _ server: UInt16, _ fromClient: Bool
  ) {
    let ports = fromClient ? Self.big(port) + Self.big(server) : Self.big(server) + Self.big(port)
    frame(6, ports + Self.big(sequence) + Self.big(acknowledged) + [0x50, flags, 0x20, 0, 0, 0, 0, 0] + payload, fromClient: fromClient)
  }

  private mutating func frame(_ transport: UInt8, _ payload: [UInt8], fromClient: Bool) {
    let client: [UInt8] = [10, 0, 0, 7]
    let server: [UInt8] = [10, 0, 0, 9]
    let header: [UInt8] = [0x45, 0] + Self.big(UInt16(20 + payload.count)) + [0, 0, 0x40, 0, 64, transport, 0, 0]
    let ethernet: [UInt8] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]
    let data = ethernet + header + (fromClient ? client + server : server + client) + payload
    bytes += Self.little(Self.start) + Self.little(UInt32(frames * 1000)) + Self.little(UInt32(data.count)) + Self.little(UInt32(data.count)) + data
    frames += 1
  }

  private static func big(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
  private static func little(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
}
