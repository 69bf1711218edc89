import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

public typealias PeerEffects = [PeerEffect]

/// What a core wants done, in order. A `.store` must be durable before a later `.send`, `.datagram` or `.event` of the same call leaves.
public enum PeerEffect: Sendable {
  /// Open a TCP connection; answered by `receiveConnected` or `receiveConnectFailure`.
  case connect(ConnectionID, Endpoint)
  case send(ConnectionID, [UInt8])
  /// FIN after what was sent, then read and discard until the other side's FIN, for at most a second (S2WMP wire format, section 4).
  case close(ConnectionID)
  /// Close at once, unread and unsent bytes are lost.
  case abort(ConnectionID)
  /// From the peer's own UDP port.
  case datagram([UInt8], DatagramDestination)
  case store(StoreChange)
  case event(PeerEvent)
  /// A line for the key log, without its line feed.
  case keyLog(String)
  /// Make a new key of the peer's suite and group off this thread; answered by `receiveIdentity`.
  case makeIdentity
  /// All is said and done (`quit`): the shell may close what is left and end.
  case stopped
  /// Leave at once without closing anything in order; only planted defects do that.
  case crash
}

public enum DatagramDestination: Hashable, Sendable {
  case endpoint(Endpoint)
  /// The discovery port, on every interface that has a broadcast address.
  case peers
  /// The bootstrap server's port, on every interface that has a broadcast address.
  case servers
}
