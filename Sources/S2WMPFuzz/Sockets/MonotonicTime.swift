import Glibc

/// Nanoseconds on a clock that only goes forward.
enum MonotonicTime {
  static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000 &+ UInt64(truncatingIfNeeded: time.tv_nsec)
  }
}

extension Duration {
  /// Whole nanoseconds, from zero up to a day.
  var boundedNanoseconds: UInt64 {
    let day: Int64 = 86_400
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    return UInt64(min(seconds, day)) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
  }
}
