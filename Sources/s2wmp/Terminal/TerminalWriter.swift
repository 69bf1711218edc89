import Glibc

/// Writes to the terminal without ever waiting for it, so that keys and signals are heard while it is slow.
final class TerminalWriter {
  private let descriptor: Int32
  private var pending: ArraySlice<UInt8> = []
  /// The terminal takes nothing any more.
  private(set) var isGone = false

  /// An opening of its own: `O_NONBLOCK` on standard output would be the shell's and everybody's who shares it.
  init() {
    let opened = open("/proc/self/fd/\(STDOUT_FILENO)", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    descriptor = opened >= 0 ? opened : STDOUT_FILENO
  }

  deinit { if descriptor != STDOUT_FILENO { close(descriptor) } }

  /// Something waits until `pollDescriptor` can be written to.
  var isBusy: Bool { !pending.isEmpty }

  /// To wait for; -1 when nothing is to be written.
  var pollDescriptor: Int32 { isBusy ? descriptor : -1 }

  func write(_ bytes: [UInt8]) {
    if isBusy { pending += bytes } else { pending = bytes[...] }
    flush()
  }

  /// Writes what the terminal takes now.
  func flush() {
    while !pending.isEmpty {
      let written = pending.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, min($0.count, 4096)) }
      if written >= 0 {
        pending = pending.dropFirst(written)
      } else if errno == EAGAIN {
        return
      } else if errno != EINTR {
        isGone = true
        return pending = []
      }
    }
  }

  /// What still waits will not be written.
  func drop() { pending = [] }
}
