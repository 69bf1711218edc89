import Glibc

/// The bytes of a capture file, from a path or standard input, decompressed when they are gzip.
///
/// Not thread-safe, except for `cancel`.
/// SAFETY: every pointer passed to the system comes with the length of the memory behind it.
final class ByteSource {
  let path: String
  /// Size of the file as stored; nil for pipes.
  let totalBytes: UInt64?
  /// Stored (still compressed) bytes read so far.
  private(set) var bytesRead: UInt64 = 0
  /// Why the last `read` returned -1.
  private(set) var failure: String?
  /// The first bytes, decompressed.
  private(set) var magic: [UInt8] = []
  /// Called before a read that has to wait for a slow pipe.
  var beforeWaiting: (() -> Void)?
  var isPipe: Bool { totalBytes == nil }
  /// What is stored is gzip.
  var isCompressed: Bool { inflater != nil }

  private let descriptor: Int32
  /// A pipe of our own, for waking a `read` that waits; -1 where none is needed.
  private var wake: [Int32] = [-1, -1]
  private var peeked: [UInt8] = []
  private var peekedUsed = 0
  private var inflater: GzipInflater?

  init(path: String) throws(CaptureError) {
    self.path = path
    descriptor = path == "-" ? dup(0) : open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 {
      throw CaptureError(path: path, reason: .cannotOpen(String(cString: strerror(errno))))
    }
    var status = stat()
    let known = fstat(descriptor, &status) == 0
    let kind = status.st_mode & S_IFMT
    totalBytes = known && kind == S_IFREG ? UInt64(clamping: status.st_size) : nil
    if totalBytes == nil { pipe(&wake) }
    if known && kind == S_IFDIR { throw CaptureError(path: path, reason: .isDirectory) }
    try peek()
  }

  deinit {
    close(descriptor)
    for end in wake where end >= 0 { close(end) }
  }

  /// Makes a `read` that waits on another thread return as if the input had ended.
  func cancel() {
    var one: UInt8 = 1
    if wake[1] >= 0 { _ = Glibc.write(wake[1], &one, 1) }
  }

  /// Fills as much of `room` as one system call gives; 0 at the end, -1 on a failure told by `failure`.
  func read(into room: UnsafeMutableRawBufferPointer) -> Int {
    if peekedUsed < peeked.count {
      let count = min(room.count, peeked.count - peekedUsed)
      peeked.withUnsafeBytes { room.copyMemory(from: .init(rebasing: $0[peekedUsed..<peekedUsed + count])) }
      peekedUsed += count
      return count
    }
    return readPlain(into: room)
  }

  private func readPlain(into room: UnsafeMutableRawBufferPointer) -> Int {
    guard let inflater else { return readStored(into: room) }
    while true {
      switch inflater.inflate(into: room) {
      case .produced(let count): return count
      case .ended: return 0
      case .failed(let why): return fail("its gzip data is broken (\(why))")
      case .hungry:
        let count = readStored(into: inflater.inputRoom)
        if count < 0 { return -1 }
        if count == 0 { return inflater.mayEnd ? 0 : fail("its gzip data ends early") }
        inflater.accept(count)
      }
    }
  }

  private func readStored(into room: UnsafeMutableRawBufferPointer) -> Int {
    while true {
      if wake[0] >= 0, !waitUntilReadable() { return 0 }
      let count = Glibc.read(descriptor, room.baseAddress, room.count)
      if count >= 0 {
        bytesRead &+= UInt64(count)
        return count
      }
      if errno != EINTR { return fail("reading failed (\(String(cString: strerror(errno))))") }
    }
  }

  /// False when `cancel` was called.
  private func waitUntilReadable() -> Bool {
    var wanted = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: wake[0], events: Int16(POLLIN), revents: 0)]
    if poll(&wanted, 2, 0) == 0 {
      beforeWaiting?()
      while poll(&wanted, 2, -1) < 0 && errno == EINTR {}
    }
    return wanted[1].revents == 0
  }

  private func fail(_ why: String) -> Int {
    failure = why
    return -1
  }

  /// Looks at the first bytes; switches to decompression when they are gzip's.
  private func peek() throws(CaptureError) {
    let first = try take(4)
    if first.isEmpty { throw CaptureError(path: path, reason: .isEmpty) }
    (peeked, magic) = (first, first)
    guard first.starts(with: [0x1f, 0x8b]), let inflater = GzipInflater() else { return }
    inflater.inputRoom.copyBytes(from: first)
    inflater.accept(first.count)
    self.inflater = inflater
    peeked = []
    magic = try take(4)
    peeked = magic
  }

  private func take(_ wanted: Int) throws(CaptureError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: wanted)
    var have = 0
    while have < wanted {
      let count = bytes.withUnsafeMutableBytes { readPlain(into: .init(rebasing: $0[have...])) }
      if count < 0 { throw CaptureError(path: path, reason: .damagedHeader(failure ?? "it cannot be read")) }
      if count == 0 { break }
      have += count
    }
    return Array(bytes[..<have])
  }
}
