import S2WMPFlow
import S2WMPWire

/// Where packets travel when their objects do not say: between 10.0.0.7, who asks, and 10.0.0.9, who answers (S2WMP §2.1, §3.1).
enum DefaultPlace {
  static let asker: UInt32 = 0x0a00_0007
  static let answerer: UInt32 = 0x0a00_0009
  static let broadcast: UInt32 = 0x0a00_00ff

  /// TCP for what peers exchange and for bytes that are no packet, UDP for discovery and the bootstrap server.
  static func transport(_ type: PacketType?, _ dialect: Dialect) -> Transport {
    switch type {
    case nil, .message?, .statusChange?, .acknowledgement?, .chatRequest?, .chatRequestResponse?, .idChange?: .tcp
    default: .udp
    }
  }

  /// Whether the packet travels from the one who was asked.
  static func isAnswer(_ type: PacketType?) -> Bool {
    switch type {
    case .acknowledgement?, .chatRequestResponse?, .registrationResponse?, .lookupResponse?, .broadcastServerResponse?, .broadcastPeerResponse?: true
    default: false
    }
  }

  /// A datagram's source and destination.
  static func datagram(_ type: PacketType?, _ dialect: Dialect) -> (source: Endpoint, destination: Endpoint) {
    let peer = Endpoint.ipv4(asker, port: DefaultPort.peer)
    let server = Endpoint.ipv4(answerer, port: DefaultPort.bootstrap)
    switch type {
    case .registration?, .lookup?: return (peer, server)
    case .registrationResponse?, .lookupResponse?, .broadcastServerResponse?:
      return (server, dialect == .v1 ? peer : .ipv4(asker, port: DefaultPort.legacyReply))
    case .broadcastServer?: return (peer, .ipv4(broadcast, port: DefaultPort.bootstrap))
    case .broadcastPeer?, .userBroadcast?: return (peer, .ipv4(broadcast, port: DefaultPort.discovery))
    default:
      let other = Endpoint.ipv4(answerer, port: DefaultPort.peer)
      return isAnswer(type) ? (other, peer) : (peer, other)
    }
  }

  /// A connection's two ends. One connection has one dialect, and bytes that are no packet end what can be read of theirs, so they get one each.
  static func connection(_ packet: EncodedPacket) -> (client: Endpoint, server: Endpoint) {
    let port: UInt16 =
      if let stream = packet.stream {
        42_000 + UInt16(stream % 10_000)
      } else if packet.type == nil {
        52_000 + UInt16(packet.object % 10_000)
      } else {
        packet.dialect == .v1 ? 41_000 : 41_001
      }
    return (.ipv4(asker, port: port), .ipv4(answerer, port: DefaultPort.peer))
  }

  /// 2026-01-01T00:00:00Z, nanoseconds.
  static let time: Int64 = 1_767_225_600_000_000_000
  /// Between packets without a time, nanoseconds.
  static let step: Int64 = 1_000_000

  /// The time of the first packet without one: what the first packet itself says, when that is a time between 2000 and 2100.
  static func start(_ packets: [EncodedPacket]) -> Int64 {
    for packet in packets {
      let stated = packet.bytes.withUnsafeBytes { bytes -> UInt64 in
        guard let view = PacketView(bytes, packet.dialect), let row = view.layout.rows.first(where: { $0.relation == .time }),
          case .unsigned(let value) = view.value(of: row)
        else { return 0 }
        return value
      }
      if (946_684_800_000...4_102_444_800_000).contains(stated) { return Int64(stated) * 1_000_000 }
    }
    return time
  }
}
