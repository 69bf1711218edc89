import CEpoll
import Glibc

/// Ends a process group when this program is gone, also when it was killed and could do nothing about it any more.
///
/// A shell beside the target waits for the end of a pipe that nobody but this program holds open. `PR_SET_PDEATHSIG` would reach the group's first process alone,
/// is bound to the thread that started it, and exists on Linux only.
final class GroupGuard {
  private let processID: pid_t
  private let pipe: Int32
  private var isOver = false

  /// - group: the number of its first process, which is not reaped before `end`: else the number could be somebody else's by then.
  init(of group: pid_t) throws(TargetFault) {
    var ends: [Int32] = [-1, -1]
    guard s2wmp_pipe2(&ends, O_CLOEXEC) == 0 else { throw LocalFault.of(errno) }
    let shell = ShellStart(["-c", "read end; kill -s KILL -- \"-$1\"", "sh", "\(group)"])
    let (processID, error) = shell.start([(0, .descriptor(ends[0])), (1, .nowhere), (2, .nowhere)])
    close(ends[0])
    guard error == 0 else {
      close(ends[1])
      throw ShellStart.fault(error)
    }
    (self.processID, pipe) = (processID, ends[1])
  }

  deinit { end() }

  /// It is not needed any more.
  func end() {
    guard !isOver else { return }
    isOver = true
    kill(processID, SIGKILL)
    var status: Int32 = 0
    while waitpid(processID, &status, 0) < 0, errno == EINTR {}
    close(pipe)
  }
}
