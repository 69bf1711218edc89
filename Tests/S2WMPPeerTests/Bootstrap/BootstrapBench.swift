import S2WMPCrypto
import S2WMPFlow
import S2WMPPeer
import S2WMPWire
import Testing

/// A bootstrap server on a clock that only moves when a test says so.
final class BootstrapBench {
  let server: BootstrapServer
  var now = PeerTime(wall: 1_700_000_000_000, monotonic: .seconds(1000))
  static let serverID = Identifier(high: 0x5e5e, low: 0x5e5e)
  /// What the shell would say about where the server listens.
  var listening: Endpoint? = .ipv4(0x0a00_0001, port: 5005)

  init(_ configure: (inout BootstrapConfiguration) -> Void = { _ in }) {
    var configuration = BootstrapConfiguration()
    // Enough not to matter where a test is not about it.
    configuration.rate = 1_000_000
    configuration.burst = 1_000_000
    configure(&configuration)
    server = BootstrapServer(configuration, serverID: Self.serverID) { count in (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) } }
  }

  func advance(_ nanoseconds: UInt64) {
    now.monotonic += nanoseconds
    now.wall += nanoseconds / 1_000_000
  }

  func answer(_ bytes: [UInt8], from source: Endpoint) -> BootstrapAnswer? {
    bytes.withUnsafeBytes { server.receiveDatagram($0, from: source, at: now) { listening } }
  }

  /// The answer as a packet's fields; nil for silence.
  func ask(_ bytes: [UInt8], from source: Endpoint) -> Fields? { answer(bytes, from: source).flatMap { Fields($0.bytes) } }

  @discardableResult func register(_ id: Identifier, from source: Endpoint) -> UInt8? { ask(Requests.registration(id), from: source)?.status }

  func lookUp(_ wanted: Identifier, as id: Identifier, from source: Endpoint) -> Fields? { ask(Requests.lookup(id, wanted), from: source) }
}

/// One answer, read by the rows.
struct Fields {
  let bytes: [UInt8]
  let dialect: Dialect
  let type: PacketType

  /// Nil when it is not exactly one packet.
  init?(_ bytes: [UInt8]) {
    let dialect: Dialect = [19, 63].contains(bytes.count) ? .legacy : .v1
    guard let type = bytes.withUnsafeBytes({ PacketView($0, dialect)?.type }) else { return nil }
    self.bytes = bytes
    self.dialect = dialect
    self.type = type
  }

  subscript(_ name: String) -> FieldValue? {
    bytes.withUnsafeBytes { buffer in
      guard let view = PacketView(buffer, dialect), let row = view.layout.row(named: name) else { return nil }
      return view.value(of: row)
    }
  }

  var status: UInt8? {
    guard case .unsigned(let value)? = self["status"] else { return nil }
    return UInt8(value)
  }

  /// `address` and `port` of a v1 response; nil when both are zero.
  var endpoint: Endpoint? {
    guard dialect == .v1, bytes.count == 70 else { return nil }
    let (high, low, port) = bytes.withUnsafeBytes {
      let address = Address128.load($0.baseAddress.unsafelyUnwrapped, 52)
      return (address.high, address.low, UInt16.load($0.baseAddress.unsafelyUnwrapped, 68))
    }
    if high == 0, low == 0, port == 0 { return nil }
    return Endpoint(high: high, low: low, port: port, isIPv4: high == 0 && low >> 32 == 0xffff)
  }
}

/// Requests of both dialects.
enum Requests {
  static let requestID: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
  static let legacyRequestID = [UInt8](0xa0..<0xb0)

  static func registration(_ id: Identifier, requestID: [UInt8] = requestID) -> [UInt8] { [1, 2] + requestID + id.bytes }

  static func lookup(_ id: Identifier, _ wanted: Identifier, status: UInt8 = 0, broadcast: UInt8 = 0) -> [UInt8] {
    [1, 4] + [UInt8](repeating: 9, count: 8) + requestID + [status, broadcast] + id.bytes + wanted.bytes
  }

  static func broadcast(_ id: Identifier, type: UInt8 = 12, status: UInt8 = 0, broadcast: UInt8 = 1) -> [UInt8] {
    [1, type] + [UInt8](repeating: 9, count: 8) + requestID + [status, broadcast] + id.bytes + Identifier.zero.bytes
  }

  static func idChange(_ old: Identifier, key: [UInt8], newID: Identifier? = nil) -> [UInt8] {
    let length = UInt32(key.count)
    let size = (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * UInt32($0))) }
    return [1, 11] + [UInt8](repeating: 0, count: 8) + requestID + old.bytes + (newID ?? self.id(of: key)).bytes + [UInt8](repeating: 0, count: 16) + size
      + key
  }

  static func id(of key: [UInt8]) -> Identifier { key.withUnsafeBytes { Digest.identifier(sha256: $0) } }

  static func legacyRegistration(_ id: Identifier) -> [UInt8] { [1, 2] + id.bytes + legacyRequestID }

  static func legacyLookup(_ id: Identifier, _ wanted: Identifier) -> [UInt8] {
    [1, 4] + [UInt8](repeating: 9, count: 8) + legacyRequestID + id.bytes + wanted.bytes
  }
}

extension Identifier {
  static let alice = Identifier(high: 0xa11c_e000_0000_0000, low: 1)
  static let bob = Identifier(high: 0xb0b0_0000_0000_0000, low: 2)
  static let carol = Identifier(high: 0xca01_0000_0000_0000, low: 3)
}

extension Endpoint {
  /// 10.0.0.`host`.
  static func host(_ host: UInt32, port: UInt16 = 5000) -> Endpoint { .ipv4(0x0a00_0000 + host, port: port) }
  static let six = Endpoint(high: 0xfd00_0000_0000_0000, low: 7, port: 5000, isIPv4: false)
}
