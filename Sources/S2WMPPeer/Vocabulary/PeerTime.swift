/// A moment as the cores see it: they own no clock, every input brings one of these.
public struct PeerTime: Hashable, Sendable {
  /// Milliseconds since 1970-01-01T00:00:00Z, what `datetime` and `timestamp` fields carry. May jump.
  public var wall: UInt64
  /// Nanoseconds of a clock that never goes back. Timers use it.
  public var monotonic: UInt64

  public init(wall: UInt64, monotonic: UInt64) {
    self.wall = wall
    self.monotonic = monotonic
  }
}

extension UInt64 {
  /// Nanoseconds in that many seconds.
  public static func seconds(_ seconds: UInt64) -> UInt64 { seconds * 1_000_000_000 }
  /// Nanoseconds in that many milliseconds.
  public static func milliseconds(_ milliseconds: UInt64) -> UInt64 { milliseconds * 1_000_000 }
}
