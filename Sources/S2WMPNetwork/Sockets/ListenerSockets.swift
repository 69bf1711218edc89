import Glibc
import NIOCore
import NIOPosix
import S2WMPFlow

/// TCP and UDP on one address and port.
struct ListenerPair: Sendable {
  var tcp: any Channel
  var udp: any Channel
  /// The port is the real one.
  var endpoint: Endpoint
}

/// Opens sockets; nothing is read from them before `autoRead` is set.
struct ListenerSockets {
  var loop: any EventLoop
  var onConnection: @Sendable (any Channel) throws -> Void
  var onDatagrams: @Sendable (any Channel) throws -> Void

  /// Port 0 takes one that is free for both.
  func openPair(_ endpoint: Endpoint) async throws -> ListenerPair {
    var attemptsLeft = endpoint.port == 0 ? 64 : 1
    while true {
      attemptsLeft -= 1
      let tcp = try await listener(isIPv4: endpoint.isIPv4).bind(to: endpoint.socketAddress).get()
      let port = UInt16(truncatingIfNeeded: tcp.localAddress?.port ?? 0)
      do {
        let udp = try await datagrams(isIPv4: endpoint.isIPv4).bind(to: endpoint.withPort(port).socketAddress).get()
        return ListenerPair(tcp: tcp, udp: udp, endpoint: endpoint.withPort(port))
      } catch {
        try? await tcp.close()
        guard attemptsLeft > 0, (error as? IOError)?.errnoCode == EADDRINUSE else { throw error }
      }
    }
  }

  /// Shared with every other peer of this host.
  func openDiscovery(port: UInt16) async throws -> any Channel { try await openShared(.ipv4(0, port: port)) }

  func openShared(_ endpoint: Endpoint) async throws -> any Channel {
    try await datagrams(isIPv4: endpoint.isIPv4)
      .channelOption(.socketOption(.so_reuseaddr), value: 1)
      .channelOption(.socketOption(NIOBSDSocket.Option(rawValue: SO_REUSEPORT)), value: 1)
      .bind(to: endpoint.socketAddress).get()
  }

  /// Each family has its own socket, so that an IPv4 address never looks like an IPv6 one.
  private static let onlyIPv6 = ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only)

  private func listener(isIPv4: Bool) -> ServerBootstrap {
    let bootstrap = isIPv4 ? ServerBootstrap(group: loop) : ServerBootstrap(group: loop).serverChannelOption(Self.onlyIPv6, value: 1)
    return
      bootstrap
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.autoRead, value: false)
      // Without a free descriptor the listener would be ready all the time: it waits a second instead.
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler()) }
      }
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { [onConnection] channel in
        channel.eventLoop.makeCompletedFuture { try onConnection(channel) }
      }
  }

  private func datagrams(isIPv4: Bool) -> DatagramBootstrap {
    let bootstrap = DatagramBootstrap(group: loop)
      .channelOption(isIPv4 ? ChannelOptions.Types.SocketOption(level: .socket, name: .so_broadcast) : Self.onlyIPv6, value: 1)
    return
      bootstrap
      .channelOption(.autoRead, value: false)
      .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 65_536))
      .channelInitializer { [onDatagrams] channel in
        channel.eventLoop.makeCompletedFuture { try onDatagrams(channel) }
      }
  }
}

/// Names and addresses to listen on or to ask.
public enum HostLookup {
  /// Every address of a host; a name may have several.
  public static func endpoints(host: String, port: UInt16) throws(PeerSetupError) -> [Endpoint] {
    if let literal = Endpoint(address: host, port: port) { return [literal] }
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, nil, &hints, &list)
    guard status == 0 else { throw PeerSetupError("the host \(host) is not known (\(String(cString: gai_strerror(status))))") }
    defer { freeaddrinfo(list) }
    var found: [Endpoint] = []
    var next = list
    while let entry = next?.pointee {
      if let endpoint = endpoint(entry)?.withPort(port), !found.contains(endpoint) { found.append(endpoint) }
      next = entry.ai_next
    }
    guard !found.isEmpty else { throw PeerSetupError("the host \(host) has neither an IPv4 nor an IPv6 address") }
    return found
  }

  private static func endpoint(_ entry: addrinfo) -> Endpoint? {
    guard let address = entry.ai_addr else { return nil }
    let raw = UnsafeRawPointer(address)
    switch entry.ai_family {
    case AF_INET where entry.ai_addrlen >= MemoryLayout<sockaddr_in>.size: return Endpoint(SocketAddress(raw.load(as: sockaddr_in.self)))
    case AF_INET6 where entry.ai_addrlen >= MemoryLayout<sockaddr_in6>.size: return Endpoint(SocketAddress(raw.load(as: sockaddr_in6.self)))
    default: return nil
    }
  }
}
