import Glibc
import S2WMPPeer

enum BootstrapClock {
  static func now() -> PeerTime {
    PeerTime(wall: read(CLOCK_REALTIME) / 1_000_000, monotonic: read(CLOCK_MONOTONIC))
  }

  private static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(max(0, time.tv_sec)) * 1_000_000_000 + UInt64(max(0, time.tv_nsec))
  }
}
