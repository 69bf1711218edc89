import Glibc
import S2WMPCapture
import S2WMPCrypto

/// A key log that a peer may still be writing: gives what came since the last look, in whole lines.
///
/// A file that does not exist yet is an empty one; one that became shorter is read anew.
final class KeyLogFollower: SecretsSupply {
  private static let patience: Int64 = 50_000_000

  let path: String
  /// All whole lines so far.
  private(set) var text: [UInt8] = []
  private var consumed: off_t = 0
  private var tail: [UInt8] = []
  private var lastLook: Int64 = .min
  private var written = 0

  init(path: String) { self.path = path }

  /// Reads it for the first time; a line that is there and cannot be read is an error now, and later passed over.
  static func open(_ path: String) throws -> KeyLogFollower {
    let follower = KeyLogFollower(path: path)
    if access(path, F_OK) == 0 {
      let bytes = try KeyFiles.read(path)
      _ = try KeyFiles.log(bytes, path)
      guard bytes.count < DecryptionSecrets.maximumBytes - 1024 else {
        let limit = DecryptionSecrets.maximumBytes >> 20
        throw CommandError(description: "\(Printable.text(path)) is larger than the \(limit) MiB that can be followed; begin a new key log")
      }
    }
    follower.look()
    return follower
  }

  /// Looks again; true when lines came. Not more often than every 50 ms.
  @discardableResult
  func lookIfDue() -> Bool {
    let now = Self.now()
    guard lastLook == .min || now &- lastLook >= Self.patience else { return false }
    return look()
  }

  /// Looks again now.
  @discardableResult
  func look() -> Bool {
    lastLook = Self.now()
    let before = text.count
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size != consumed else { return false }
    if status.st_size < consumed { (consumed, tail) = (0, []) }
    take(descriptor)
    return text.count > before
  }

  private func take(_ descriptor: Int32) {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while text.count + tail.count < DecryptionSecrets.maximumBytes - 1024 {
      let count = pread(descriptor, &chunk, chunk.count, consumed)
      guard count > 0 else { break }
      consumed += off_t(count)
      tail += chunk[..<count]
    }
    guard let end = tail.lastIndex(of: 0x0a) else { return }
    text += tail[...end]
    tail.removeFirst(end + 1)
  }

  // MARK: - For captures

  func everything() -> [DecryptionSecrets] {
    look()
    written = text.count
    // Without a line yet it says that there will be more: who reads the file then looks through all of it first.
    return [EmbeddedKeys.secrets(text.isEmpty ? Array("# the keys follow later in this file\n".utf8) : text)]
  }

  func news() -> [DecryptionSecrets] {
    lookIfDue()
    guard text.count > written else { return [] }
    defer { written = text.count }
    return [EmbeddedKeys.secrets(Array(text[written...]))]
  }

  private static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}

/// Reads followed key logs line by line, for live decryption.
final class LiveKeys {
  private struct Followed {
    var follower: KeyLogFollower
    var read = 0
  }

  private var followed: [Followed]

  init(_ followers: [KeyLogFollower]) { followed = followers.map { Followed(follower: $0) } }

  /// What came; nil when nothing did. A line that cannot be read is passed over.
  func refill() -> KeyLog? {
    var found: KeyLog?
    for index in followed.indices {
      followed[index].follower.look()
      let text = followed[index].follower.text
      guard text.count > followed[index].read else { continue }
      let news = EmbeddedKeys.readable(in: Array(text[followed[index].read...])).log
      if news.count > 0 {
        found = found ?? KeyLog()
        found?.merge(news)
      }
      followed[index].read = text.count
    }
    return found
  }
}
