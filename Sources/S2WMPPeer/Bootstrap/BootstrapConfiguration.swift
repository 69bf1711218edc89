/// How a bootstrap server behaves; the defaults are those of the wire format, section 6.2.
public struct BootstrapConfiguration: Sendable {
  /// How long a registration lives without being refreshed. Nanoseconds.
  public var lifetime: UInt64 = .seconds(900)
  /// Requests a second that one source may keep up, 1 to a billion.
  public var rate: UInt64 = 50
  /// Requests that one source may have ahead of that, 1 to a billion.
  public var burst: UInt64 = 200
  /// How long a source that exceeded its rate is not answered. Nanoseconds.
  public var ban: UInt64 = .seconds(60)
  /// A stall inside a packet that long ends a TCP connection. Nanoseconds.
  public var readTimeout: UInt64 = .seconds(5)
  /// Registrations held. When they are that many, IDs that are not registered yet are refused; those that are can still be refreshed.
  public var maximumRegistrations = 1 << 20
  /// Sources whose rate is known, rounded up to a power of two. When more of them are busy at once, those that used least are forgotten.
  public var trackedSources = 1 << 16
  /// Whether `BootstrapServer.takeChanges` tells what a store has to keep.
  public var persists = false

  public init() {}
}
