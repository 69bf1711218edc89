import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// One TCP connection of the peer, as its shell and the other side know it.
final class PeerLine {
  enum Phase {
    case connecting, open
    /// `.close` was asked for: nothing more may be sent.
    case closing
    /// Reset, or over.
    case gone
  }

  let id: ConnectionID
  let remote: Endpoint
  let isOurs: Bool
  var phase: Phase
  var hasEnded = false
  /// Written by the other side, on its way.
  var staged: [UInt8] = []
  /// Delivered, and no whole packet yet.
  var unfinished: [UInt8] = []
  /// When the last byte inside a packet came. Monotonic.
  var lastByteAt: UInt64 = 0
  /// CRRs that the peer owes on it, once the user has decided.
  var owedResponses: [(requestor: Identifier, userID: Identifier)] = []
  /// What the peer sent as requests of its own: M, SC, IC, CR.
  var requests: [[UInt8]] = []

  init(_ id: ConnectionID, _ remote: Endpoint, isOurs: Bool, _ phase: Phase) {
    (self.id, self.remote, self.isOurs, self.phase) = (id, remote, isOurs, phase)
  }
}

/// What was said to the peer, as far as it decides what may follow.
enum PeerCall {
  case start, connection, connected, failed, timeout, identity
  /// With what the packets that are whole now are owed, and whether the stream cannot be read on.
  case bytes(PeerLine, owed: [PeerOwed], isFaulty: Bool)
  case end(PeerLine)
  case closed(PeerLine)
  case datagram([UInt8], Endpoint)
  case command(PeerCommand)

  var name: String {
    switch self {
    case .start: "start"
    case .connection: "receiveConnection"
    case .connected: "receiveConnected"
    case .failed: "receiveConnectFailure"
    case .timeout: "receiveTimeout"
    case .identity: "receiveIdentity"
    case .bytes(let line, _, _): "receiveBytes on \(line.id.rawValue)"
    case .end(let line): "receiveEnd of \(line.id.rawValue)"
    case .closed(let line): "receiveClosed of \(line.id.rawValue)"
    case .datagram(let bytes, _): "receiveDatagram of \(bytes.count) bytes"
    case .command(let command): "perform \(command)"
    }
  }
}
