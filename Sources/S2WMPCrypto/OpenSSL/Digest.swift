import COpenSSL
import S2WMPWire

/// Hashes over borrowed bytes, computed by OpenSSL.
public enum Digest {
  /// SHA-256, 32 bytes.
  public static func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { hash(bytes, EVP_sha256(), 32) }

  /// SHA-1, 20 bytes: the legacy dialect's hash.
  public static func sha1(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { hash(bytes, EVP_sha1(), 20) }

  /// The first 16 bytes of SHA-256: how an ID is made from a public key field.
  public static func identifier(sha256 bytes: UnsafeRawBufferPointer) -> Identifier {
    var stream = SHA256Stream()
    stream.update(bytes)
    return stream.identifier()
  }

  /// The first 16 bytes of SHA-1: the legacy message hash.
  public static func identifier(sha1 bytes: UnsafeRawBufferPointer) -> Identifier { truncated(sha1(bytes)) }

  private static func truncated(_ digest: [UInt8]) -> Identifier {
    digest.withUnsafeBytes { Identifier(high: big($0, 0), low: big($0, 8)) }
  }

  private static func big(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  private static func hash(_ bytes: UnsafeRawBufferPointer, _ algorithm: OpaquePointer?, _ size: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: size) { out, count in
      // An empty buffer may have no address; OpenSSL takes a null pointer with length 0.
      let done = EVP_Digest(bytes.baseAddress, bytes.count, out.baseAddress, nil, algorithm, nil)
      precondition(done == 1, "OpenSSL offers neither SHA-1 nor SHA-256; check its configuration")
      count = size
    }
  }
}
