import Glibc
import Logging
import NIOCore
import S2WMPFlow
import S2WMPWire

/// Opening the sockets and beginning to work.
extension PeerShell {
  /// Binds everything; nothing is read yet.
  func openSockets(_ settings: PeerSettings) async throws {
    let sockets = ListenerSockets(loop: loop) { [unowned self] channel in
      try channel.pipeline.syncOperations.addHandler(PeerConnection(shell: self, isAccepted: true))
    } onDatagrams: { [unowned self] channel in
      try channel.pipeline.syncOperations.addHandler(DatagramReceiver(shell: self))
    }
    for wanted in try Self.wanted(settings) {
      do {
        let pair = try await sockets.openPair(wanted.endpoint)
        try await loop.submit { try self.add(pair) }.get()
      } catch let error as IOError {
        if wanted.isOptional, !endpoints.isEmpty, [EAFNOSUPPORT, EADDRNOTAVAIL].contains(error.errnoCode) { continue }
        throw Self.failure(wanted.endpoint, error)
      }
    }
    if settings.dialect == .legacy { try await openLegacyReplies(sockets) }
    guard settings.configuration.discovers else { return }
    do {
      let discovery = try await sockets.openDiscovery(port: settings.discoveryPort)
      try await loop.submit { self.listeners.append(discovery) }.get()
    } catch let error as IOError {
      throw PeerSetupError(
        "UDP port \(settings.discoveryPort), on which peers find each other, cannot be opened (\(ConnectReason.of(error))): "
          + "name another with --discovery-port, or do without by --no-discovery")
    }
  }

  /// A legacy bootstrap server answers to a port of its own choice, at the address that asked (S2WMP wire format, appendix L).
  private func openLegacyReplies(_ sockets: ListenerSockets) async throws {
    let port = DefaultPort.legacyReply
    for endpoint in endpoints where endpoint.isIPv4 {
      do {
        let replies = try await sockets.openShared(endpoint.withPort(port))
        try await loop.submit { self.listeners.append(replies) }.get()
      } catch let error as IOError {
        throw PeerSetupError(
          "UDP port \(port) of \(endpoint.addressText), to which bootstrap servers answer in the legacy dialect, cannot be opened "
            + "(\(ConnectReason.of(error))): end what uses it, or listen on another address")
      }
    }
  }

  private struct Wanted {
    var endpoint: Endpoint
    /// A machine without IPv6 is no reason not to start.
    var isOptional = false
  }

  private static func wanted(_ settings: PeerSettings) throws -> [Wanted] {
    guard !settings.listen.isEmpty else {
      let any = Endpoint(high: 0, low: 0, port: DefaultPort.peer, isIPv4: false)
      return [Wanted(endpoint: .ipv4(0, port: DefaultPort.peer)), Wanted(endpoint: any, isOptional: true)]
    }
    return try settings.listen.flatMap { listen in
      let found = try HostLookup.endpoints(host: listen.host, port: listen.port)
      // Of a name's further addresses, those that this machine lacks do not matter.
      return found.enumerated().map { Wanted(endpoint: $1, isOptional: $0 > 0) }
    }
  }

  private func add(_ pair: ListenerPair) throws {
    try datagrams.add(pair.udp, at: pair.endpoint)
    listeners += [pair.tcp, pair.udp]
    endpoints.append(pair.endpoint)
  }

  private static func failure(_ endpoint: Endpoint, _ error: IOError) -> PeerSetupError {
    switch error.errnoCode {
    case EADDRINUSE:
      PeerSetupError("the address \(endpoint) is in use by another program, on TCP or on UDP: name another port with --listen, or port 0 for any")
    case EADDRNOTAVAIL: PeerSetupError("the address \(endpoint) is none of this machine's: name another with --listen")
    case EACCES: PeerSetupError("port \(endpoint.port) may only be used by an administrator: name one from 1024 on with --listen")
    default: PeerSetupError("the address \(endpoint) cannot be listened on: \(ConnectReason.of(error))")
    }
  }

  /// Makes the core, on the loop; from here on traffic is taken.
  func start(_ parts: ShellParts) throws {
    if let path = parts.settings.keyLog { keyLog = try KeyLogFile(path: path) }
    let machine = try parts.makeMachine(parts.settings, parts.snapshot, self)
    begin(machine, fingerprint: parts.fingerprint)
  }
}
