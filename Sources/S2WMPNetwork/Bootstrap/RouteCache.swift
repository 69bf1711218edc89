import Glibc
import NIOCore
import S2WMPFlow

/// The local address on the route to somebody: that of a UDP socket connected to them. Nothing is sent.
struct RouteCache {
  private static let maximum = 1024
  /// Routes change; what is known is forgotten after that many nanoseconds.
  private static let lifetime: UInt64 = 10_000_000_000

  private struct Known {
    var address: SocketAddress?
    var at: UInt64
  }

  private var known: [SocketAddress: Known] = [:]

  /// Nil when there is no route.
  mutating func localAddress(towards remote: SocketAddress, at now: UInt64) -> SocketAddress? {
    // Any port will do, as nothing is sent, but one for all keeps the cache small.
    let key = remote.withPort(9)
    if let entry = known[key], now &- entry.at < Self.lifetime { return entry.address }
    if known.count >= Self.maximum { known.removeAll(keepingCapacity: true) }
    let address = Self.ask(key)
    known[key] = Known(address: address, at: now)
    return address
  }

  private static func ask(_ remote: SocketAddress) -> SocketAddress? {
    let descriptor = socket(remote.protocol == .inet6 ? AF_INET6 : AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard remote.withSockAddr({ connect(descriptor, $0, socklen_t($1)) }) == 0 else { return nil }
    return BoundSocket.localAddress(descriptor)
  }
}
