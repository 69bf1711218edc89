import Glibc

/// The kernel's random bytes.
enum SystemRandom {
  static func bytes(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let piece = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled..<min(count, filled + 256)])
        // At most 256 bytes at a time are never refused once the kernel has started up.
        guard getentropy(piece.baseAddress, piece.count) == 0 else { fatalError("the kernel gives no random bytes") }
        filled += piece.count
      }
    }
  }
}

/// How many sockets a process may have.
public enum DescriptorLimit {
  /// The soft limit without what the program itself needs.
  static var usable: Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 512 }
    return max(16, Int(min(limit.rlim_cur, 1 << 20)) - 48)
  }

  /// As many as the system allows without asking an administrator.
  public static func raise() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
