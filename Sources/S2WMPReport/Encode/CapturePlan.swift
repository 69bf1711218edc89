import S2WMPFlow
import S2WMPWire

/// What a capture of some packets shows, in order: connections with their packets, and datagrams.
public struct CapturePlan: Sendable {
  public enum Step: Equatable, Sendable {
    /// Connections are numbered from 0 in the order of their steps.
    case open(connection: Int, client: Endpoint, server: Endpoint, time: CaptureTime)
    /// `packet` is an index into the packets that were planned.
    case send(connection: Int, fromClient: Bool, packet: Int, time: CaptureTime)
    case close(connection: Int, time: CaptureTime)
    case datagram(source: Endpoint, destination: Endpoint, packet: Int, time: CaptureTime)
  }

  public private(set) var steps: [Step] = []

  /// What makes packets share a connection.
  private enum Key: Hashable {
    case stream(UInt64)
    case pair(Endpoint, Endpoint, Dialect)
    case alone(Int)
  }

  private struct Connection {
    var number: Int
    var client: Endpoint
    var server: Endpoint
    var firstPacket: Int
    var lastPacket: Int
    var isOpen = false
    /// The numbers in `stream`; nil for connections made up from addresses.
    var stream: UInt64?

    /// Equal for connections whose segments could not be told apart.
    var endpoints: Set<Endpoint> { [client, server] }
  }

  private struct Place {
    var key: Key?
    var source: Endpoint
    var destination: Endpoint
  }

  private var connections: [Key: Connection] = [:]

  /// Packets without a place get one that suits their type; packets without a time come a millisecond after the one before.
  ///
  /// - keepsMissingTimes: `null` times stay missing (pcapng); otherwise they are made up like absent ones.
  public init(_ packets: [EncodedPacket], keepsMissingTimes: Bool = true) throws(EncodeInputError) {
    var places: [Place] = []
    for (index, packet) in packets.enumerated() { places.append(try place(packet, index)) }
    try checkAddressesAreOwn(packets)
    var last = DefaultPlace.start(packets) &- DefaultPlace.step
    for (index, packet) in packets.enumerated() {
      var time = packet.time ?? CaptureTime(nanoseconds: last &+ DefaultPlace.step)
      if time.isNone, !keepsMissingTimes { time = CaptureTime(nanoseconds: last &+ DefaultPlace.step) }
      if !time.isNone { last = time.nanoseconds }
      append(index, places[index], time)
    }
  }

  private mutating func append(_ index: Int, _ place: Place, _ time: CaptureTime) {
    guard let key = place.key, var connection = connections[key] else {
      return steps.append(.datagram(source: place.source, destination: place.destination, packet: index, time: time))
    }
    if !connection.isOpen {
      steps.append(.open(connection: connection.number, client: connection.client, server: connection.server, time: time))
      connection.isOpen = true
      connections[key] = connection
    }
    steps.append(.send(connection: connection.number, fromClient: place.source == connection.client, packet: index, time: time))
    guard index == connection.lastPacket else { return }
    let later = time.isNone ? time : CaptureTime(nanoseconds: time.nanoseconds &+ DefaultPlace.step / 4)
    steps.append(.close(connection: connection.number, time: later))
  }

  private mutating func place(_ packet: EncodedPacket, _ index: Int) throws(EncodeInputError) -> Place {
    switch packet.transport ?? DefaultPlace.transport(packet.type, packet.dialect) {
    case .tcp: return try connectionPlace(packet, index)
    case .udp:
      let usual = DefaultPlace.datagram(packet.type, packet.dialect)
      let place = Place(key: nil, source: packet.source ?? usual.source, destination: packet.destination ?? usual.destination)
      try check(place, packet)
      let limit = place.source.isIPv4 ? 65_507 : 65_527
      if packet.bytes.count > limit { throw error(packet, .datagramTooLong(packet.bytes.count)) }
      return place
    }
  }

  private mutating func connectionPlace(_ packet: EncodedPacket, _ index: Int) throws(EncodeInputError) -> Place {
    let known = packet.stream.flatMap { connections[.stream($0)] }
    let usual = known.map { ($0.client, $0.server) } ?? DefaultPlace.connection(packet)
    var place = directed(packet, usual.0, usual.1)
    try check(place, packet)
    let key = key(packet, place)
    if var connection = connections[key] {
      let ends = [connection.client, connection.server]
      guard ends == [place.source, place.destination] || ends == [place.destination, place.source] else {
        throw error(packet, .otherAddresses(stream: packet.stream ?? 0))
      }
      connection.lastPacket = index
      connections[key] = connection
    } else {
      let isForward = Self.isClient(place.source, toward: place.destination, packet)
      connections[key] = Connection(
        number: connections.count, client: isForward ? place.source : place.destination, server: isForward ? place.destination : place.source,
        firstPacket: index, lastPacket: index, stream: packet.stream)
    }
    place.key = key
    return place
  }

  /// Two connections between the same endpoints must not be open at once: nobody could tell their segments apart.
  private func checkAddressesAreOwn(_ packets: [EncodedPacket]) throws(EncodeInputError) {
    var latest: [Set<Endpoint>: Connection] = [:]
    for connection in connections.values.sorted(by: { $0.firstPacket < $1.firstPacket }) {
      if let before = latest[connection.endpoints], before.lastPacket > connection.firstPacket {
        throw error(packets[connection.firstPacket], .sharedAddresses(stream: connection.stream ?? 0, with: before.stream ?? 0))
      }
      latest[connection.endpoints] = connection
    }
  }

  /// Source and destination as given; what is missing is the other end of what is given, or follows from the type.
  private func directed(_ packet: EncodedPacket, _ client: Endpoint, _ server: Endpoint) -> Place {
    switch (packet.source, packet.destination) {
    case (let source?, let destination?): return Place(source: source, destination: destination)
    case (let source?, nil): return Place(source: source, destination: source == server ? client : server)
    case (nil, let destination?): return Place(source: destination == client ? server : client, destination: destination)
    case (nil, nil):
      return DefaultPlace.isAnswer(packet.type) ? Place(source: server, destination: client) : Place(source: client, destination: server)
    }
  }

  private func key(_ packet: EncodedPacket, _ place: Place) -> Key {
    if let stream = packet.stream { return .stream(stream) }
    if packet.type == nil, packet.source == nil, packet.destination == nil { return .alone(packet.object) }
    let (a, b) = (place.source, place.destination)
    let isOrdered = (a.high, a.low, a.port) < (b.high, b.low, b.port)
    return .pair(isOrdered ? a : b, isOrdered ? b : a, packet.dialect)
  }

  /// Servers are found at default ports, clients at others; where that does not decide, the first to speak is the client unless it answers.
  private static func isClient(_ source: Endpoint, toward destination: Endpoint, _ packet: EncodedPacket) -> Bool {
    let listening = { (port: UInt16) in port == DefaultPort.peer || port == DefaultPort.bootstrap }
    if listening(source.port) != listening(destination.port) { return listening(destination.port) }
    return !DefaultPlace.isAnswer(packet.type)
  }

  private func check(_ place: Place, _ packet: EncodedPacket) throws(EncodeInputError) {
    if place.source.isIPv4 != place.destination.isIPv4 { throw error(packet, .mixedFamilies) }
  }

  private func error(_ packet: EncodedPacket, _ problem: EncodeInputError.Problem) -> EncodeInputError {
    EncodeInputError(line: packet.line, object: packet.object, problem)
  }
}
