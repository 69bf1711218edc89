import S2WMPFlow
import S2WMPWire

/// A connection that somebody opened to us. Nothing is ever written to it.
struct LegacyIncoming {
  let remote: Endpoint
  /// The beginning of a packet whose rest has not come.
  var unfinished: [UInt8] = []
}

/// A connection that we opened for one packet.
struct LegacyOutgoing {
  let packet: [UInt8]
  let purpose: Purpose
  let destination: Endpoint

  enum Purpose {
    /// The first outgoing message of a friend, with its `datetime`.
    case message(Identifier, UInt64)
    case request(Identifier)
    /// ACK, CR as an answer: when it cannot be delivered, the other side asks again.
    case answer
    /// SC: sent once.
    case notice
  }
}

/// A connection for each packet (S2WMP wire format, appendix L).
extension LegacyPeer {
  /// More answers than that to one host are not kept waiting: who opens connections faster than taking answers gets none.
  private static var answersPerHost: Int { 64 }

  func send(_ packet: [UInt8], _ purpose: LegacyOutgoing.Purpose, to destination: Endpoint, _ effects: inout PeerEffects) {
    let connection = newConnection()
    outgoing[connection] = LegacyOutgoing(packet: packet, purpose: purpose, destination: destination)
    effects.append(.connect(connection, destination))
  }

  /// Answers whoever opened a connection: on a new one, to the fixed port.
  func answer(_ packet: [UInt8], to remote: Endpoint, _ effects: inout PeerEffects) {
    let destination = replyEndpoint(remote)
    guard answersOnTheWay[destination, default: 0] < Self.answersPerHost, incoming.count + outgoing.count < configuration.limits.connections else {
      return
    }
    answersOnTheWay[destination, default: 0] += 1
    send(packet, .answer, to: destination, &effects)
  }

  public func receiveConnection(from remote: Endpoint, at now: PeerTime, _ effects: inout PeerEffects) -> ConnectionID? {
    guard incoming.count + outgoing.count < configuration.limits.connections else { return nil }
    let connection = newConnection()
    incoming[connection] = LegacyIncoming(remote: remote)
    return connection
  }

  public func receiveConnected(_ connection: ConnectionID, at now: PeerTime, _ effects: inout PeerEffects) {
    guard let sent = outgoing[connection] else { return }
    effects.append(.send(connection, sent.packet))
    effects.append(.close(connection))
    if case .message(let friend, let datetime) = sent.purpose { receiveSent(to: friend, datetime, at: now) }
  }

  public func receiveConnectFailure(_ connection: ConnectionID, reason: String, at now: PeerTime, _ effects: inout PeerEffects) {
    guard let sent = forgetOutgoing(connection) else { return }
    switch sent.purpose {
    case .message(let friend, let datetime): receiveUnreachable(friend, datetime, reason, at: now, &effects)
    case .request(let friend): receiveUnreachableRequest(friend, reason, at: now, &effects)
    case .answer, .notice: break
    }
  }

  @discardableResult
  private func forgetOutgoing(_ connection: ConnectionID) -> LegacyOutgoing? {
    guard let sent = outgoing.removeValue(forKey: connection) else { return nil }
    if case .answer = sent.purpose {
      let left = answersOnTheWay[sent.destination, default: 1] - 1
      answersOnTheWay[sent.destination] = left > 0 ? left : nil
    }
    return sent
  }

  public func receiveEnd(of connection: ConnectionID, at now: PeerTime, _ effects: inout PeerEffects) {
    guard let stream = incoming[connection] else { return }
    if !stream.unfinished.isEmpty { return refuse(connection, "the connection ended inside a packet", &effects) }
    end(connection, &effects)
  }

  public func receiveClosed(_ connection: ConnectionID, at now: PeerTime, _ effects: inout PeerEffects) {
    forgetOutgoing(connection)
    forgetIncoming(connection)
  }

  func receiveStall(_ connection: ConnectionID, at now: PeerTime, _ effects: inout PeerEffects) {
    refuse(connection, "the rest of a packet did not come", &effects)
  }

  /// Error 3 for what cannot be framed, then the end of the connection (S2WMP wire format, section 4).
  private func refuse(_ connection: ConnectionID, _ reason: String, _ effects: inout PeerEffects) {
    guard let stream = incoming[connection] else { return }
    effects.append(.event(.rejected(error: 3, remote: stream.remote, reason: reason)))
    answer(LegacyPackets.acknowledgement(error: 3, datetime: 0, sender: .zero), to: stream.remote, &effects)
    end(connection, &effects)
  }

  private func end(_ connection: ConnectionID, _ effects: inout PeerEffects) {
    forgetIncoming(connection)
    effects.append(.close(connection))
  }

  private func forgetIncoming(_ connection: ConnectionID) {
    guard let stream = incoming.removeValue(forKey: connection) else { return }
    unfinishedBytes -= stream.unfinished.count
    timers.cancel(.stall(connection))
  }

  // MARK: - Framing

  public func receiveBytes(_ bytes: UnsafeRawBufferPointer, on connection: ConnectionID, at now: PeerTime, _ effects: inout PeerEffects) {
    guard let stream = incoming[connection] else { return }
    guard unfinishedBytes + bytes.count <= configuration.limits.unfinishedBytes else {
      forgetIncoming(connection)
      effects.append(.abort(connection))
      return
    }
    if stream.unfinished.isEmpty { return receive(bytes, connection, at: now, &effects) }
    let joined = stream.unfinished + bytes
    joined.withUnsafeBytes { receive($0, connection, at: now, &effects) }
  }

  /// Takes the packets at the front of `bytes` and keeps the rest.
  private func receive(_ bytes: UnsafeRawBufferPointer, _ connection: ConnectionID, at now: PeerTime, _ effects: inout PeerEffects) {
    var rest = bytes
    while let remote = incoming[connection]?.remote, !rest.isEmpty {
      switch Framer.frame(rest, .legacy) {
      case .framed(let length):
        let packet = UnsafeRawBufferPointer(rebasing: rest[..<length])
        if let view = PacketView(framed: packet, .legacy) { receive(view, from: remote, at: now, &effects) }
        rest = UnsafeRawBufferPointer(rebasing: rest[length...])
      case .incomplete: return keep(rest, connection, at: now)
      case .fault(let fault): return refuse(connection, "no packet: \(fault.fieldName) is wrong", &effects)
      }
    }
    if rest.isEmpty { keep(rest, connection, at: now) }
  }

  private func keep(_ rest: UnsafeRawBufferPointer, _ connection: ConnectionID, at now: PeerTime) {
    guard let before = incoming[connection]?.unfinished.count else { return }
    unfinishedBytes += rest.count - before
    incoming[connection]?.unfinished = Array(rest)
    if rest.isEmpty { return timers.cancel(.stall(connection)) }
    timers.set(.stall(connection), at: now.monotonic + configuration.readTimeout)
  }

  /// What is not for a peer, or has nothing to do on TCP, is ignored.
  private func receive(_ view: PacketView, from remote: Endpoint, at now: PeerTime, _ effects: inout PeerEffects) {
    switch view.layout {
    case .legacyMessaging: receiveMessage(view, from: remote, at: now, &effects)
    case .acknowledgement: receiveAcknowledgement(view, from: remote, at: now, &effects)
    case .legacyStatus: receiveStatus(view, from: remote, at: now, &effects)
    case .legacyChatRequest: receiveChatRequest(view, from: remote, at: now, &effects)
    default: break
    }
  }
}
