/// A point on the capture clock: nanoseconds since 1970-01-01T00:00:00Z, or none.
///
/// A pcapng simple packet block carries no time; such frames have `CaptureTime.none`.
public struct CaptureTime: Hashable, Sendable {
  /// Nanoseconds since 1970-01-01T00:00:00Z; `Int64.min` stands for "the capture has none".
  public var nanoseconds: Int64

  @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// The frame carries no time.
  @inlinable public static var none: CaptureTime { CaptureTime(nanoseconds: .min) }

  @inlinable public var isNone: Bool { nanoseconds == .min }
}
