import S2WMPFlow
import S2WMPWire

/// How a peer behaves. Suite and group are those of its identity.
public struct PeerConfiguration: Sendable {
  /// What to say to a chat request.
  public enum Acceptance: String, Sendable, CaseIterable {
    case auto, ask, deny
  }

  /// The user name: 1 to 255 bytes of printable US-ASCII.
  public var name: String
  public var acceptance: Acceptance = .ask
  /// Client IDs accepted besides our own program's.
  public var allowedClients: Set<Identifier> = []
  public var bootstrapServer: Endpoint?
  /// Whether BSM and BPM are broadcast.
  public var discovers = true
  /// A stall inside a packet that long ends the connection. Nanoseconds.
  public var readTimeout: UInt64 = .seconds(5)
  /// Whether the user is told what was refused, and why (`PeerEvent.rejected`).
  public var tellsRefusals = true
  public var limits = PeerLimits()

  public init(name: String) { self.name = name }
}

/// What a stranger cannot make a peer exceed.
public struct PeerLimits: Sendable {
  /// Open TCP connections, both ways.
  public var connections = 4096
  /// Bytes of unfinished packets over all connections; beyond it the connection that would exceed it is closed.
  public var unfinishedBytes = 64 << 20
  /// Chat requests that wait for the user.
  public var pendingRequests = 256
  /// Discovered peers remembered.
  public var discoveredPeers = 4096
  /// Messages to one friend that wait for their ACK.
  public var outgoingMessages = 1024

  public init() {}
}
