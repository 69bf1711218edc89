import Glibc

/// Standard output, written in large pieces. A pipe that closes ends the program quietly.
enum StandardOutput {
  static func write(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes
    while rest.count > 0 {
      let written = Glibc.write(STDOUT_FILENO, rest.baseAddress, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        if errno == EPIPE { exit(0) }
        StandardError.complain("standard output cannot be written: \(String(cString: strerror(errno)))")
        exit(3)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }

  static func write(_ text: String) {
    var text = text
    text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
  }

  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Columns of the terminal; nil when it is none or does not tell.
  static var columns: Int? { isTerminal ? terminalColumns(STDOUT_FILENO) : nil }
}

private func terminalColumns(_ descriptor: Int32) -> Int? {
  var size = winsize()
  guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
  return Int(size.ws_col)
}

enum StandardInput {
  static var isTerminal: Bool { isatty(STDIN_FILENO) == 1 }
}

/// Everything that is not a result.
enum StandardError {
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
  static var columns: Int? { isTerminal ? terminalColumns(STDERR_FILENO) : nil }

  static func write(_ text: String) {
    var text = text
    text.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  static func line(_ text: String) { write(text + "\n") }

  /// One sentence about what went wrong.
  static func complain(_ sentence: String) {
    let isWhole = [".", "?", "\n"].contains { sentence.hasSuffix($0) }
    line("s2wmp: \(sentence)\(isWhole ? "" : ".")")
  }
}
