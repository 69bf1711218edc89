import S2WMPFlow
import S2WMPWire

/// What the actions of an instance do.
extension CaseSlot {
  /// Nil: done. Else how long to wait before it is tried again, or before the wait is over.
  func perform(_ action: Action) throws(TargetFault) -> UInt64? {
    switch action {
    case .send(let range, let connection): return try send(range, connection)
    case .awaitReplies(let count, let connection, let patience):
      let link = try usedLink(connection)
      return link.replies >= count || link.isSilent ? nil : wait(link, wire.times.of(patience))
    case .awaitEnd(let connection):
      let link = try usedLink(connection)
      return link.isSilent ? nil : wait(link, wire.times.end)
    case .end(let connection):
      let link = try usedLink(connection)
      guard link.isEstablished() != nil else { return wait(link, wire.times.reply, forRoom: true) }
      link.halfClose()
    case .reset(let connection): try usedLink(connection).reset()
    case .source(let index): source = index
    case .datagram(let range): try sendDatagram(range)
    case .awaitDatagrams(let count): return awaitDatagrams(count)
    case .status(let code): wire.process?.setStatus(code)
    }
    return nil
  }

  func send(_ range: Range<Int>, _ connection: Int) throws(TargetFault) -> UInt64? {
    let link = try usedLink(connection, forSending: true)
    if began == 0 { began = MonotonicTime.now }
    guard range.lowerBound >= 0, range.upperBound <= instance.buffer.count else { return nil }
    let progress = instance.buffer.withUnsafeBytes { link.write(UnsafeRawBufferPointer(rebasing: $0[range])) }
    return progress == .done ? nil : wait(link, wire.times.reply, forRoom: true)
  }

  func wait(_ link: Link, _ patience: UInt64, forRoom: Bool = false) -> UInt64 {
    if began == 0 { began = MonotonicTime.now }
    waitsAlone = isLone && !forRoom && !link.isConnecting && link === links[0] && isOnlyConnection
    if !waitsAlone { link.watch(token: token, forRoom: forRoom) }
    return patience
  }

  /// Nothing but connection 0 can bring anything in this run.
  private var isOnlyConnection: Bool {
    guard drained.isEmpty else { return false }
    var index = 1
    while index < links.count {
      if links[index].isOpen { return false }
      index += 1
    }
    return true
  }

  func sendDatagram(_ range: Range<Int>) throws(TargetFault) {
    let socket = try datagramSocket()
    notePlace(socket.own)
    if drained.insert(source).inserted { socket.drain(wire.scratch) }
    if began == 0 { began = MonotonicTime.now }
    guard range.lowerBound >= 0, range.upperBound <= instance.buffer.count else { return }
    instance.buffer.withUnsafeBytes { socket.send(UnsafeRawBufferPointer(rebasing: $0[range])) }
  }

  func awaitDatagrams(_ count: Int) -> UInt64? {
    if datagrams >= count { return nil }
    var isRefused = false
    // Those that earlier runs left are of no matter.
    for socket in datagramSockets where drained.contains(socket.source) {
      readDatagrams(socket)
      socket.watch(token: token)
      if socket.isRefused { isRefused = true }
    }
    if datagrams >= count || isFlooded { return nil }
    return isRefused ? 0 : wire.times.reply
  }

  func link(_ connection: Int) -> Link {
    // Numbers are small: an instance that asks for more gets the last.
    let index = min(max(connection, 0), 255)
    while links.count <= index { links.append(Link(wire.poller, wire.settings.dialect)) }
    return links[index]
  }

  /// The connection, opened when it is used first, and again after a reset of ours. One that an earlier run left is of use only from the same source.
  func usedLink(_ connection: Int, forSending: Bool = false) throws(TargetFault) -> Link {
    let link = link(connection)
    if !link.isTouched, link.isOpen, link.source != source { link.drop() }
    if !link.isUsed {
      try link.open(wire.settings, source: source)
      notePlace(link.own)
    } else if forSending, !link.isOpen, link.isEndedByUs, link.ending == .open {
      let replies = link.replies
      try link.open(wire.settings, source: source)
      link.replies = replies
    }
    link.isTouched = true
    return link
  }

  /// Where the target sees us: the port is that of datagrams.
  private func notePlace(_ own: Endpoint?) {
    // Only servers tell others where we are.
    guard wire.settings.notesPlaces, let own else { return }
    if let index = observation.places.firstIndex(where: { $0.source == source }) {
      if own.port != 0 { observation.places[index].endpoint = own }
    } else {
      observation.places.append(Place(source: source, endpoint: own))
    }
  }

  func datagramSocket() throws(TargetFault) -> DatagramSocket {
    for socket in datagramSockets where socket.source == source { return socket }
    let socket = try DatagramSocket(wire.poller, wire.settings, source: source)
    datagramSockets.append(socket)
    return socket
  }
}
