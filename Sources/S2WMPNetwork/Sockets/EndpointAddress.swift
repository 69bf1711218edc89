import Glibc
import NIOCore
import S2WMPFlow

/// Between endpoints as the protocol knows them and addresses as the system does.
extension Endpoint {
  /// Nil for what is neither IPv4 nor IPv6.
  public init?(_ address: SocketAddress) {
    switch address {
    case .v4(let v4):
      self = .ipv4(UInt32(bigEndian: v4.address.sin_addr.s_addr), port: UInt16(bigEndian: v4.address.sin_port))
    case .v6(let v6):
      var raw = v6.address.sin6_addr
      let (high, low) = withUnsafeBytes(of: &raw) { ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)) }
      self.init(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low), port: UInt16(bigEndian: v6.address.sin6_port), isIPv4: false)
    default:
      return nil
    }
  }

  public var socketAddress: SocketAddress {
    if isIPv4 {
      var v4 = sockaddr_in()
      v4.sin_family = sa_family_t(AF_INET)
      v4.sin_port = port.bigEndian
      v4.sin_addr.s_addr = UInt32(truncatingIfNeeded: low).bigEndian
      return SocketAddress(v4)
    }
    var v6 = sockaddr_in6()
    v6.sin6_family = sa_family_t(AF_INET6)
    v6.sin6_port = port.bigEndian
    withUnsafeMutableBytes(of: &v6.sin6_addr) {
      $0.storeBytes(of: high.bigEndian, as: UInt64.self)
      $0.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
    }
    return SocketAddress(v6)
  }

  /// 0.0.0.0 or ::.
  var isAnyAddress: Bool { isIPv4 ? UInt32(truncatingIfNeeded: low) == 0 : high | low == 0 }

  /// 127.0.0.0/8 or ::1.
  var isLoopback: Bool { isIPv4 ? UInt32(truncatingIfNeeded: low) >> 24 == 127 : high == 0 && low == 1 }

  func withPort(_ port: UInt16) -> Endpoint {
    var copy = self
    copy.port = port
    return copy
  }

  func hasAddress(of other: Endpoint) -> Bool { high == other.high && low == other.low && isIPv4 == other.isIPv4 }
}
