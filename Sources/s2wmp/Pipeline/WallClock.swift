import Glibc
import S2WMPCapture

/// The time of day, for what has to be told live from the capture's own times.
enum WallClock {
  static func now() -> CaptureTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return CaptureTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }
}
