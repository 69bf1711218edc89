import Glibc

/// Tells whether two paths are one file.
struct FileIdentity: Equatable {
  var device: dev_t
  var inode: ino_t

  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    device = status.st_dev
    inode = status.st_ino
  }
}
