import Glibc

/// The key log: lines appended to a file that only its owner can read (S2WMP wire format, section 5.6).
final class KeyLogFile {
  let path: String
  private let descriptor: Int32

  init(path: String) throws(PeerSetupError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0o600)
    guard descriptor >= 0 else { throw PeerSetupError("the key log \(path) cannot be opened for writing: \(String(cString: strerror(errno)).lowercased())") }
  }

  deinit { close(descriptor) }

  /// In one write, so that peers that share a file do not mix their lines. Nil, or why it failed.
  func append(_ line: String) -> String? {
    let bytes = Array((line + "\n").utf8)
    let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if written == bytes.count { return nil }
    return written < 0 ? String(cString: strerror(errno)).lowercased() : "the disk is full"
  }
}
