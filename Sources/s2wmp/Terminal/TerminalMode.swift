import Glibc

/// The terminal while the chat or the live screen has it: keys come one by one, pastes in brackets. Given back on every way out: the end of `run`, `exit`, Ctrl-Z, and
/// signals that end the program, crashes included. Only `kill -9` cannot be helped (`reset` or `stty sane` does then).
enum TerminalMode {
  /// What is drawn on.
  enum Screen {
    /// The one with the scrollback, where what was written stays.
    case ordinary
    /// One of its own that goes away; rows are never wrapped, and the cursor is hidden.
    case alternate
  }

  // SAFETY: written by the one thread that draws; signal handlers and `exit` read it, and what they read is a whole `termios` from before it was changed.
  nonisolated(unsafe) private static let original = UnsafeMutablePointer<termios>.allocate(capacity: 1)
  nonisolated(unsafe) private static var isEntered = false
  nonisolated(unsafe) private static var farewell = ordinaryFarewell
  nonisolated(unsafe) private static let ordinaryFarewell = bytes("\u{1b}[?2004l\u{1b}[?25h\u{1b}[0m")
  nonisolated(unsafe) private static let alternateFarewell = bytes("\u{1b}[?2004l\u{1b}[0m\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l")
  nonisolated(unsafe) private static let formerActions = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)
  nonisolated(unsafe) private static var hasHandlers = false

  /// Whether standard input and output are a terminal that can move its cursor.
  static var isUsable: Bool {
    guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, let kind = Environment["TERM"] else { return false }
    return !kind.isEmpty && kind != "dumb"
  }

  static func enter(_ screen: Screen = .ordinary) throws {
    var mode = termios()
    guard tcgetattr(STDIN_FILENO, &mode) == 0 else {
      throw CommandError(description: "the terminal cannot be used: \(String(cString: strerror(errno)))")
    }
    if !isEntered { original.initialize(to: mode) }
    farewell = screen == .alternate ? alternateFarewell : ordinaryFarewell
    installHandlers()
    mode.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
    mode.c_iflag &= ~tcflag_t(IXON | ICRNL | INLCR | IGNCR | BRKINT | INPCK | ISTRIP)
    withUnsafeMutableBytes(of: &mode.c_cc) { characters in
      characters[Int(VMIN)] = 1
      characters[Int(VTIME)] = 0
    }
    isEntered = true
    guard tcsetattr(STDIN_FILENO, TCSADRAIN, &mode) == 0 else {
      isEntered = false
      throw CommandError(description: "the terminal cannot be used: \(String(cString: strerror(errno)))")
    }
    // Pastes come in brackets.
    _ = TerminalOutput.write(Array((screen == .alternate ? "\u{1b}[?1049h\u{1b}[?7l\u{1b}[?25l\u{1b}[?2004h" : "\u{1b}[?2004h").utf8))
  }

  /// As it was. Safe in a signal handler.
  static func leave() {
    guard isEntered else { return }
    isEntered = false
    _ = write(STDOUT_FILENO, farewell.baseAddress, farewell.count)
    _ = tcsetattr(STDIN_FILENO, TCSADRAIN, original)
  }

  /// What undoes `enter`: pastes without brackets, the cursor shown, no colour. Never freed, as signal handlers may read it.
  private static func bytes(_ text: String) -> UnsafeRawBufferPointer {
    let bytes = Array(text.utf8)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    memory.copyBytes(from: bytes)
    return UnsafeRawBufferPointer(memory)
  }

  private static func installHandlers() {
    if hasHandlers { return }
    hasHandlers = true
    // Made now, not in a handler.
    _ = farewell
    atexit { TerminalMode.leave() }
    for number in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGQUIT] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { number in TerminalMode.crash(number) }
      sigaction(number, &action, TerminalMode.formerActions + Int(number))
      SignalPipe.unblock(number)
    }
  }

  /// Gives the terminal back, then lets happen what would have happened.
  private static func crash(_ number: Int32) {
    leave()
    sigaction(number, formerActions + Int(number), nil)
    raise(number)
  }

  static var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }
}

/// Writes to the terminal, whole or not at all.
enum TerminalOutput {
  /// False when the terminal is gone.
  static func write(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if written >= 0 {
        rest = rest.dropFirst(written)
      } else if errno == EAGAIN {
        var wait = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        _ = poll(&wait, 1, 1000)
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }
}
