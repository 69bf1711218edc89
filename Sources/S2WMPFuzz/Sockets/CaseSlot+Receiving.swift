import Glibc
import S2WMPWire

/// What comes from the target.
extension CaseSlot {
  /// Something happened at that descriptor.
  func receive(_ descriptor: Int32) {
    guard isBusy else { return unwatch(descriptor) }
    var index = 0
    while index < links.count {
      if links[index].descriptor == descriptor {
        _ = read(index)
        return
      }
      index += 1
    }
    for socket in datagramSockets where socket.descriptor == descriptor { readDatagrams(socket) }
  }

  /// Between two runs nobody listens; it is watched again when it is used again.
  func unwatch(_ descriptor: Int32) {
    for link in links where link.descriptor == descriptor { link.unwatch() }
    for socket in datagramSockets where socket.descriptor == descriptor { socket.unwatch() }
  }

  /// Waits on the only connection; without the epoll set, which costs a call more each time.
  ///
  /// - isKept: the connection stays for long, so that it pays to have its reads wait.
  func receiveAlone(isKept: Bool) {
    let link = links[0]
    if isPlain, isKept {
      _ = read(0, patience: wire.times.reply)
    } else {
      let now = MonotonicTime.now
      let milliseconds = deadline > now ? Int32(min((deadline - now) / 1_000_000 + 1, 60_000)) : 0
      if SystemSocket.wait(link.descriptor, for: POLLIN, milliseconds: milliseconds) { _ = read(0) }
    }
  }

  /// Reads once; whether there may be more.
  func read(_ connection: Int, patience: UInt64? = nil) -> Bool {
    let link = links[connection]
    var at: UInt64 = 0
    let count = link.read(wire.scratch, patience: patience) { bytes, isGarbage in
      if at == 0 { at = MonotonicTime.now &- began }
      link.replies += 1
      observation.note(bytes, connection: connection, at: at, isGarbage: isGarbage)
    }
    guard let count else { return false }
    received += count
    if received > SocketWire.maximumReceived { flood(connection, MonotonicTime.now &- began) }
    return count == wire.scratch.count
  }

  /// The start of a packet whose end never came.
  func noteRest(_ connection: Int) {
    let at = MonotonicTime.now &- began
    links[connection].framer.end { observation.note($0, connection: connection, at: at, isGarbage: $1) }
  }

  func readDatagrams(_ socket: DatagramSocket) {
    while !isFlooded, let count = socket.read(wire.scratch) {
      received += max(count, 1)
      let bytes = UnsafeRawBufferPointer(rebasing: wire.scratch[..<count])
      let isPacket = Framer.datagram(bytes, wire.settings.dialect) == .packet
      if !isPacket || ReplyFramer.isReply(bytes[1], wire.settings.dialect) {
        datagrams += 1
        observation.note(bytes, connection: -1, at: MonotonicTime.now &- began, isGarbage: !isPacket)
      }
      if received > SocketWire.maximumReceived { flood(-1, MonotonicTime.now &- began) }
    }
  }

  func flood(_ connection: Int, _ at: UInt64) {
    isFlooded = true
    if connection >= 0 { links[connection].framer.giveUp() }
    observation.note(UnsafeRawBufferPointer(start: nil, count: 0), connection: connection, at: at, isGarbage: true)
  }
}
