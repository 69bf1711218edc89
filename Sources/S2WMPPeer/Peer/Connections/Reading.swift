import S2WMPFlow
import S2WMPWire

/// From bytes cut anywhere to packets (S2WMP wire format, section 4).
extension Peer {
  public func receiveBytes(_ bytes: UnsafeRawBufferPointer, on connection: ConnectionID, at now: PeerTime, _ effects: inout PeerEffects) {
    enter(now, &effects) {
      guard let connection = connections[connection], connection.phase == .open, !connection.hasEnded, !connection.hangs, !bytes.isEmpty else { return }
      var rest = bytes
      if !connection.unfinished.isEmpty { rest = finish(connection, with: rest) }
      if connection.phase == .open, connection.unfinished.isEmpty { read(rest, on: connection) }
      if connection.phase == .open { time(connection) }
    }
  }

  /// Packets that lie whole in `bytes` are read where they are; the start of one more is kept.
  private func read(_ bytes: UnsafeRawBufferPointer, on connection: Connection) {
    var rest = bytes
    while !rest.isEmpty, connection.phase == .open {
      switch rules.frame(rest) {
      case .framed(let length) where length <= rest.count:
        handle(UnsafeRawBufferPointer(rebasing: rest[..<length]), on: connection)
        rest = UnsafeRawBufferPointer(rebasing: rest[length...])
        if !rules.readsOn { return }
      case .framed, .incomplete:
        keep(rest, on: connection)
        return
      case .fault(let fault):
        guard let skipped = react(to: fault, on: connection) else { return }
        rest = UnsafeRawBufferPointer(rebasing: rest[skipped...])
      }
    }
  }

  /// Completes the packet that was begun. Gives back what follows it.
  private func finish(_ connection: Connection, with bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var rest = bytes
    while true {
      switch connection.unfinished.withUnsafeBytes({ rules.frame($0) }) {
      case .framed(let length) where length <= connection.unfinished.count:
        let packet = take(connection)
        packet.withUnsafeBytes { handle($0, on: connection) }
        return rest
      case .framed(let needed), .incomplete(let needed):
        if rest.isEmpty { return rest }
        let taken = min(max(needed - connection.unfinished.count, 1), rest.count)
        keep(UnsafeRawBufferPointer(rebasing: rest[..<taken]), on: connection)
        rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
        if connection.phase != .open { return rest }
      case .fault(let fault):
        guard let skipped = react(to: fault, on: connection) else { return rest }
        connection.unfinished.removeFirst(min(skipped, connection.unfinished.count))
        unfinishedBytes -= skipped
        if connection.unfinished.isEmpty { return rest }
      }
    }
  }

  private func keep(_ bytes: UnsafeRawBufferPointer, on connection: Connection) {
    guard unfinishedBytes + bytes.count <= configuration.limits.unfinishedBytes else {
      tellRefusal(3, on: connection, "too many unfinished packets are held already")
      return close(connection, reason: "too many unfinished packets")
    }
    connection.unfinished.append(contentsOf: bytes)
    unfinishedBytes += bytes.count
  }

  private func take(_ connection: Connection) -> [UInt8] {
    let packet = connection.unfinished
    unfinishedBytes -= packet.count
    connection.unfinished = []
    return packet
  }

  /// The stream cannot be resynchronised: ACK(0, 3, 0, 0), then closed. Gives back how many bytes to skip when a planted defect goes on all the same.
  private func react(to fault: FrameFault, on connection: Connection) -> Int? {
    let reaction = rules.reaction(to: fault)
    tellRefusal(3, on: connection, "the bytes cannot be a packet: field \(fault.fieldName)")
    return endStream(connection, reaction)
  }

  private func endStream(_ connection: Connection, _ reaction: FaultReaction) -> Int? {
    if reaction.answers { acknowledge(3, datetime: 0, userID: .zero, receiverID: .zero, on: connection) }
    switch reaction.then {
    case .close: close(connection, reason: "the stream cannot be read")
    case .reset:
      flush(connection)
      abort(connection, reason: "the stream cannot be read")
    case .skip: return 1
    case .stay: connection.hangs = true
    }
    return nil
  }
}

/// Streams that end or stall (S2WMP wire format, section 4).
extension Peer {
  public func receiveEnd(of connection: ConnectionID, at now: PeerTime, _ effects: inout PeerEffects) {
    enter(now, &effects) {
      guard let connection = connections[connection], connection.phase == .open, !connection.hasEnded else { return }
      if !connection.unfinished.isEmpty { return cut(connection, reason: "the stream ended inside a packet", rules.reactionToEnd) }
      connection.hasEnded = true
      // No ACK can come any more.
      if let friend = connection.friend { releaseRoute(friend, connection, reason: "\(connection.remote) closed the connection") }
      if connection.owedResponses == 0 { close(connection, reason: "\(connection.remote) closed the connection") }
    }
  }

  func stall(_ id: ConnectionID) {
    guard let connection = connections[id], connection.phase == .open else { return }
    connection.isTimed = false
    guard !connection.unfinished.isEmpty else { return }
    cut(connection, reason: "no byte came inside a packet for \(configuration.readTimeout / 1_000_000) ms", rules.reactionToStall)
  }

  private func cut(_ connection: Connection, reason: @autoclosure () -> String, _ reaction: FaultReaction) {
    tellRefusal(3, on: connection, reason())
    _ = endStream(connection, reaction)
  }

  /// Inside a packet every byte puts the read timeout off; between packets there is none.
  @inline(__always) private func time(_ connection: Connection) {
    if connection.unfinished.isEmpty {
      if connection.isTimed { untime(connection) }
    } else if rules.timesReads {
      connection.isTimed = true
      timers.set(.connection(connection.id), at: now.monotonic &+ configuration.readTimeout)
    }
  }

  func untime(_ connection: Connection) {
    guard connection.isTimed else { return }
    connection.isTimed = false
    timers.cancel(.connection(connection.id))
  }
}
