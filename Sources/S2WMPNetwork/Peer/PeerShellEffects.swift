import Glibc
import Logging
import NIOCore
import NIOPosix
import S2WMPCrypto
import S2WMPFlow
import S2WMPPeer

extension PeerShell {
  /// `.store` was dealt with before.
  func carryOut(_ effect: PeerEffect) {
    switch effect {
    case .store: break
    case .send(let id, let bytes): connections[id]?.send(bytes)
    case .event(let event): emit(event)
    case .connect(let id, let remote): connect(id, to: remote)
    case .close(let id): connections[id]?.close()
    case .abort(let id): connections[id]?.abort()
    case .datagram(let bytes, let destination): send(bytes, to: destination)
    case .keyLog(let line): log(line)
    case .makeIdentity: makeNewIdentity()
    case .stopped: stop()
    case .crash: abort()
    }
  }

  private func send(_ bytes: [UInt8], to destination: DatagramDestination) {
    switch destination {
    case .endpoint(let remote):
      let local = routes.localAddress(to: remote, now: moment.monotonic)
      if let error = datagrams.send(bytes, to: remote, local: local) { noteUnsent(remote, error) }
    case .peers: broadcast(bytes, port: discoveryPort)
    case .servers: broadcast(bytes, port: bootstrapPort)
    }
  }

  private func broadcast(_ bytes: [UInt8], port: UInt16) {
    do {
      for (remote, error) in try datagrams.broadcast(bytes, port: port) { noteUnsent(remote, error) }
    } catch {
      logger.warning("the network interfaces cannot be listed", metadata: ["error": "\(error)"])
    }
  }

  private func noteUnsent(_ remote: Endpoint, _ error: Int32) {
    logger.debug("a datagram could not be sent", metadata: ["remote": "\(remote)", "error": "\(String(cString: strerror(error)))"])
  }

  private func log(_ line: String) {
    guard let keyLog else { return }
    if let reason = keyLog.append(line) {
      self.keyLog = nil
      emit(.error("the key log \(keyLog.path) cannot be written (\(reason)); keys are no longer logged"))
    }
  }

  /// An RSA key takes about half a second: not on the loop.
  private func makeNewIdentity() {
    let (suite, group) = (identity?.suite ?? .rsa, identity?.group ?? .ffdhe3072)
    NIOSingletons.posixBlockingThreadPool.submit { [self] state in
      let made = state == .active ? try? Identity.generate(suite: suite, group: group) : nil
      loop.execute { self.input { machine, now, effects in machine.receiveIdentity(made, at: now, &effects) } }
    }
  }

  /// What was sent last should arrive: connections that are closing get the second that they are due.
  private func stop() {
    for connection in connections.values where connection.phase == .open { connection.close() }
    if openChannels == 0 { return end(nil) }
    loop.assumeIsolated().scheduleTask(in: .milliseconds(1100)) { [weak self] in self?.end(nil) }
    isDraining = true
  }
}

extension PeerEffect {
  enum Turn { case first, second, last }

  /// When among the effects of one call this one is carried out.
  var turn: Turn {
    switch self {
    case .event: .second
    case .stopped, .crash: .last
    default: .first
    }
  }
}

/// Opening connections.
extension PeerShell {
  private static let connectTimeout = TimeAmount.seconds(5)

  private func connect(_ id: ConnectionID, to remote: Endpoint) {
    guard openChannels < maximumConnections else {
      return input { machine, now, effects in
        machine.receiveConnectFailure(id, reason: "too many connections are open", at: now, &effects)
      }
    }
    logger.debug("connecting", metadata: ["connection": "\(id.rawValue)", "remote": "\(remote)"])
    let connection = PeerConnection(shell: self, isAccepted: false)
    connection.id = id
    connections[id] = connection
    openChannels += 1
    let box = NIOLoopBound(connection, eventLoop: loop)
    let bootstrap = ClientBootstrap(group: loop)
      .connectTimeout(Self.connectTimeout)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelOption(.socketOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(box.value) } }
    (source(for: remote).map { bootstrap.bind(to: $0.socketAddress) } ?? bootstrap)
      .connect(to: remote.socketAddress)
      .whenFailure { [weak self] error in self?.connectFailed(box.value, error) }
  }

  /// In the legacy dialect a connection's source is where answers go, so it has to be where we listen.
  private func source(for remote: Endpoint) -> Endpoint? {
    guard dialect == .legacy, !endpoints.contains(where: { $0.isAnyAddress && $0.isIPv4 == remote.isIPv4 }) else { return nil }
    return endpoints.first { $0.isIPv4 == remote.isIPv4 && $0.isLoopback == remote.isLoopback }?.withPort(0)
  }

  private func connectFailed(_ connection: PeerConnection, _ error: any Error) {
    guard let id = connection.id, connections.removeValue(forKey: id) != nil else { return }
    openChannels -= 1
    // An attempt that the core itself gave up needs no answer but the one that it is over.
    let wasGivenUp = connection.phase == .gone
    input { machine, now, effects in
      if wasGivenUp { return machine.receiveClosed(id, at: now, &effects) }
      machine.receiveConnectFailure(id, reason: ConnectReason.of(error), at: now, &effects)
    }
  }
}

/// Why a connection could not be opened, in words for people.
enum ConnectReason {
  static func of(_ error: any Error) -> String {
    switch error {
    case let error as IOError: String(cString: strerror(error.errnoCode)).lowercased()
    case ChannelError.connectTimeout: "no answer within 5 seconds"
    case let error as NIOConnectionError: error.connectionErrors.first.map { of($0.error) } ?? "it could not be opened"
    default: "\(error)"
    }
  }
}
