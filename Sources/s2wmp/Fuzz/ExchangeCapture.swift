import S2WMPCapture
import S2WMPFlow
import S2WMPFuzz

/// Writes the exchange of a finding as a capture: real connections, from handshake to FIN or reset, at the times of the run.
///
/// The target is where it was; our own ports are made up, 40000 and the connection's number, and so is our address where it is not known.
final class ExchangeCapture {
  private struct Line {
    var connection: SyntheticConnection
    var hasOurEnd = false
    var hasTheirEnd = false

    var isOver: Bool { hasOurEnd && hasTheirEnd }
  }

  private let capture: SyntheticCapture
  private let exchange: Exchange
  private let target: Endpoint
  private let own: Endpoint
  private let started: Int64
  private var lines: [Int: Line] = [:]
  /// How often a connection's number was used again.
  private var generations: [Int: Int] = [:]

  private static let firstPort = 40_000
  private static let datagramPort: UInt16 = 39_999
  /// Ports of the connections of one generation.
  private static let portsEach = 64

  /// - own: our address in the run; nil: the loopback one beside a target on it, else one of those set aside for examples.
  /// - started: milliseconds since 1970.
  static func write(_ exchange: Exchange, target: Endpoint, own: Endpoint? = nil, started: UInt64, to path: String) throws {
    let writer = try CaptureFileWriter(path: path, format: .pcap, linkType: 1)
    let capture = ExchangeCapture(exchange, target, own ?? counterpart(of: target), started, writer)
    for entry in exchange.entries { try capture.add(entry) }
    try capture.capture.finish()
    try writer.close()
  }

  private init(_ exchange: Exchange, _ target: Endpoint, _ own: Endpoint, _ started: UInt64, _ writer: CaptureFileWriter) {
    self.exchange = exchange
    self.target = target
    self.own = own
    // Seconds in a pcap file have 32 bits.
    self.started = Int64(min(started, 4_000_000_000_000)) * 1_000_000
    capture = SyntheticCapture(writer: writer)
  }

  private static func counterpart(of target: Endpoint) -> Endpoint {
    if target.isIPv4 {
      let isLoopback = target.low >> 24 & 0xff == 127
      return isLoopback ? Endpoint(high: target.high, low: target.low, port: 0, isIPv4: true) : .ipv4(0xc000_0201, port: 0)
    }
    let isLoopback = target.high == 0 && target.low == 1
    return Endpoint(high: isLoopback ? 0 : 0x2001_0db8_0000_0000, low: 1, port: 0, isIPv4: false)
  }

  private func ours(port: Int) -> Endpoint {
    Endpoint(high: own.high, low: own.low, port: UInt16(clamping: port), isIPv4: own.isIPv4)
  }

  private func time(_ entry: Exchange.Entry) -> CaptureTime {
    CaptureTime(nanoseconds: started &+ Int64(min(entry.at, 1 << 60)))
  }

  private func add(_ entry: Exchange.Entry) throws {
    switch entry.what {
    case .sent(let range): try carry(Array(exchange.sent[range.clamped(to: exchange.sent.indices)]), entry, isOurs: true)
    case .received(let range): try carry(Array(exchange.received[range.clamped(to: exchange.received.indices)]), entry, isOurs: false)
    case .ended(let byTarget, let ending): try end(entry, byTarget: byTarget, ending)
    }
  }

  private func carry(_ bytes: [UInt8], _ entry: Exchange.Entry, isOurs: Bool) throws {
    if entry.connection < 0 {
      let here = ours(port: Int(Self.datagramPort))
      return try capture.datagram(from: isOurs ? here : target, to: isOurs ? target : here, bytes, time: time(entry))
    }
    if bytes.isEmpty { return }
    try line(entry).connection.send(from: isOurs ? .client : .server, bytes, time: time(entry))
  }

  /// The connection of an entry, opened when it is not open.
  private func line(_ entry: Exchange.Entry, handshake: Bool = true) throws -> Line {
    if let line = lines[entry.connection], !line.isOver { return line }
    let generation = generations[entry.connection, default: 0]
    generations[entry.connection] = generation + 1
    let port = Self.firstPort + entry.connection % Self.portsEach + generation % 300 * Self.portsEach
    let options = ConnectionOptions(handshake: handshake)
    let line = Line(connection: try capture.openConnection(client: ours(port: port), server: target, time: time(entry), options: options))
    lines[entry.connection] = line
    return line
  }

  private func end(_ entry: Exchange.Entry, byTarget: Bool, _ ending: Ending) throws {
    if entry.connection < 0 || ending == .open { return }
    if ending == .refused { return try refuse(entry) }
    var line = try line(entry)
    let side: ConnectionSide = byTarget ? .server : .client
    if ending == .reset {
      try line.connection.reset(from: side, time: time(entry))
      (line.hasOurEnd, line.hasTheirEnd) = (true, true)
    } else if byTarget ? !line.hasTheirEnd : !line.hasOurEnd {
      try line.connection.endDirection(from: side, time: time(entry))
      if byTarget { line.hasTheirEnd = true } else { line.hasOurEnd = true }
      let last = line.connection.segment(from: side.opposite, flags: .ack)
      try capture.write(last, time: CaptureTime(nanoseconds: time(entry).nanoseconds &+ 1000))
    }
    lines[entry.connection] = line
  }

  /// A SYN, and the reset that answers it.
  private func refuse(_ entry: Exchange.Entry) throws {
    lines[entry.connection] = nil
    var line = try line(entry, handshake: false)
    try capture.write(line.connection.segment(from: .client, flags: .syn), time: time(entry))
    line.connection.skip(.client, 1)
    try line.connection.reset(from: .server, time: CaptureTime(nanoseconds: time(entry).nanoseconds &+ 1000))
    (line.hasOurEnd, line.hasTheirEnd) = (true, true)
    lines[entry.connection] = line
  }
}
