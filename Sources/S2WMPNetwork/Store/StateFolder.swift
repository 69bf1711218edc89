import Glibc
import S2WMPCrypto
import S2WMPWire

/// The folder that a peer keeps its state in: held by one process at a time, readable by its owner only.
///
/// `identity.pem` is always the current key. Every key also has a file named for its ID, which the store refers to: so that changing the key is one rename
/// after the store has committed, and a crash between the two leaves both keys.
final class StateFolder: Sendable {
  let path: String
  private let lock: Int32

  var databasePath: String { path + "/peer.sqlite" }
  var currentKeyPath: String { path + "/identity.pem" }

  static func keyFile(_ id: Identifier) -> String { "identity-\(id.hex).pem" }
  static func legacyKeyFile(_ id: Identifier) -> String { "legacy-\(id.hex).pem" }

  /// Makes the folder when there is none.
  init(path given: String) throws(PeerStoreError) {
    path = given.count > 1 && given.hasSuffix("/") ? String(given.dropLast()) : given
    if mkdir(path, 0o700) != 0 && errno != EEXIST { throw Self.failure("the state folder \(path) cannot be made") }
    let lockPath = path + "/lock"
    lock = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard lock >= 0 else { throw Self.failure("the state folder \(path) cannot be written") }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      let inUse = errno == EWOULDBLOCK
      close(lock)
      if inUse { throw PeerStoreError("the state folder \(path) is in use by another process: end that one, or name another folder") }
      throw PeerStoreError("the state folder \(path) cannot be locked: \(String(cString: strerror(errno)).lowercased())")
    }
  }

  deinit { close(lock) }

  /// SQLite gives its other files the rights of this one.
  func prepareDatabaseFile() throws(PeerStoreError) {
    let descriptor = open(databasePath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw Self.failure("the store \(databasePath) cannot be opened for writing") }
    close(descriptor)
  }

  /// Nil when there is no such file.
  func read(_ name: String) throws(PeerStoreError) -> [UInt8]? {
    let file = path + "/" + name
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 {
      if errno == ENOENT { return nil }
      throw Self.failure("\(file) cannot be read")
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = Glibc.read(descriptor, &piece, piece.count)
      if count < 0 { throw Self.failure("\(file) cannot be read") }
      if count == 0 { return bytes }
      bytes += piece[..<count]
      guard bytes.count <= 1 << 20 else { throw PeerStoreError("\(file) is too long to be a key file") }
    }
  }

  /// Whole or not at all, and durable: a new file is written, synchronised, and takes the name.
  func write(_ secret: SecretBytes, to name: String) throws(PeerStoreError) {
    let target = path + "/" + name
    let temporary = target + ".new"
    unlink(temporary)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Self.failure("\(temporary) cannot be written") }
    let written = secret.withBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    let isWhole = written == secret.count && fsync(descriptor) == 0
    let reason = errno
    close(descriptor)
    guard isWhole else {
      unlink(temporary)
      errno = written >= 0 && written < secret.count ? ENOSPC : reason
      throw Self.failure("\(target) cannot be written")
    }
    guard rename(temporary, target) == 0 else { throw Self.failure("\(target) cannot be written") }
    synchronise()
  }

  func remove(_ name: String) { unlink(path + "/" + name) }

  /// Makes a rename durable.
  private func synchronise() {
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }

  private static func failure(_ what: String) -> PeerStoreError {
    PeerStoreError("\(what): \(String(cString: strerror(errno)).lowercased())")
  }
}
