import S2WMPWire

/// Bytes that are no packet, and the ways in which a connection ends.
extension BootstrapForge {
  mutating func noise(_ bytes: [UInt8], _ step: Int) throws {
    guard !bytes.isEmpty else { return }
    try refuseStale()
    try use(current)
    if connections[number].isOfTwoDialects { try refuseTwoDialects() }
    let start = instance.buffer.count
    instance.buffer += bytes
    if instance.buffer[start] == 1 { instance.buffer[start] = 0xff }
    let range = start..<instance.buffer.count
    instance.packets.append(SentPacket(range: range, connection: number, type: PacketType(rawValue: 0), step: step, index: 0))
    instance.packets[instance.packets.count - 1].checks = [.version, .stream]
    guard !connections[number].isInside else { throw CaseFault("bytes follow a packet whose end is missing; what is then owed is not known") }
    if !connections[number].isOver { oweFault(.reply) }
    instance.actions.append(.send(range, connection: number))
  }

  mutating func end() throws {
    guard isStream, connections[number].isUsed, !connections[number].isStale else { return }
    try use(current)
    instance.actions.append(.end(connection: number))
    guard !connections[number].isOver else { return }
    if connections[number].isInside { oweFault(.reply) }
    connections[number].isOver = true
    connections[number].fate = connections[number].isFlooded ? .any : .closed
    connections[number].isInDoubt = false
  }

  mutating func stall() {
    guard isStream, connections[number].isUsed, !connections[number].isOver, !connections[number].isStale else { return }
    if connections[number].isInside {
      oweFault(.stall)
    } else {
      // Idling between packets is no stall: the connection stays, and answers what comes next.
      instance.actions.append(.awaitReplies(connections[number].owed + 1, connection: number, .stall))
      connections[number].isInDoubt = true
    }
  }

  /// What was owed may be lost, and what was asked may not have been done.
  mutating func reset() {
    guard isStream, connections[number].isUsed, !connections[number].isStale else { return }
    instance.actions.append(.reset(connection: number))
    if connections[number].owed > connections[number].awaited { isUncertain = true }
    for index in instance.expected.indices where instance.expected[index].connection == number { instance.expected[index].isOptional = true }
    (connections[number].isOver, connections[number].isStale) = (true, true)
    connections[number].fate = .dropped
  }
}
