import Glibc
import NIOCore
import S2WMPFlow

/// Which of this machine's addresses another one sees: the local address on the route there. Remembers a few answers for a few seconds.
struct RouteTable {
  private static let capacity = 256
  private static let lifetime: UInt64 = 5_000_000_000

  private struct Key: Hashable {
    var high, low: UInt64
    var isIPv4: Bool
  }

  private var answers: [Key: (address: Endpoint?, until: UInt64)] = [:]

  /// With port 0; nil when there is no route.
  mutating func localAddress(to remote: Endpoint, now: UInt64) -> Endpoint? {
    let key = Key(high: remote.high, low: remote.low, isIPv4: remote.isIPv4)
    if let known = answers[key], known.until > now { return known.address }
    if answers.count >= Self.capacity { answers.removeAll(keepingCapacity: true) }
    let address = Self.ask(remote)
    answers[key] = (address, now &+ Self.lifetime)
    return address
  }

  /// A connected UDP socket has chosen its source address, and nothing is sent.
  private static func ask(_ remote: Endpoint) -> Endpoint? {
    let descriptor = socket(remote.isIPv4 ? AF_INET : AF_INET6, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let target = remote.port == 0 ? remote.withPort(9) : remote
    guard target.socketAddress.withSockAddr({ connect(descriptor, $0, socklen_t($1)) }) == 0 else { return nil }
    return DescriptorAddress.local(descriptor)?.withPort(0)
  }
}

/// What a socket is bound to.
enum DescriptorAddress {
  static func local(_ descriptor: Int32) -> Endpoint? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutableBytes(of: &storage) { bytes -> Endpoint? in
      guard let base = bytes.baseAddress else { return nil }
      guard getsockname(descriptor, base.assumingMemoryBound(to: sockaddr.self), &length) == 0 else { return nil }
      switch Int32(base.load(as: sockaddr.self).sa_family) {
      case AF_INET: return Endpoint(SocketAddress(base.load(as: sockaddr_in.self)))
      case AF_INET6: return Endpoint(SocketAddress(base.load(as: sockaddr_in6.self)))
      default: return nil
      }
    }
  }
}
