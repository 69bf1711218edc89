import S2WMPFlow
import S2WMPWire

/// One registration as a store keeps it.
public struct BootstrapRegistration: Hashable, Sendable {
  public var id: Identifier
  public var address: Endpoint
  /// Milliseconds since 1970-01-01T00:00:00Z: the monotonic clock does not outlive the machine's uptime.
  public var expires: UInt64

  public init(id: Identifier, address: Endpoint, expires: UInt64) {
    self.id = id
    self.address = address
    self.expires = expires
  }
}

/// What a store has to keep. Expired registrations are not reported: the store knows when they end.
public enum BootstrapChange: Hashable, Sendable {
  case saved(BootstrapRegistration)
  case removed(Identifier)
}
