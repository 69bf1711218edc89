import COpenSSL

/// For calls that fail only when the machine is out of memory or its OpenSSL lacks an algorithm that every build has: no input makes them fail.
@inline(__always)
func require(_ result: Int32, _ what: StaticString) {
  precondition(result == 1, "OpenSSL cannot do \(what); check its configuration")
}

extension UnsafeRawBufferPointer {
  /// As C wants bytes. An empty buffer may have no address.
  @inline(__always)
  var octets: UnsafePointer<UInt8>? { baseAddress?.assumingMemoryBound(to: UInt8.self) }
}

extension UnsafeMutableRawBufferPointer {
  @inline(__always)
  var octets: UnsafeMutablePointer<UInt8>? { baseAddress?.assumingMemoryBound(to: UInt8.self) }
}

/// Owns an `EVP_PKEY`.
final class KeyHandle: @unchecked Sendable {
  // SAFETY: OpenSSL allows any number of threads to use a key that nobody changes; this one is never changed.
  let pointer: OpaquePointer

  /// Takes over one reference; nil for nil.
  init?(owning pointer: OpaquePointer?) {
    guard let pointer else { return nil }
    self.pointer = pointer
  }

  deinit { EVP_PKEY_free(pointer) }
}

/// A number as OpenSSL holds it, wiped when released.
final class BigNumber {
  private(set) var pointer: OpaquePointer?

  init(_ magnitude: UnsafeRawBufferPointer) { pointer = BN_bin2bn(magnitude.octets, Int32(magnitude.count), nil) }

  /// A number of a key, by its parameter name; nil when the key has none.
  init?(_ name: String, of key: KeyHandle) {
    guard EVP_PKEY_get_bn_param(key.pointer, name, &pointer) == 1 else { return nil }
  }

  deinit { BN_clear_free(pointer) }

  /// The magnitude, big-endian, without leading zeros.
  var bytes: [UInt8] {
    let size = (Int(BN_num_bits(pointer)) + 7) / 8
    return [UInt8](unsafeUninitializedCapacity: size) { out, count in count = Int(BN_bn2bin(pointer, out.baseAddress)) }
  }
}

/// Forgets what OpenSSL noted about failed calls on this thread, so that no later caller mistakes it for its own.
func forgetErrors() { ERR_clear_error() }
