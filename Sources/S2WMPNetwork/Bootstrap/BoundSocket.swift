import Glibc
import NIOCore

/// A socket of our own making, bound; NIO gets it ready.
///
/// NIO would make IPv6 sockets that take IPv4 as well, which cannot stand beside an IPv4 socket of the same port.
struct BoundSocket {
  let descriptor: Int32
  let address: SocketAddress

  enum Kind { case stream, datagram }

  /// The system's error code, for those who can go on without.
  struct Refusal: Error { var code: Int32 }

  static func make(_ kind: Kind, _ address: SocketAddress) throws(Refusal) -> BoundSocket {
    let type = Int32(kind == .stream ? SOCK_STREAM.rawValue : SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(address.protocol == .inet6 ? AF_INET6 : AF_INET, type, 0)
    guard descriptor >= 0 else { throw Refusal(code: errno) }
    // A server that was restarted may take the port of connections that are still closing. With UDP the same option would let two servers share it.
    if kind == .stream { set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1) }
    if kind == .datagram { set(descriptor, SOL_SOCKET, SO_RCVBUF, 4 << 20) }
    if address.protocol == .inet6 { set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
    guard address.withSockAddr({ bind(descriptor, $0, socklen_t($1)) }) == 0, let bound = localAddress(descriptor) else {
      let code = errno
      close(descriptor)
      throw Refusal(code: code)
    }
    return BoundSocket(descriptor: descriptor, address: bound)
  }

  /// An option that is good to have; without it the socket works, too.
  private static func set(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
    var value = value
    _ = setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  /// What `getsockname` says.
  static func localAddress(_ descriptor: Int32) -> SocketAddress? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let done = withUnsafeMutablePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    guard done == 0 else { return nil }
    return withUnsafePointer(to: &storage) {
      switch Int32($0.pointee.ss_family) {
      case AF_INET: $0.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { SocketAddress($0.pointee) }
      case AF_INET6: $0.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { SocketAddress($0.pointee) }
      default: nil
      }
    }
  }
}
