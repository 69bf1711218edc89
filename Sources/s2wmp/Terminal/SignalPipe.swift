import Glibc

/// Signals as bytes that `poll` can wait for.
enum SignalPipe {
  // SAFETY: written once, before any handler is installed; handlers only read it.
  nonisolated(unsafe) private static var wake: Int32 = -1

  /// From here on these signals do nothing but make the descriptor readable, a byte each.
  static func open(_ signals: [Int32]) throws -> Int32 {
    let pipe = try WakePipe()
    wake = pipe.writing
    for signal in signals { catchSignal(signal) }
    return pipe.descriptor
  }

  static func catchSignal(_ number: Int32) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
      let saved = errno
      var byte = UInt8(truncatingIfNeeded: number)
      _ = write(SignalPipe.wake, &byte, 1)
      errno = saved
    }
    action.sa_flags = Int32(SA_RESTART)
    sigaction(number, &action, nil)
    unblock(number)
  }

  /// Whoever started us may have blocked it.
  static func unblock(_ number: Int32) {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, number)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  static func take(_ descriptor: Int32) -> Set<Int32> {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = read(descriptor, &bytes, bytes.count)
    return Set(bytes.prefix(max(count, 0)).map { Int32($0) })
  }
}
