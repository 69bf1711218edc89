import COpenSSL
import Glibc

/// An identity at rest: one PEM file of mode 0600. The only place of this module that touches files.
public enum IdentityFile {
  /// Its name in a state folder.
  public static let name = "identity.pem"

  /// What was read.
  public struct Content: Sendable {
    public var pem: SecretBytes
    /// Whether anybody but the owner may read or write the file: worth a warning.
    public var isExposed: Bool
    /// Whether a passphrase will be needed.
    public var isEncrypted: Bool
  }

  /// Reads a key file whole.
  public static func read(_ path: String) throws(IdentityFileError) -> Content {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    guard file >= 0 else { throw IdentityFileError(path, .cannotRead(errno)) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw IdentityFileError(path, .cannotRead(errno)) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw IdentityFileError(path, .notAFile) }
    guard status.st_size <= PrivateKeyBlock.limit else { throw IdentityFileError(path, .tooLarge) }
    var failure: Int32?
    let pem = SecretBytes(count: Int(status.st_size)) { failure = fill($0, from: file) }
    if let failure { throw IdentityFileError(path, .cannotRead(failure)) }
    let isEncrypted = pem.withBytes { bytes in
      bytes.split(separator: 0x0a).contains { $0.starts(with: "-----BEGIN ENCRYPTED PRIVATE KEY-----".utf8) }
    }
    return Content(pem: pem, isExposed: status.st_mode & 0o077 != 0, isEncrypted: isEncrypted)
  }

  /// Stops at the end of the file; `errno` when reading fails.
  private static func fill(_ buffer: UnsafeMutableRawBufferPointer, from file: Int32) -> Int32? {
    var filled = 0
    while filled < buffer.count {
      let count = Glibc.read(file, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
      if count < 0, errno == EINTR { continue }
      if count < 0 { return errno }
      if count == 0 { return nil }
      filled += count
    }
    return nil
  }

  /// Writes a key file so that at every moment there is the old one or the new one, whole, under its name.
  ///
  /// - replacing: whether a file that is there already may go; otherwise that is an error and the file stays.
  public static func write(_ pem: SecretBytes, to path: String, replacing: Bool = false) throws(IdentityFileError) {
    let (folder, last) = split(path)
    let temporary = folder + "." + last + "." + SecretBytes.random(6).withBytes { $0.map { String($0, radix: 36) }.joined() } + ".new"
    do throws(IdentityFileError) {
      try fillNew(temporary, pem, for: path)
      try place(temporary, path, replacing)
    } catch {
      unlink(temporary)
      throw error
    }
    try synchronize(folder: folder.isEmpty ? "." : folder, for: path)
  }

  private static func fillNew(_ temporary: String, _ pem: SecretBytes, for path: String) throws(IdentityFileError) {
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw IdentityFileError(path, .cannotWrite(errno)) }
    defer { close(file) }
    let failure: Int32? = pem.withBytes { bytes in
      var written = 0
      while written < bytes.count {
        let count = Glibc.write(file, bytes.baseAddress?.advanced(by: written), bytes.count - written)
        if count < 0, errno == EINTR { continue }
        if count < 0 { return errno }
        written += count
      }
      return fchmod(file, 0o600) == 0 && fsync(file) == 0 ? nil : errno
    }
    if let failure { throw IdentityFileError(path, .cannotWrite(failure)) }
  }

  /// A new name is a link, because that, unlike renaming, fails when the name is taken.
  private static func place(_ temporary: String, _ path: String, _ replacing: Bool) throws(IdentityFileError) {
    if replacing {
      guard rename(temporary, path) == 0 else { throw IdentityFileError(path, .cannotWrite(errno)) }
      return
    }
    guard link(temporary, path) == 0 else { throw IdentityFileError(path, errno == EEXIST ? .exists : .cannotWrite(errno)) }
    unlink(temporary)
  }

  private static func synchronize(folder: String, for path: String) throws(IdentityFileError) {
    let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { throw IdentityFileError(path, .cannotWrite(errno)) }
    defer { close(file) }
    guard fsync(file) == 0 || errno == EINVAL else { throw IdentityFileError(path, .cannotWrite(errno)) }
  }

  /// The folder with its slash, empty for the current one, and the name in it.
  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return ("", path) }
    return (String(path[...slash]), String(path[path.index(after: slash)...]))
  }
}

/// Why a key file cannot be used.
public struct IdentityFileError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Problem: Hashable, Sendable {
    /// With `errno`.
    case cannotRead(Int32)
    case cannotWrite(Int32)
    case exists
    case notAFile
    case tooLarge
    case content(IdentityError)
  }

  public var path: String
  public var problem: Problem

  public init(_ path: String, _ problem: Problem) {
    self.path = path
    self.problem = problem
  }

  public var description: String {
    switch problem {
    case .cannotRead(let code): "the key file \(path) cannot be read: \(String(cString: strerror(code)))"
    case .cannotWrite(let code): "the key file \(path) cannot be written: \(String(cString: strerror(code)))"
    case .exists: "the key file \(path) exists already and was not touched"
    case .notAFile: "\(path) is no regular file, so no key can be read from it"
    case .tooLarge: "\(path) is far larger than any key file"
    case .content(let error): "the key file \(path) cannot be used: \(error)"
    }
  }
}

extension Identity {
  /// Reads the key file; `passphrase` is asked for one only if the keys are encrypted.
  public convenience init(file path: String, passphrase: () -> SecretBytes?) throws(IdentityFileError) {
    let content = try IdentityFile.read(path)
    do throws(IdentityError) { try self.init(pem: content.pem, passphrase: content.isEncrypted ? passphrase() : nil) } catch {
      throw IdentityFileError(path, .content(error))
    }
  }
}
