import Glibc

/// Starts `/bin/sh` in a process group of its own, so that Ctrl-C does not reach it and all of it can be ended.
struct ShellStart {
  /// What one of its descriptors is.
  enum Source {
    case descriptor(Int32)
    case nowhere
  }

  private let arguments: [String]

  init(_ arguments: [String]) { self.arguments = ["sh"] + arguments }

  /// Its number, and 0 or what went wrong.
  func start(_ descriptors: [(number: Int32, source: Source)]) -> (pid_t, Int32) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, source) in descriptors {
      switch source {
      case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor, number)
      case .nowhere: posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
      }
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    Self.set(&attributes)
    var words = Self.list(arguments)
    var variables = Self.list(Self.environment)
    defer { for text in words + variables { free(text) } }
    var processID = pid_t()
    let error = posix_spawn(&processID, "/bin/sh", &actions, &attributes, &words, &variables)
    return (processID, error)
  }

  static func fault(_ error: Int32) -> TargetFault {
    TargetFault("the shell /bin/sh could not be started for --spawn: \(SystemSocket.words(error))")
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

  /// A group of its own; signals as a program expects them.
  private static func set(_ attributes: inout posix_spawnattr_t) {
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
  }
}
