import S2WMPFlow
import S2WMPWire

/// Connections come and go (S2WMP wire format, section 4).
extension Peer {
  public func receiveConnection(from remote: Endpoint, at now: PeerTime, _ effects: inout PeerEffects) -> ConnectionID? {
    enter(now, &effects) {
      guard !hasStopped, connections.count < configuration.limits.connections else { return nil }
      return addConnection(to: remote, isOurs: false, phase: .open).id
    }
  }

  public func receiveConnected(_ connection: ConnectionID, at now: PeerTime, _ effects: inout PeerEffects) {
    enter(now, &effects) {
      guard let connection = connections[connection], connection.phase == .connecting else { return }
      connection.phase = .open
      if let addition = connection.addition { sendRequest(addition, on: connection) }
      if let friend = connection.friend { pump(friend) }
    }
  }

  public func receiveConnectFailure(_ connection: ConnectionID, reason: String, at now: PeerTime, _ effects: inout PeerEffects) {
    enter(now, &effects) {
      guard let connection = connections[connection] else { return }
      forget(connection, reason: "could not connect to \(connection.remote): \(reason)")
    }
  }

  public func receiveClosed(_ connection: ConnectionID, at now: PeerTime, _ effects: inout PeerEffects) {
    enter(now, &effects) {
      guard let connection = connections[connection] else { return }
      forget(connection, reason: "the connection to \(connection.remote) was closed")
    }
  }

  func addConnection(to remote: Endpoint, isOurs: Bool, phase: Connection.Phase) -> Connection {
    lastConnection &+= 1
    let connection = Connection(id: ConnectionID(rawValue: lastConnection), remote: remote, isOurs: isOurs, phase: phase)
    connections[connection.id] = connection
    return connection
  }

  /// Nil when there are too many connections.
  func connect(to endpoint: Endpoint) -> Connection? {
    guard connections.count < configuration.limits.connections else { return nil }
    let connection = addConnection(to: endpoint, isOurs: true, phase: .connecting)
    emit(.connect(connection.id, endpoint))
    return connection
  }

  /// The connection is gone.
  func forget(_ connection: Connection, reason: @autoclosure () -> String) {
    connections[connection.id] = nil
    stopReading(connection)
    connection.phase = .closing
    release(connection, reason: reason())
  }

  /// FIN after the answers; what still comes is discarded.
  func close(_ connection: Connection, reason: @autoclosure () -> String) {
    guard connection.phase != .closing else { return }
    flush(connection)
    stopReading(connection)
    connection.phase = .closing
    emit(.close(connection.id))
    release(connection, reason: reason())
  }

  /// For a connection whose other side has ceased to answer, or that is not open yet.
  func abort(_ connection: Connection, reason: @autoclosure () -> String) {
    guard connection.phase != .closing else { return }
    stopReading(connection)
    connection.phase = .closing
    connections[connection.id] = nil
    emit(.abort(connection.id))
    release(connection, reason: reason())
  }

  /// Frees what a connection holds.
  private func stopReading(_ connection: Connection) {
    unfinishedBytes -= connection.unfinished.count
    connection.unfinished = []
    untime(connection)
  }

  /// Whoever relied on it has to look for another way.
  private func release(_ connection: Connection, reason: @autoclosure () -> String) {
    if connection.owedResponses > 0 { forgetResponses(owedOn: connection) }
    if let addition = connection.addition {
      connection.addition = nil
      additionLost(addition, connection, reason: reason())
    }
    if let friend = connection.friend {
      connection.friend = nil
      routeLost(friend, connection, reason: reason())
    }
  }
}

/// Answers (S2WMP wire format, section 4): on the connection of the packet, in order of arrival, all of one call in one `.send`.
extension Peer {
  func answer(_ bytes: [UInt8], on connection: Connection) {
    guard connection.phase == .open else { return }
    if connection.answers.isEmpty { connection.answers = bytes } else { connection.answers += bytes }
    markUnflushed(connection)
  }

  @inline(__always) func markUnflushed(_ connection: Connection) {
    guard !connection.isUnflushed else { return }
    connection.isUnflushed = true
    unflushed.append(connection)
  }

  func flushAnswers() {
    for connection in unflushed { flush(connection) }
    unflushed.removeAll(keepingCapacity: true)
  }

  func flush(_ connection: Connection) {
    connection.isUnflushed = false
    guard !connection.answers.isEmpty else { return }
    rules.arrange(&connection.answers)
    emit(.send(connection.id, connection.answers))
    connection.answers = []
  }
}
