import Glibc

/// A pipe by which a signal handler or another thread wakes the one that waits in `poll`.
struct WakePipe {
  /// Readable once something was written.
  let descriptor: Int32
  let writing: Int32

  init() throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw CommandError(description: "the system gives no pipe: \(String(cString: strerror(errno)))") }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    (descriptor, writing) = (ends[0], ends[1])
  }
}
