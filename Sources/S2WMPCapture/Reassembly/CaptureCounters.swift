/// What went through a decoder.
public struct CaptureCounters: Sendable, Equatable {
  public var frames: UInt64 = 0
  /// Captured bytes of all frames.
  public var bytes: UInt64 = 0
  public var tcp: UInt64 = 0
  public var udp: UInt64 = 0
  /// Frames of protocols that are not looked into.
  public var other: UInt64 = 0
  /// TCP segments and datagrams whose payload the snap length cut.
  public var cutBySnapLength: UInt64 = 0
  /// Frames whose headers the snap length cut.
  public var cutHeaders: UInt64 = 0
  /// Frames whose headers contradict themselves or the frame's length.
  public var malformed: UInt64 = 0
  public var fragments: UInt64 = 0
  /// Fragmented packets given up: too old, too many, or contradictory.
  public var fragmentedPacketsDropped: UInt64 = 0
  /// TCP segments too far from their stream to belong to it.
  public var strays: UInt64 = 0
  /// Flows forgotten to make room or because they were idle.
  public var evictedFlows: UInt64 = 0
  /// Holes given up, by either cause.
  public var gaps: UInt64 = 0

  public init() {}
}
