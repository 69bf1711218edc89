import Glibc

/// A file or standard output, written through a buffer that is only ever emptied between whole records.
///
/// That way a process killed at any moment leaves a file that ends after a whole frame.
struct BufferedOutput: ~Copyable {
  var path: String
  private var descriptor: Int32
  private(set) var buffer: [UInt8] = []
  private var lastFlush: Int64
  /// Bytes written and buffered.
  private(set) var size: UInt64 = 0
  private(set) var frames: UInt64 = 0
  /// The same, without what is still buffered.
  private var flushed: (size: UInt64, frames: UInt64) = (0, 0)

  private static let capacity = 1 << 16

  init(path: String) throws(CaptureWriteError) {
    self.path = path
    descriptor = path == "-" ? dup(STDOUT_FILENO) : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    if descriptor < 0 { throw .cannotOpen(path: path, code: errno) }
    lastFlush = Self.now()
    buffer.reserveCapacity(Self.capacity + 4096)
  }

  deinit {
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
  }

  /// Whether what was written can be read back and replaced by a file of another format.
  var isRegularFile: Bool {
    var status = stat()
    return path != "-" && fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Whether it is a pipe whose reader closed it.
  var isReaderGone: Bool {
    var polled = pollfd(fd: descriptor, events: 0, revents: 0)
    return poll(&polled, 1, 0) > 0 && polled.revents & Int16(POLLERR) != 0
  }

  /// From now on only its owner may read the file.
  func makePrivate() {
    if isRegularFile { fchmod(descriptor, 0o600) }
  }

  /// Adds one record; `isFrame` records are counted for error messages.
  mutating func append(isFrame: Bool, _ fill: (inout [UInt8]) -> Void) throws(CaptureWriteError) {
    let before = buffer.count
    fill(&buffer)
    size &+= UInt64(buffer.count - before)
    if isFrame { frames &+= 1 }
    if buffer.count >= Self.capacity { try flush() } else { try flushIfDue() }
  }

  /// Forgets a header that is still buffered.
  mutating func discard() {
    buffer.removeAll(keepingCapacity: true)
    size = 0
  }

  mutating func flushIfDue() throws(CaptureWriteError) {
    if !buffer.isEmpty, Self.now() &- lastFlush >= 900_000_000 { try flush() }
  }

  mutating func flush() throws(CaptureWriteError) {
    lastFlush = Self.now()
    var written = 0
    while written < buffer.count {
      let count = buffer.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written) }
      if count < 0, errno == EINTR { continue }
      if count < 0 { try fail(code: errno) }
      written += count
    }
    buffer.removeAll(keepingCapacity: true)
    flushed = (size, frames)
  }

  /// Flushes and closes; errors that only `close` reports (quota, network file systems) are not lost.
  mutating func close() throws(CaptureWriteError) {
    guard descriptor >= 0 else { return }
    try flush()
    let result = Glibc.close(descriptor)
    descriptor = -1
    if result != 0, errno != EINTR { throw .cannotWrite(path: path, code: errno, frames: frames) }
  }

  /// What was buffered is dropped, as it would only fail again, and a file is cut back to its last whole frame.
  private mutating func fail(code: Int32) throws(CaptureWriteError) -> Never {
    buffer.removeAll()
    if isRegularFile { _ = ftruncate(descriptor, off_t(clamping: flushed.size)) }
    if code == EPIPE { throw .pipeClosed(path: path) }
    throw .cannotWrite(path: path, code: code, frames: flushed.frames)
  }

  private static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
