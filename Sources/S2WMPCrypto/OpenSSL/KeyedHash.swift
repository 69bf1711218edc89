import COpenSSL
import S2WMPWire

/// HMAC-SHA-256 (RFC 2104) under one key, which is set up once (S2WMP wire format, section 5.4). Not thread-safe.
///
/// The states after the two padded keys are kept, and copied for each message: OpenSSL's own HMAC allocates several times for that.
package final class KeyedHash {
  private var inner: SHA256Stream
  private var outer: SHA256Stream

  /// - key: at most 64 bytes, the size of a block.
  package init(key: SecretBytes) {
    precondition(key.count <= 64)
    inner = SHA256Stream()
    outer = SHA256Stream()
    key.withBytes { key in
      Self.start(&inner, key, 0x36)
      Self.start(&outer, key, 0x5c)
    }
  }

  deinit {
    inner.wipe()
    outer.wipe()
  }

  private static func start(_ stream: inout SHA256Stream, _ key: UnsafeRawBufferPointer, _ pad: UInt8) {
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { block in
      block.initializeMemory(as: UInt8.self, repeating: pad)
      for index in key.indices { block[index] ^= key[index] }
      stream.update(UnsafeRawBufferPointer(block))
      OPENSSL_cleanse(block.baseAddress, block.count)
    }
  }

  /// The first 16 bytes of the HMAC over both.
  package func hash(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Identifier {
    var stream = inner
    stream.update(first)
    stream.update(second)
    let middle = stream.finish()
    var last = outer
    withUnsafeBytes(of: middle) { last.update($0) }
    return last.identifier()
  }
}

/// SHA-256 over bytes in pieces, without any allocation.
struct SHA256Stream {
  private var context = SHA256_CTX()

  init() { require(s2wmp_sha256_init(&context), "SHA-256") }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    if bytes.count > 0 { require(s2wmp_sha256_update(&context, bytes.baseAddress, bytes.count), "SHA-256") }
  }

  /// The digest, as it lies in memory.
  mutating func finish() -> (UInt64, UInt64, UInt64, UInt64) {
    var out: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    require(withUnsafeMutableBytes(of: &out) { s2wmp_sha256_final($0.octets, &context) }, "SHA-256")
    return out
  }

  /// The first 16 bytes of the digest.
  mutating func identifier() -> Identifier {
    let digest = finish()
    return Identifier(high: UInt64(bigEndian: digest.0), low: UInt64(bigEndian: digest.1))
  }

  mutating func wipe() { OPENSSL_cleanse(&context, MemoryLayout<SHA256_CTX>.size) }
}

/// SHA-256 over one or two pieces.
struct PiecewiseDigest {
  /// The first 16 bytes.
  func hash(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer?) -> Identifier {
    var stream = SHA256Stream()
    stream.update(first)
    if let second { stream.update(second) }
    return stream.identifier()
  }
}
