import Glibc

/// One process at a time: a lock on a file in the state folder, which the system lifts when the process ends, however it ends.
final class StateFolderLock: Sendable {
  private let descriptor: Int32

  /// Makes the folder (mode 0700) when it is not there.
  init(folder: String) throws {
    if mkdir(folder, 0o700) != 0, errno != EEXIST {
      throw BootstrapFailure(description: "the state folder \(folder) cannot be made: \(systemErrorText()); choose another with --state")
    }
    let path = folder + "/bootstrap.lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw BootstrapFailure(description: "the state folder \(folder) cannot be used: \(systemErrorText()) (\(path))")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      close(descriptor)
      guard code == EWOULDBLOCK else { throw BootstrapFailure(description: "the state folder \(folder) cannot be locked: \(systemErrorText(code))") }
      throw BootstrapFailure(
        description: "the state folder \(folder) is in use by another bootstrap server; stop that one or choose another folder with --state")
    }
  }

  deinit { close(descriptor) }
}
