import Glibc

/// A file that is written beside the one it replaces, and takes its place in one step when it is complete.
package final class ReplacementFile {
  private let target: String
  private let temporary: String
  private var descriptor: Int32
  private var buffer: [UInt8] = []

  /// - modelledOn: the file whose mode the new one gets, without the rights of others if it is private; nil for that of any new file.
  package init(for path: String, modelledOn model: String?, isPrivate: Bool) throws(CaptureWriteError) {
    // A link stays a link: the file it leads to is replaced.
    let resolved = realpath(path, nil)
    target = resolved.map { String(cString: $0) } ?? path
    free(resolved)
    var status = stat()
    if stat(target, &status) == 0, status.st_mode & S_IFMT != S_IFREG { throw .cannotOpen(path: path, code: EEXIST) }
    var template = Array("\(target).XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    temporary = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if descriptor < 0 { throw .cannotOpen(path: path, code: errno) }
    let mode = model.map { stat($0, &status) == 0 ? status.st_mode & 0o777 : 0o600 } ?? Self.usualMode
    fchmod(descriptor, isPrivate ? mode & 0o700 : mode)
  }

  /// What the process's mask leaves of reading and writing.
  private static var usualMode: mode_t {
    let mask = umask(0o077)
    umask(mask)
    return 0o666 & ~mask
  }

  deinit {
    if descriptor >= 0 {
      close(descriptor)
      unlink(temporary)
    }
  }

  package func write(_ bytes: UnsafeRawBufferPointer) throws(CaptureWriteError) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= 1 << 18 { try flush() }
  }

  private func flush() throws(CaptureWriteError) {
    var written = 0
    while written < buffer.count {
      let count = buffer.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written) }
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw .cannotWrite(path: target, code: errno, frames: 0) }
      written += count
    }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Puts the file in its place.
  package func finish() throws(CaptureWriteError) {
    try flush()
    if fsync(descriptor) != 0 { throw .cannotWrite(path: target, code: errno, frames: 0) }
    if rename(temporary, target) != 0 { throw .cannotOpen(path: target, code: errno) }
    close(descriptor)
    descriptor = -1
  }
}
