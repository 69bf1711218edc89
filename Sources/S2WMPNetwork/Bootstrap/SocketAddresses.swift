import Glibc
import NIOCore
import S2WMPFlow

extension SocketAddress {
  /// The address as the cores know it; mapped IPv4 addresses become IPv4. Nil for other families.
  var endpoint: Endpoint? {
    switch self {
    case .v4(let address):
      return .ipv4(UInt32(bigEndian: address.address.sin_addr.s_addr), port: UInt16(bigEndian: address.address.sin_port))
    case .v6(let address):
      var bytes = address.address.sin6_addr
      let port = UInt16(bigEndian: address.address.sin6_port)
      return withUnsafeBytes(of: &bytes) {
        let high = UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self))
        let low = UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        return Endpoint(high: high, low: low, port: port, isIPv4: high == 0 && low >> 32 == 0xffff)
      }
    case .unixDomainSocket: return nil
    }
  }

  /// Whether it stands for every address of the machine.
  var isAnyAddress: Bool {
    guard let endpoint else { return false }
    return endpoint.isIPv4 ? UInt32(truncatingIfNeeded: endpoint.low) == 0 : endpoint.high | endpoint.low == 0
  }

  func withPort(_ port: UInt16) -> SocketAddress {
    var copy = self
    copy.port = Int(port)
    return copy
  }
}

/// `strerror` of the last failure.
func systemErrorText(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }
