import S2WMPWire

/// What goes to the target by UDP, and what is owed for it (S2WMP wire format, sections 4 and 6.1).
extension CaseForge {
  mutating func datagram(_ plan: PacketPlan, _ step: Int) throws {
    let consequence = Consequences.ofDatagram(plan, session.facts(plan))
    let start = instance.buffer.count
    let forged = try packets.forge(plan, into: &instance.buffer)
    note(start, plan.type, step)
    instance.packets[instance.packets.count - 1].requirement = consequence.first?.accepted ?? "6.1/bpm.any"
    guard consequence.first == nil else {
      datagramDoubt = true
      return
    }
    owePeerFound(forged, plan)
  }

  private mutating func owePeerFound(_ forged: ForgedPacket, _ plan: PacketPlan) {
    var reply = ExpectedReply(.peerFound, status: 0)
    (reply.requestID, reply.id, reply.other) = (forged.requestID, forged.sender, session.targetID)
    reply.connection = -1
    reply.packet = instance.packets.count - 1
    instance.expected.append(reply)
    datagrams += 1
  }

  mutating func datagramNoise(_ bytes: [UInt8], _ step: Int) {
    let start = instance.buffer.count
    instance.buffer += bytes
    if bytes.first == 1 { instance.buffer[start] = 0xff }
    note(start, PacketType(rawValue: 0), step)
    datagramDoubt = true
  }

  private mutating func note(_ start: Int, _ type: PacketType, _ step: Int) {
    let range = start..<instance.buffer.count
    instance.packets.append(SentPacket(range: range, connection: -1, type: type, step: step, index: 0))
    instance.actions.append(.datagram(range))
  }

  /// Every datagram so far was dealt with.
  mutating func waitForDatagrams() throws {
    if datagramDoubt { try addDatagramProof() }
    datagramDoubt = false
    if datagrams > 0 { instance.actions.append(.awaitDatagrams(datagrams)) }
  }

  /// A search that must be answered: whatever came before it was not.
  private mutating func addDatagramProof() throws {
    guard session.isFriend || !session.targetIsInvisible else {
      throw CaseFault("an invisible target answers friends only, so without one nothing shows that it has dealt with a search")
    }
    let sender: Sender = session.isFriend ? .friend : .stranger
    let plan = PacketPlan(.broadcastPeer, from: sender)
    let start = instance.buffer.count
    let forged = try packets.forge(plan, into: &instance.buffer)
    note(start, plan.type, -1)
    owePeerFound(forged, plan)
  }
}
