import S2WMPFlow
import S2WMPWire

/// The packets that are rare enough to be built from rows by the general builder. Types and layouts are of v1, so that the builder always exists.
enum PeerPacket {
  case registration(Identifier)
  /// Who asks, who is looked up.
  case lookup(PacketType, Identifier, Identifier)
  case idChangeToServer(old: Identifier, new: Identifier, publicKey: [UInt8])

  func bytes(requestID: UInt64, wall: UInt64) -> [UInt8] {
    switch self {
    case .registration(let id):
      return build(.registration) {
        $0.set(Registration.requestID, Opaque64(requestID))
        $0.set(Registration.userID, id)
      }
    case .lookup(let type, let asker, let wanted):
      return build(type) {
        $0.set(Lookup.timestamp, wall)
        $0.set(Lookup.requestID, Opaque64(requestID))
        $0.set(Lookup.broadcast, type == .lookup ? 0 : 1)
        $0.set(Lookup.userID, asker)
        $0.set(Lookup.lookupID, wanted)
      }
    case .idChangeToServer(let old, let new, let publicKey):
      return build(.idChange) {
        $0.set(IDChange.timestamp, wall)
        $0.set(IDChange.requestID, Opaque64(requestID))
        $0.set(IDChange.userID, old)
        $0.set(IDChange.newID, new)
        $0.set(IDChange.publicKey, publicKey)
      }
    }
  }
}

/// CR (S2WMP §3.2.2).
func chatRequestPacket(from requestor: Identifier, to user: Identifier, publicKey: [UInt8], name: String) -> [UInt8] {
  build(.chatRequest) {
    $0.set(ChatRequest.requestorID, requestor)
    $0.set(ChatRequest.userID, user)
    $0.set(ChatRequest.publicKey, publicKey)
    $0.set(ChatRequest.name, Array(name.utf8))
  }
}

/// CRR (S2WMP §3.2.2): key and name only when accepted.
func chatResponsePacket(status: UInt8, requestor: Identifier, user: Identifier, publicKey: [UInt8], name: String) -> [UInt8] {
  build(.chatRequestResponse) {
    $0.set(ChatRequestResponse.status, status)
    $0.set(ChatRequestResponse.requestorID, requestor)
    $0.set(ChatRequestResponse.userID, user)
    guard status == 0 else { return }
    $0.set(ChatRequestResponse.publicKey, publicKey)
    $0.set(ChatRequestResponse.name, Array(name.utf8))
  }
}

/// BPR (S2WMP §3.2.5): where we take TCP connections.
func peerResponsePacket(wall: UInt64, requestID: Opaque64, asker: Identifier, own: Identifier, endpoint: Endpoint) -> [UInt8] {
  build(.broadcastPeerResponse) {
    $0.set(LookupResponse.timestamp, wall)
    $0.set(LookupResponse.requestID, requestID)
    $0.set(LookupResponse.userID, asker)
    $0.set(LookupResponse.lookupID, own)
    $0.set(LookupResponse.address, Address128(high: endpoint.high, low: endpoint.low))
    $0.set(LookupResponse.port, endpoint.port)
  }
}

private func build(_ type: PacketType, _ fill: (inout PacketBuilder) -> Void) -> [UInt8] {
  guard var builder = PacketBuilder(type, .v1) else { preconditionFailure("v1 defines every type that a peer sends") }
  fill(&builder)
  return builder.build()
}

extension PacketView {
  /// Where a lookup response says that TCP connections are taken; nil for the address or port zero.
  var endpoint: Endpoint? {
    let (address, port) = (self[LookupResponse.address], self[LookupResponse.port])
    guard port != 0, address.high | address.low != 0 else { return nil }
    let isIPv4 = address.high == 0 && address.low >> 32 == 0xffff
    guard !isIPv4 || address.low & 0xffff_ffff != 0 else { return nil }
    return Endpoint(high: address.high, low: address.low, port: port, isIPv4: isIPv4)
  }
}

extension UserStatus {
  /// The `status` field of M and SC in v1 (S2WMP §3.2.1).
  var code: UInt8 {
    switch self {
    case .online: 0
    case .busy: 1
    case .away: 2
    case .invisible: 3
    }
  }

  init?(code: UInt8) {
    switch code {
    case 0: self = .online
    case 1: self = .busy
    case 2: self = .away
    case 3: self = .invisible
    default: return nil
    }
  }
}

extension Endpoint {
  /// The same host, the port where peers listen unless told otherwise (S2WMP §2.1).
  var atDefaultPort: Endpoint { Endpoint(high: high, low: low, port: DefaultPort.peer, isIPv4: isIPv4) }
}
