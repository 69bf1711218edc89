/// How much reassembly may remember. The defaults bound it to some tens of megabytes, whatever the capture holds.
public struct ReassemblyLimits: Sendable {
  /// TCP connections and UDP 4-tuples at the same time; the one unused for longest makes room.
  public var flows = 65_536
  /// Bytes that wait behind a hole in one TCP direction.
  public var bufferedBytes = 1 << 20
  /// Bytes that wait behind holes altogether.
  public var totalBufferedBytes = 16 << 20
  /// Segments that wait behind a hole in one TCP direction.
  public var bufferedSegments = 131_072
  /// Segments that wait behind holes altogether.
  public var totalBufferedSegments = 262_144
  /// Capture time without a packet after which a flow is forgotten.
  public var idleNanoseconds: Int64 = 7_200_000_000_000
  /// Capture time that a closed connection is kept for late segments.
  public var lingerNanoseconds: Int64 = 2_000_000_000
  /// A hole that the other side acknowledged is given up after this capture time …
  public var holeNanoseconds: Int64 = 3_000_000_000
  /// … and so many more segments of its direction.
  public var holeSegments = 64
  /// `flush` gives up acknowledged holes older than this.
  public var liveHoleNanoseconds: Int64 = 5_000_000_000
  /// Packets in fragments, not complete yet.
  public var fragmentedPackets = 4096
  /// Memory for their bytes.
  public var fragmentBytes = 4 << 20
  /// Capture time after which an incomplete one is dropped.
  public var fragmentNanoseconds: Int64 = 30_000_000_000

  public init() {}
}
