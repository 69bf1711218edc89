import Glibc

/// Why a file could not be read or written as a whole.
struct WholeFileError: Error, CustomStringConvertible {
  enum Problem {
    case cannotRead(Int32)
    case cannotWrite(Int32)
    case tooLarge(Int)
  }
  var path: String
  var problem: Problem

  var description: String {
    switch problem {
    case .cannotRead(let code): "\(path == "-" ? "standard input" : path) cannot be read: \(String(cString: strerror(code)))"
    case .cannotWrite(let code): "\(path == "-" ? "standard output" : path) cannot be written: \(String(cString: strerror(code)))"
    case .tooLarge(let limit): "\(path == "-" ? "standard input" : path) is larger than \(limit >> 20) MiB; encode it in parts"
    }
  }
}

enum InputBytes {
  /// The whole file, or standard input for `-`.
  static func read(_ path: String, limit: Int) throws -> [UInt8] {
    let descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw WholeFileError(path: path, problem: .cannotRead(errno)) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw WholeFileError(path: path, problem: .cannotRead(errno)) }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      if bytes.count > limit { throw WholeFileError(path: path, problem: .tooLarge(limit)) }
    }
  }
}

enum OutputBytes {
  /// Makes or replaces the file, or appends to standard output for `-`. A reader that goes away is no error.
  static func write(_ bytes: [UInt8], to path: String) throws {
    let descriptor = path == "-" ? dup(STDOUT_FILENO) : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw WholeFileError(path: path, problem: .cannotWrite(errno)) }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written) }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EPIPE { return }
      if count < 0 { throw WholeFileError(path: path, problem: .cannotWrite(errno)) }
      written += count
    }
  }
}
