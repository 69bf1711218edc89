import Logging
import NIOCore
import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// What sockets report, on its way to the core.
extension PeerShell {
  func accepted(_ connection: PeerConnection, from remote: Endpoint?) {
    openChannels += 1
    guard let remote, phase == .running, openChannels <= maximumConnections else {
      logger.debug("a connection was refused: too many are open")
      return connection.abort()
    }
    input { [weak self] machine, now, effects in
      guard let self, connection.phase == .open else { return }
      guard let id = machine.receiveConnection(from: remote, at: now, &effects) else {
        self.logger.debug("a connection was refused by the core's limit", metadata: ["remote": "\(remote)"])
        return connection.abort()
      }
      self.logger.debug("connection accepted", metadata: ["connection": "\(id.rawValue)", "remote": "\(remote)"])
      connection.id = id
      self.connections[id] = connection
    }
  }

  func connected(_ connection: PeerConnection) {
    guard let id = connection.id else { return }
    input { machine, now, effects in machine.receiveConnected(id, at: now, &effects) }
  }

  func received(_ buffer: ByteBuffer, on connection: PeerConnection) {
    guard let id = connection.id else {
      // The core has not named it yet: its turn comes after that.
      return input { [weak self] machine, now, effects in
        guard let self, let id = connection.id, self.connections[id] != nil else { return }
        buffer.withUnsafeReadableBytes { machine.receiveBytes($0, on: id, at: now, &effects) }
      }
    }
    inputNow { machine, now, effects in
      buffer.withUnsafeReadableBytes { machine.receiveBytes($0, on: id, at: now, &effects) }
    } elseLater: {
      { machine, now, effects in buffer.withUnsafeReadableBytes { machine.receiveBytes($0, on: id, at: now, &effects) } }
    }
  }

  func ended(_ connection: PeerConnection) {
    input { machine, now, effects in
      guard let id = connection.id, connection.phase == .open else { return }
      machine.receiveEnd(of: id, at: now, &effects)
    }
  }

  func closed(_ connection: PeerConnection) {
    openChannels -= 1
    input { [weak self] machine, now, effects in
      guard let self, let id = connection.id, self.connections.removeValue(forKey: id) != nil else { return }
      self.logger.debug("connection closed", metadata: ["connection": "\(id.rawValue)"])
      machine.receiveClosed(id, at: now, &effects)
    }
    if isDraining && openChannels == 0 { end(nil) }
  }

  func received(_ datagram: ByteBuffer, from remote: Endpoint) {
    inputNow { machine, now, effects in
      datagram.withUnsafeReadableBytes { machine.receiveDatagram($0, from: remote, at: now, &effects) }
    } elseLater: {
      { machine, now, effects in datagram.withUnsafeReadableBytes { machine.receiveDatagram($0, from: remote, at: now, &effects) } }
    }
  }

  /// The system closed a socket that the peer lives by.
  func lostListener() {
    guard phase == .running else { return }
    end(PeerSetupError("a listening socket was closed by the system; start the peer again"))
  }
}

/// What the core asks.
extension PeerShell: PeerSurroundings {
  func randomBytes(_ count: Int) -> [UInt8] { SystemRandom.bytes(count) }

  func listeningEndpoint(for asker: Endpoint) -> Endpoint? {
    let usable = endpoints.filter { $0.isIPv4 == asker.isIPv4 }
    guard let local = routes.localAddress(to: asker, now: SystemClock.now().monotonic) else { return usable.first { !$0.isAnyAddress } }
    if let exact = usable.first(where: { $0.hasAddress(of: local) }) { return exact }
    if let any = usable.first(where: { $0.isAnyAddress }) { return local.withPort(any.port) }
    return usable.first
  }

  func hasAccepted(sender: Identifier, datetime: UInt64) -> Bool {
    do throws(PeerStoreError) { return try store.hasAccepted(sender: sender, datetime: datetime) } catch {
      // Without an answer nothing may be said: the peer ends before anything leaves.
      failure = error
      return true
    }
  }

  func latestAccepted(sender: Identifier, limit: Int) -> [UInt64]? {
    do throws(PeerStoreError) { return try store.latestAccepted(sender: sender, limit: limit) } catch {
      failure = error
      return nil
    }
  }
}
