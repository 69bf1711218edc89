import CDatagrams
import Glibc
import NIOCore
import S2WMPFlow

/// The peer's own UDP sockets, for sending: one for each address that it listens on.
///
/// Sends with `sendto` rather than through NIO, whose datagram channel closes for good on most send errors: an address without a route, an interface
/// that goes down or a datagram that claimed to come from port 0 must not end a peer.
struct DatagramSockets {
  struct Socket {
    var descriptor: Int32
    var endpoint: Endpoint
  }

  private(set) var sockets: [Socket] = []

  mutating func add(_ channel: any Channel, at endpoint: Endpoint) throws {
    let descriptor = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { $0 }
    if let descriptor { sockets.append(Socket(descriptor: descriptor, endpoint: endpoint)) }
  }

  mutating func removeAll() { sockets.removeAll() }

  /// Nil, or the system's word for what went wrong. A datagram that the kernel has no room for is lost, as datagrams are.
  func send(_ bytes: [UInt8], to remote: Endpoint, local: Endpoint?) -> Int32? {
    guard let socket = socket(for: remote, local: local) else { return EAFNOSUPPORT }
    return Self.send(bytes, to: remote, from: socket)
  }

  /// From every socket that may speak on that interface.
  func broadcast(_ bytes: [UInt8], port: UInt16) throws -> [(Endpoint, Int32)] {
    var failures: [(Endpoint, Int32)] = []
    for target in try BroadcastTargets.current() {
      guard let socket = sockets.first(where: { $0.endpoint.isIPv4 && ($0.endpoint.isAnyAddress || $0.endpoint.hasAddress(of: target.local)) }) else {
        continue
      }
      let remote = target.broadcast.withPort(port)
      if let error = Self.send(bytes, to: remote, from: socket) { failures.append((remote, error)) }
    }
    if let socket = sockets.first(where: { $0.endpoint.isIPv4 && $0.endpoint.isLoopback }) {
      let remote = BroadcastTargets.loopback.withPort(port)
      if let error = Self.send(bytes, to: remote, from: socket) { failures.append((remote, error)) }
    }
    return failures
  }

  private func socket(for remote: Endpoint, local: Endpoint?) -> Socket? {
    let usable = sockets.filter { $0.endpoint.isIPv4 == remote.isIPv4 }
    if usable.count > 1, let local, let exact = usable.first(where: { $0.endpoint.hasAddress(of: local) }) { return exact }
    return usable.first { $0.endpoint.isAnyAddress } ?? usable.first
  }

  private static func send(_ bytes: [UInt8], to remote: Endpoint, from socket: Socket) -> Int32? {
    let sent = remote.socketAddress.withSockAddr { address, length in
      bytes.withUnsafeBytes { sendto(socket.descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT), address, socklen_t(length)) }
    }
    return sent < 0 ? errno : nil
  }
}
