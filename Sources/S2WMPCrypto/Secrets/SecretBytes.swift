import COpenSSL

/// Bytes that are wiped when released: shared secrets, keys, passphrases.
///
/// They stay in one place for all of their life; `==` takes the same time whatever they are, and nothing prints them.
public final class SecretBytes: @unchecked Sendable {
  // SAFETY: written by the initializers alone, so any thread may read.
  private let storage: UnsafeMutableRawBufferPointer

  public init(_ bytes: some Collection<UInt8>) {
    storage = .allocate(byteCount: bytes.count, alignment: 16)
    storage.copyBytes(from: bytes)
  }

  public init(copying bytes: UnsafeRawBufferPointer) {
    storage = .allocate(byteCount: bytes.count, alignment: 16)
    storage.copyMemory(from: bytes)
  }

  /// `count` bytes, zero before `fill` writes them in place.
  public init(count: Int, fillingWith fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
    storage = .allocate(byteCount: count, alignment: 16)
    storage.initializeMemory(as: UInt8.self, repeating: 0)
    try fill(storage)
  }

  deinit {
    OPENSSL_cleanse(storage.baseAddress, storage.count)
    storage.deallocate()
  }

  public var count: Int { storage.count }

  /// Lends the bytes for the call; what is copied out of it is no longer wiped by anybody.
  public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try body(UnsafeRawBufferPointer(storage))
  }
}

extension SecretBytes: Equatable {
  /// In constant time for equal lengths.
  public static func == (a: SecretBytes, b: SecretBytes) -> Bool {
    a.withBytes { first in b.withBytes { constantTimeEqual(first, $0) } }
  }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "(\(count) secret bytes)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension SecretBytes {
  /// Unpredictable bytes from the system's generator through OpenSSL's.
  public static func random(_ count: Int) -> SecretBytes {
    SecretBytes(count: count) { out in
      require(RAND_bytes(out.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(out.count)), "random bytes")
    }
  }
}

/// Compares in a time that depends on the length alone.
func constantTimeEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
  guard a.count == b.count else { return false }
  guard a.count > 0 else { return true }
  return CRYPTO_memcmp(a.baseAddress, b.baseAddress, a.count) == 0
}
