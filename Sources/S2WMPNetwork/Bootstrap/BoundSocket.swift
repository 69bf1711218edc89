import Glibc
import NIOCore
import S2WMPFlow

/// A socket of our own making, bound; NIO takes it from there. Of our own making, because `DatagramSender` needs the descriptor as well.
struct BoundSocket {
  enum Kind { case stream, datagram }

  /// The system's error code.
  struct Refusal: Error { var code: Int32 }

  let descriptor: Int32
  let endpoint: Endpoint

  static func make(_ kind: Kind, _ endpoint: Endpoint) throws(Refusal) -> BoundSocket {
    let type = Int32(kind == .stream ? SOCK_STREAM.rawValue : SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(endpoint.isIPv4 ? AF_INET : AF_INET6, type, 0)
    guard descriptor >= 0 else { throw Refusal(code: errno) }
    // A server that was restarted may take the port of connections that are still closing. With UDP the same option would let two servers share it.
    if kind == .stream { set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1) }
    if kind == .datagram { set(descriptor, SOL_SOCKET, SO_RCVBUF, 4 << 20) }
    if !endpoint.isIPv4 { set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
    guard endpoint.socketAddress.withSockAddr({ bind(descriptor, $0, socklen_t($1)) }) == 0, let bound = DescriptorAddress.local(descriptor) else {
      let code = errno
      close(descriptor)
      throw Refusal(code: code)
    }
    return BoundSocket(descriptor: descriptor, endpoint: bound)
  }

  /// An option that is good to have; without it the socket works, too.
  private static func set(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
    var value = value
    _ = setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
  }
}
