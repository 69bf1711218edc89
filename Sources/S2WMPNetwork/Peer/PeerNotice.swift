import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// What a running peer tells its owner, in order, on the peer's event loop.
public enum PeerNotice: Sendable {
  /// The sockets take traffic.
  case listening(addresses: [Endpoint], userID: Identifier, fingerprint: String, at: PeerTime)
  case event(PeerEvent, at: PeerTime)
}

/// Why a peer cannot run, or cannot go on: one sentence that says what to do.
public struct PeerSetupError: Error, Equatable, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }
}
