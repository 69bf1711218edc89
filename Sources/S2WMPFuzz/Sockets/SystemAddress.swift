import Glibc
import S2WMPFlow

/// Between endpoints and the addresses of the system.
extension Endpoint {
  func withSystemAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    if isIPv4 {
      var v4 = sockaddr_in()
      v4.sin_family = sa_family_t(AF_INET)
      v4.sin_port = port.bigEndian
      v4.sin_addr.s_addr = UInt32(truncatingIfNeeded: low).bigEndian
      return Self.with(&v4, body)
    }
    var v6 = sockaddr_in6()
    v6.sin6_family = sa_family_t(AF_INET6)
    v6.sin6_port = port.bigEndian
    withUnsafeMutableBytes(of: &v6.sin6_addr) {
      $0.storeBytes(of: high.bigEndian, as: UInt64.self)
      $0.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
    }
    return Self.with(&v6, body)
  }

  private static func with<Address, Result>(_ address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<Address>.size)) }
    }
  }

  /// Nil for what is neither IPv4 nor IPv6, or cut short.
  init?(_ address: UnsafePointer<sockaddr>, length: socklen_t) {
    let raw = UnsafeRawPointer(address)
    switch Int32(address.pointee.sa_family) {
    case AF_INET where Int(length) >= MemoryLayout<sockaddr_in>.size:
      let v4 = raw.loadUnaligned(as: sockaddr_in.self)
      self = .ipv4(UInt32(bigEndian: v4.sin_addr.s_addr), port: UInt16(bigEndian: v4.sin_port))
    case AF_INET6 where Int(length) >= MemoryLayout<sockaddr_in6>.size:
      var v6 = raw.loadUnaligned(as: sockaddr_in6.self)
      let port = UInt16(bigEndian: v6.sin6_port)
      let (high, low) = withUnsafeBytes(of: &v6.sin6_addr) {
        ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      }
      self.init(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low), port: port, isIPv4: false)
    default: return nil
    }
  }

  /// What the system writes about a socket: `getsockname`, the source of a datagram.
  static func fromSystem(_ fill: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int) -> (count: Int, endpoint: Endpoint?) {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        let count = fill(address, &length)
        return (count, count < 0 ? nil : Endpoint(UnsafePointer(address), length: length))
      }
    }
  }
}
