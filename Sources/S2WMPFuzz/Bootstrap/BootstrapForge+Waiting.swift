import S2WMPWire

/// What is waited for, and what shows that nothing came.
extension BootstrapForge {
  mutating func wait(on channel: Channel) {
    switch channel {
    case .stream(let number):
      let line = connections[number]
      guard line.owed > line.awaited, !line.isFlooded else { return }
      instance.actions.append(.awaitReplies(line.owed, connection: number, line.patience))
      connections[number].awaited = line.owed
      connections[number].isOfTwoDialects = false
    case .datagrams:
      guard datagrams.owed > datagrams.awaited else { return }
      instance.actions.append(.awaitDatagrams(datagrams.owed))
      datagrams.awaited = datagrams.owed
    }
  }

  /// Everything owed has come before something else is used.
  mutating func leave(for next: Channel?) throws {
    guard let last = lastUsed, last != next else { return }
    switch last {
    case .stream(let number): if connections[number].isFlooded { endFlood(number) } else { wait(on: last) }
    case .datagrams: try settleDatagrams()
    }
    lastUsed = nil
  }

  /// What a banned source is not answered is known when the server has read it all: at the end of the stream.
  private mutating func endFlood(_ number: Int) {
    rate.ban(connections[number].source, at: model.now, session.limits)
    guard !connections[number].isOver else { return }
    instance.actions.append(.end(connection: number))
    instance.actions.append(.awaitEnd(connection: number))
    connections[number].isOver = true
    connections[number].isInDoubt = false
    connections[number].fate = .any
  }

  /// A registration that must be answered shows that what came before it was not.
  private mutating func settleDatagrams() throws {
    guard case .datagrams(let from)? = lastUsed else { return }
    if datagrams.isInDoubt, try standing(of: from) != .banned {
      let stream = current
      current = .datagrams(from)
      try prove(from)
      if let last = instance.packets.last { instance.actions.append(.datagram(last.range)) }
      datagrams.isInDoubt = false
      current = stream
    }
    wait(on: .datagrams(from))
  }

  mutating func finish(_ checksAlive: Bool) throws {
    if checksAlive, case .datagrams? = lastUsed { datagrams.isInDoubt = true }
    try leave(for: nil)
    for number in connections.indices where connections[number].isUsed {
      current = .stream(number)
      let line = connections[number]
      if line.isFlooded { endFlood(number) }
      if !line.isOver, !line.isInside, !line.isFlooded, !line.isStale, line.isInDoubt || checksAlive { try addProof() }
      if connections[number].fate == .dropped || connections[number].isFlooded { continue }
      wait(on: current)
      if line.isOver { instance.actions.append(.awaitEnd(connection: number)) }
      if line.isInside, !line.isOver { instance.actions.append(.reset(connection: number)) }
    }
  }

  private mutating func addProof() throws {
    guard !isUncertain, try standing(of: connections[number].source) != .banned else { return }
    let start = instance.buffer.count
    try prove(connections[number].source)
    instance.actions.append(.send(start..<instance.buffer.count, connection: number))
  }

  /// A valid exchange: what came before was dealt with, and the server still answers.
  private mutating func prove(_ from: Int) throws {
    let keeper = session.user(.keeper(from), registeringFrom: from)
    let request = ServerModel.Request(type: .registration, userID: keeper.id, source: from, isStream: isStream)
    let start = instance.buffer.count
    packets.appendRegistration(request.userID, to: &instance.buffer)
    instance.packets.append(SentPacket(range: start..<instance.buffer.count, connection: number, type: .registration, step: -1, index: 0))
    var answer = model.take(request)
    answer.checks.formUnion(try standing(of: from).checks)
    instance.packets[instance.packets.count - 1].checks = answer.checks
    owe(answer, request, PacketPlan(.registration), packets.requestID(.registration, instance.buffer, start))
    rate.ask(from)
  }
}
