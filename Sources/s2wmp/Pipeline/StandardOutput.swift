#if canImport(Glibc)
  import Glibc
#endif

/// Standard output, written in large pieces. A pipe that closes ends the program quietly.
enum StandardOutput {
  static func write(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes
    while rest.count > 0 {
      let written = Glibc.write(1, rest.baseAddress, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        if errno == EPIPE { exit(0) }
        StandardError.line("s2wmp: standard output cannot be written: \(String(cString: strerror(errno)))")
        exit(3)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }
}

/// Everything that is not a result.
enum StandardError {
  static func line(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
  }
}
