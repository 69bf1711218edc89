import Glibc

/// A pipe that is readable once somebody asked to stop: `poll` sees it beside the device, and a signal handler may write to it.
struct StopPipe: ~Copyable {
  let readEnd: Int32
  let writeEnd: Int32

  /// nil: the process has no descriptors left.
  init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    readEnd = ends[0]
    writeEnd = ends[1]
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  /// Async-signal-safe. A full pipe says "stop" already.
  static func stop(writeEnd: Int32) {
    let saved = errno
    var one: UInt8 = 1
    _ = write(writeEnd, &one, 1)
    errno = saved
  }
}
