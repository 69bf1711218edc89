import CEpoll
import Glibc

/// How a process ended.
enum ProcessEnd: Hashable {
  case status(Int32), signal(Int32)

  var words: String {
    switch self {
    case .status(let status): "ended with exit status \(status)"
    case .signal(let number): "was killed by signal \(number) (\(Self.text(number)))"
    }
  }

  private static func text(_ number: Int32) -> String {
    let text = strsignal(number).map { String(cString: $0) } ?? "unknown"
    return text.prefix(1).lowercased() + text.dropFirst()
  }

  /// From what `waitpid` tells.
  init(waitStatus status: Int32) {
    let signal = status & 0x7f
    self = signal == 0 ? .status(status >> 8 & 0xff) : .signal(signal)
  }
}

/// A shell command in a process group of its own, with pipes to its standard input, output and error. Ended when this is, or this program.
final class ChildProcess {
  let processID: pid_t
  let input: Int32
  let output: Int32
  let errors: Int32
  /// Becomes readable when the process ends; below zero on systems without such a thing.
  private let handle: Int32
  private let groupGuard: GroupGuard
  private(set) var end: ProcessEnd?

  private init(_ processID: pid_t, _ groupGuard: GroupGuard, input: Int32, output: Int32, errors: Int32) {
    self.processID = processID
    self.groupGuard = groupGuard
    self.input = input
    self.output = output
    self.errors = errors
    handle = s2wmp_pidfd_open(processID)
  }

  deinit {
    stop(patience: 0) {}
    for descriptor in [input, output, errors, handle] where descriptor >= 0 { close(descriptor) }
  }

  // MARK: Starting

  static func start(_ command: String) throws(TargetFault) -> ChildProcess {
    var pipes: [(read: Int32, write: Int32)] = []
    for _ in 0..<4 {
      var pair: [Int32] = [-1, -1]
      guard s2wmp_pipe2(&pair, O_CLOEXEC) == 0 else {
        closeAll(pipes)
        throw LocalFault.of(errno)
      }
      pipes.append((pair[0], pair[1]))
    }
    let (input, output, errors, gate) = (pipes[0], pipes[1], pipes[2], pipes[3])
    let shell = ShellStart(["-c", gated(shellText(command))])
    let (processID, error) = shell.start([
      (0, .descriptor(input.read)), (1, .descriptor(output.write)), (2, .descriptor(errors.write)), (gateNumber, .descriptor(gate.read)),
    ])
    for descriptor in [input.read, output.write, errors.write, gate.read] { close(descriptor) }
    defer { close(gate.write) }
    do throws(TargetFault) {
      guard error == 0 else { throw ShellStart.fault(error) }
      let groupGuard = try openGate(gate.write, processID)
      for descriptor in [input.write, output.read, errors.read] { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
      return ChildProcess(processID, groupGuard, input: input.write, output: output.read, errors: errors.read)
    } catch {
      for descriptor in [input.write, output.read, errors.read] { close(descriptor) }
      throw error
    }
  }

  private static func closeAll(_ pipes: [(read: Int32, write: Int32)]) {
    for pipe in pipes {
      close(pipe.read)
      close(pipe.write)
    }
  }

  private static let gateNumber: Int32 = 3

  /// The command begins when it is told to, and not at all when this program ends before: so it never runs without its guard.
  static func gated(_ text: String) -> String { "read gate <&\(gateNumber) || exit 1; exec \(gateNumber)<&-; unset gate; \(text)" }

  private static func openGate(_ gate: Int32, _ processID: pid_t) throws(TargetFault) -> GroupGuard {
    do throws(TargetFault) {
      let groupGuard = try GroupGuard(of: processID)
      write(Array("open\n".utf8), to: gate)
      return groupGuard
    } catch {
      kill(-processID, SIGKILL)
      var status: Int32 = 0
      while waitpid(processID, &status, 0) < 0, errno == EINTR {}
      throw error
    }
  }

  /// With `exec` where the command is a single one: then the process is the target itself, and its signals are seen.
  static func shellText(_ command: String) -> String {
    let first = command.drop { $0 == " " }.prefix { $0 != " " }
    let isSimple = !command.contains { ";&|(){}\n`".contains($0) } && !first.contains("=") && first != "exec" && !first.isEmpty
    return isSimple && !builtins.contains(String(first)) ? "exec " + command : command
  }

  private static let builtins: Set<String> = [
    "cd", "if", "for", "while", "until", "case", "!", ".", ":", "eval", "exit", "kill", "trap", "ulimit", "export", "set",
  ]

  // MARK: Ending

  /// Whether it ended, at most so many milliseconds from now. What is left of its group ends with it.
  func checkEnd(patience milliseconds: Int32 = 0) -> ProcessEnd? {
    if end != nil { return end }
    var left = milliseconds
    while !hasEnded {
      if left <= 0 { return nil }
      let step = handle >= 0 ? left : min(left, 5)
      if handle >= 0 { _ = SystemSocket.wait(handle, for: POLLIN, milliseconds: step) } else { usleep(UInt32(step) * 1000) }
      left -= step
    }
    reap()
    return end
  }

  private var hasEnded: Bool {
    var information = siginfo_t()
    // Left to be reaped, so that its number is not given to another process before its group has been ended.
    return waitid(P_PID, id_t(processID), &information, WEXITED | WNOHANG | WNOWAIT) != 0 || information.si_code != 0
  }

  private func reap() {
    kill(-processID, SIGKILL)
    groupGuard.end()
    var status: Int32 = 0
    while waitpid(processID, &status, 0) < 0, errno == EINTR {}
    end = ProcessEnd(waitStatus: status)
  }

  /// SIGTERM to the whole group, and SIGKILL if that does not end it in time.
  ///
  /// - meanwhile: called often while it is waited for: it may have much to say.
  func stop(patience milliseconds: Int32 = 2000, meanwhile: () -> Void) {
    guard checkEnd() == nil else { return }
    if milliseconds > 0 {
      kill(-processID, SIGTERM)
      var left = milliseconds
      while left > 0 {
        meanwhile()
        if checkEnd(patience: min(20, left)) != nil { return }
        left -= 20
      }
    }
    kill(-processID, SIGKILL)
    _ = checkEnd(patience: 5000)
  }

  // MARK: Talking

  /// Writes a line to its standard input; lost when it does not read.
  func tell(_ line: [UInt8]) { Self.write(line, to: input) }

  private static func write(_ line: [UInt8], to pipe: Int32) {
    var pipeSignal = sigset_t()
    sigemptyset(&pipeSignal)
    sigaddset(&pipeSignal, SIGPIPE)
    var before = sigset_t()
    // A pipe has no flag against SIGPIPE, and what the whole program does about it is not for this to decide.
    pthread_sigmask(SIG_BLOCK, &pipeSignal, &before)
    let count = line.withUnsafeBytes { Glibc.write(pipe, $0.baseAddress, $0.count) }
    if count < 0, errno == EPIPE {
      var now = timespec()
      sigtimedwait(&pipeSignal, nil, &now)
    }
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }
}
