import Glibc

/// A file without a name, in memory where the system has that, for readers that want a path.
final class MemoryFile {
  private let descriptor: Int32

  init() throws(FuzzViolation) {
    var name = Array("\(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp")/s2wmp-fuzz-XXXXXX".utf8CString)
    descriptor = mkstemp(&name)
    if descriptor >= 0 { unlink(name) }
    if descriptor < 0 { throw FuzzViolation("no memory file: \(String(cString: strerror(errno)))") }
  }

  convenience init(_ bytes: UnsafeRawBufferPointer) throws(FuzzViolation) {
    try self.init()
    var written = 0
    while written < bytes.count {
      let count = write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      if count <= 0 { throw FuzzViolation("the memory file cannot be written: \(String(cString: strerror(errno)))") }
      written += count
    }
  }

  deinit { close(descriptor) }

  var path: String { "/proc/self/fd/\(descriptor)" }
}
