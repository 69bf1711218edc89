import Glibc
import S2WMPPeer

/// The clocks of the machine, as the cores want them. NIO's deadlines count on the same monotonic clock.
enum SystemClock {
  static func now() -> PeerTime {
    PeerTime(wall: nanoseconds(CLOCK_REALTIME) / 1_000_000, monotonic: nanoseconds(CLOCK_MONOTONIC))
  }

  private static func nanoseconds(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(max(0, time.tv_sec)) &* 1_000_000_000 &+ UInt64(max(0, time.tv_nsec))
  }
}
