import Glibc
import S2WMPPeer

/// Event lines on standard output, in order, from any thread.
///
/// A line is written by the thread that brings it as long as the reader keeps up. When it does not, lines wait for a thread of their own, so that the peer goes
/// on answering others; when 16 MiB wait, whoever brings the next line waits too. A pipe that is closed takes nothing any more.
final class EventOutput: @unchecked Sendable {
  private static let maximumWaiting = 16 << 20

  // SAFETY: everything below is touched under `lock`, and the file written by one thread at a time: the writer while `isWriting`, else the holder of the lock.
  private let lock = Guarded()
  private let descriptor: Int32
  private let onBroken: @Sendable (_ reason: String?) -> Void
  private var waiting: [UInt8] = []
  private var isWriting = false
  private var isBroken = false

  /// - onBroken: called once when nothing can be written any more; nil: the reader went away.
  init(descriptor: Int32 = STDOUT_FILENO, onBroken: @escaping @Sendable (_ reason: String?) -> Void) {
    self.descriptor = descriptor
    self.onBroken = onBroken
  }

  func write(_ line: [UInt8]) {
    lock.lock()
    defer { lock.unlock() }
    while waiting.count > Self.maximumWaiting && !isBroken { lock.wait() }
    guard !isBroken else { return }
    if !isWriting, isReady {
      put(line)
    } else {
      waiting += line
      startWriter()
    }
  }

  /// Waits until everything is written.
  func finish() {
    lock.lock()
    defer { lock.unlock() }
    while isWriting && !isBroken { lock.wait() }
  }

  /// Whether a write of a page would not block.
  private var isReady: Bool {
    var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    return poll(&state, 1, 0) == 1
  }

  /// Writes with the lock held; what a page does not hold is left to the writer.
  private func put(_ line: [UInt8]) {
    let head = min(line.count, Int(PIPE_BUF))
    switch Self.write(line[..<head], to: descriptor) {
    case .some(let error): fail(error)
    case .none:
      guard head < line.count else { return }
      waiting += line[head...]
      startWriter()
    }
  }

  private func startWriter() {
    guard !isWriting else { return }
    isWriting = true
    SystemThread.detach { [self] in drain() }
  }

  private func drain() {
    lock.lock()
    while !waiting.isEmpty && !isBroken {
      let piece = waiting
      waiting = []
      lock.unlock()
      let error = Self.write(piece[...], to: descriptor)
      lock.lock()
      if let error { fail(error) }
      lock.wakeAll()
    }
    isWriting = false
    lock.wakeAll()
    lock.unlock()
  }

  private func fail(_ error: Int32) {
    guard !isBroken else { return }
    isBroken = true
    waiting = []
    onBroken(error == EPIPE ? nil : String(cString: strerror(error)).lowercased())
  }

  /// Nil, or what went wrong.
  private static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Int32? {
    var rest = bytes
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 {
        if errno == EINTR { continue }
        if errno == EAGAIN {
          var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          _ = poll(&state, 1, -1)
          continue
        }
        return errno
      }
      rest = rest.dropFirst(written)
    }
    return nil
  }
}
