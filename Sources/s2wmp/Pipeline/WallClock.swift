import Glibc
import S2WMPCapture

/// The time of day, for what has to be told live from the capture's own times.
enum WallClock {
  static func now() -> CaptureTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return CaptureTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  /// Since 1970-01-01T00:00:00Z.
  static var milliseconds: UInt64 { UInt64(max(0, now().nanoseconds)) / 1_000_000 }
}
