import Glibc
import S2WMPPeer

/// The machine's clocks, for what the person does.
enum ChatClock {
  static func now() -> PeerTime { PeerTime(wall: WallClock.milliseconds, monotonic: monotonic) }

  /// Nanoseconds that never go back.
  static var monotonic: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(max(0, time.tv_sec)) &* 1_000_000_000 &+ UInt64(max(0, time.tv_nsec))
  }
}
