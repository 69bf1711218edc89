import Glibc

/// Why a report could not be written: one sentence.
public struct ReportWriteError: Error, Hashable, CustomStringConvertible {
  public var path: String
  /// An `errno`; 0 with `reason` instead.
  public var code: Int32
  public var reason: String?

  public init(path: String, code: Int32 = 0, reason: String? = nil) {
    (self.path, self.code, self.reason) = (path, code, reason)
  }

  public var description: String {
    let shown = CaseQuote.harmless(path)
    switch code {
    case EACCES, EPERM, EROFS: return "\(shown) cannot be written: \(Self.words(code)); name a folder of your own with --out"
    case ENOTDIR, EEXIST: return "\(shown) is no folder; name another one with --out"
    case ENOSPC, EDQUOT: return "\(shown) cannot be written: the disk is full"
    default: return "\(shown) cannot be written: \(reason ?? Self.words(code))"
    }
  }

  private static func words(_ code: Int32) -> String { String(cString: strerror(code)) }
}

/// The folder named by `--out`. Files appear in it whole, under their names, or not at all.
public struct ReportFolder: Sendable {
  public let path: String

  /// Makes the folder, and those above it, when they are missing; says at once when nothing can be written there.
  public init(_ path: String) throws(ReportWriteError) {
    self.path = path.isEmpty ? "." : path
    try Self.make(self.path)
    let (descriptor, temporary) = try open()
    close(descriptor)
    unlink(temporary)
  }

  private static func make(_ path: String) throws(ReportWriteError) {
    var status = stat()
    if stat(path, &status) == 0 {
      if status.st_mode & S_IFMT != S_IFDIR { throw ReportWriteError(path: path, code: ENOTDIR) }
      return
    }
    if errno != ENOENT { throw ReportWriteError(path: path, code: errno) }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try make(String(path[..<slash])) }
    if mkdir(path, 0o777) != 0, errno != EEXIST { throw ReportWriteError(path: path, code: errno) }
  }

  /// Writes a file; `isPrivate`: for its owner alone.
  public func put(_ name: String, _ text: String, isPrivate: Bool = false) throws(ReportWriteError) {
    try put(name, Array(text.utf8), isPrivate: isPrivate)
  }

  public func put(_ name: String, _ bytes: [UInt8], isPrivate: Bool = false) throws(ReportWriteError) {
    let (descriptor, temporary) = try open(isPrivate: isPrivate)
    do throws(ReportWriteError) {
      try write(bytes, to: descriptor, name)
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    close(descriptor)
    try take(temporary, as: name)
  }

  /// Has a file made by something that wants a path.
  public func put(_ name: String, making make: (String) throws -> Void) throws {
    let (descriptor, temporary) = try open()
    close(descriptor)
    do {
      try make(temporary)
    } catch {
      unlink(temporary)
      throw error
    }
    try take(temporary, as: name)
  }

  /// A new file beside those it will be one of, with the rights that any new file gets.
  private func open(isPrivate: Bool = false) throws(ReportWriteError) -> (Int32, String) {
    for _ in 0..<100 {
      let temporary = "\(path)/.s2wmp-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
      let descriptor = Glibc.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, isPrivate ? 0o600 : 0o666)
      if descriptor >= 0 { return (descriptor, temporary) }
      if errno != EEXIST { break }
    }
    throw ReportWriteError(path: path, code: errno)
  }

  private func write(_ bytes: [UInt8], to descriptor: Int32, _ name: String) throws(ReportWriteError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written) }
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw ReportWriteError(path: "\(path)/\(name)", code: errno) }
      written += count
    }
  }

  private func take(_ temporary: String, as name: String) throws(ReportWriteError) {
    if rename(temporary, "\(path)/\(name)") != 0 {
      let code = errno
      unlink(temporary)
      throw ReportWriteError(path: "\(path)/\(name)", code: code == ENOTDIR || code == EISDIR ? 0 : code, reason: String(cString: strerror(code)))
    }
  }
}
