import Glibc
import Synchronization

/// Ctrl-C and SIGTERM as a wish: the first ends the run in order, with its report; the second ends the program.
enum Interruption {
  private static let count = Atomic<Int>(0)

  static var isWanted: Bool { count.load(ordering: .relaxed) > 0 }

  static func listen() {
    for signal in [SIGINT, SIGTERM] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { number in
        if Interruption.count.add(1, ordering: .relaxed).oldValue > 0 { _exit(128 + number) }
      }
      sigaction(signal, &action, nil)
      SignalPipe.unblock(signal)
    }
  }
}
