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
    guard Self.takeLock(lock) else {
      let inUse = errno == EWOULDBLOCK
      close(lock)
      if inUse { throw PeerStoreError("the state folder \(path) is in use by another process: end that one, or name another folder") }
      throw PeerStoreError("the state folder \(path) cannot be locked: \(String(cString: strerror(errno)).lowercased())")
    }
  }

  /// A program that this process is starting holds copies of its descriptors until it runs: a lock that was given up just now may last a moment longer.
  private static func takeLock(_ lock: Int32) -> Bool {
    for _ in 0..<10 {
      if flock(lock, LOCK_EX | LOCK_NB) == 0 { return true }
      guard errno == EWOULDBLOCK else { return false }
      usleep(20_000)
    }
    return flock(lock, LOCK_EX | LOCK_NB) == 0
  }

  deinit { close(lock) }

  /// SQLite gives its other files the rights of this one.
  func prepareDatabaseFile() throws(PeerStoreError) {
    let descriptor = open(databasePath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw Self.failure("the store \(databasePath) cannot be opened for writing") }
    close(descriptor)
  }

  /// A key file's content; nil when there is no such file.
  func read(_ name: String) throws(PeerStoreError) -> SecretBytes? {
    do throws(IdentityFileError) { return try IdentityFile.read(path + "/" + name).pem } catch {
      if error.problem == .cannotRead(ENOENT) { return nil }
      throw PeerStoreError(error.description)
    }
  }

  /// A key file, whole or not at all, and durable.
  func write(_ secret: SecretBytes, to name: String) throws(PeerStoreError) {
    do throws(IdentityFileError) { try IdentityFile.write(secret, to: path + "/" + name, replacing: true) } catch {
      throw PeerStoreError(error.description)
    }
  }

  func remove(_ name: String) { unlink(path + "/" + name) }

  private static func failure(_ what: String) -> PeerStoreError {
    PeerStoreError("\(what): \(String(cString: strerror(errno)).lowercased())")
  }
}
