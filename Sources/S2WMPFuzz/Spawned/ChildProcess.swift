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

/// A shell command in a process group of its own, with pipes to its standard input, output and error. Ended when this is.
final class ChildProcess {
  let processID: pid_t
  let input: Int32
  let output: Int32
  let errors: Int32
  /// Becomes readable when the process ends; below zero on systems without such a thing.
  private let handle: Int32
  private(set) var end: ProcessEnd?

  private init(_ processID: pid_t, input: Int32, output: Int32, errors: Int32) {
    self.processID = processID
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
    for _ in 0..<3 {
      var pair: [Int32] = [-1, -1]
      guard s2wmp_pipe2(&pair, O_CLOEXEC) == 0 else {
        closeAll(pipes)
        throw LocalFault.of(errno)
      }
      pipes.append((pair[0], pair[1]))
    }
    let (input, output, errors) = (pipes[0], pipes[1], pipes[2])
    let (processID, error) = spawn(command, input.read, output.write, errors.write)
    for descriptor in [input.read, output.write, errors.write] { close(descriptor) }
    guard error == 0 else {
      for descriptor in [input.write, output.read, errors.read] { close(descriptor) }
      throw TargetFault("the shell /bin/sh could not be started for --spawn: \(SystemSocket.words(error))")
    }
    for descriptor in [input.write, output.read, errors.read] { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
    return ChildProcess(processID, input: input.write, output: output.read, errors: errors.read)
  }

  private static func closeAll(_ pipes: [(read: Int32, write: Int32)]) {
    for pipe in pipes {
      close(pipe.read)
      close(pipe.write)
    }
  }

  private static func spawn(_ command: String, _ input: Int32, _ output: Int32, _ errors: Int32) -> (pid_t, Int32) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (target, source) in [(0, input), (1, output), (2, errors)] { posix_spawn_file_actions_adddup2(&actions, source, Int32(target)) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    setAttributes(&attributes)
    var arguments = list(["sh", "-c", shellText(command)])
    var variables = list(environment)
    defer { for text in arguments + variables { free(text) } }
    var processID = pid_t()
    let error = posix_spawn(&processID, "/bin/sh", &actions, &attributes, &arguments, &variables)
    return (processID, error)
  }

  private static func list(_ words: [String]) -> [UnsafeMutablePointer<CChar>?] {
    let copies: [UnsafeMutablePointer<CChar>?] = words.map { word in strdup(word) }
    return copies + [nil]
  }

  /// Ours. A Swift program that crashes would write a backtrace for seconds before it ends, which looks like a hang: not unless the user wants it.
  private static var environment: [String] {
    var variables: [String] = []
    var next = environ
    while let text = next.pointee {
      variables.append(String(cString: text))
      next += 1
    }
    let name = "SWIFT_BACKTRACE="
    return variables.contains { $0.hasPrefix(name) } ? variables : variables + [name + "enable=no"]
  }

  /// A group of its own, so that Ctrl-C does not reach it and all of it can be ended; signals as a program expects them.
  private static func setAttributes(_ attributes: inout posix_spawnattr_t) {
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
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
  func tell(_ line: [UInt8]) {
    var pipeSignal = sigset_t()
    sigemptyset(&pipeSignal)
    sigaddset(&pipeSignal, SIGPIPE)
    var before = sigset_t()
    // A pipe has no flag against SIGPIPE, and what the whole program does about it is not for this to decide.
    pthread_sigmask(SIG_BLOCK, &pipeSignal, &before)
    let count = line.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
    if count < 0, errno == EPIPE {
      var now = timespec()
      sigtimedwait(&pipeSignal, nil, &now)
    }
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }
}
