import S2WMPWire

/// What goes over connections, and what becomes of them.
extension BootstrapForge {
  mutating func use(_ channel: Channel) throws {
    if let last = lastUsed, last != channel { try leave(for: channel) }
    lastUsed = channel
    guard case .stream(let number) = channel else { return }
    if !connections[number].isUsed { (connections[number].isUsed, connections[number].source) = (true, source) }
    guard try standing(of: connections[number].source) != .banned else {
      throw CaseFault("what becomes of the connections of a banned source is not said; ask by UDP from it")
    }
  }

  /// A server may close a connection that was silent for long; one that was reset is gone.
  func refuseStale() throws(CaseFault) {
    guard isStream, connections[number].isStale else { return }
    throw CaseFault("what becomes of a connection behind a pause or a reset is not known; use another one from there on")
  }

  mutating func send(_ plans: [PacketPlan], _ cuts: Cuts, _ step: Int) throws {
    try refuseStale()
    try use(current)
    let start = instance.buffer.count
    var ends: [Int] = []
    for (index, plan) in plans.enumerated() {
      guard !connections[number].isInside else { throw CaseFault("a packet follows one whose end is missing; what is then owed is not known") }
      let isFirst = instance.packets.allSatisfy { $0.connection != number }
      let form = try packet(plan, connections[number].source, step, index)
      ends.append(instance.buffer.count)
      try note(form, isFirst: isFirst)
    }
    instance.write(start..<instance.buffer.count, cuts, ends, connection: number)
  }

  /// What a packet makes of its connection.
  private mutating func note(_ form: RequestForm, isFirst: Bool) throws {
    guard !connections[number].isOver else { return }
    let beginsAsPacket = form.kind != .fault || form.checks.contains(.keyLength)
    if connections[number].isOfTwoDialects, !beginsAsPacket { try refuseTwoDialects() }
    connections[number].isOfTwoDialects = isFirst && form.mayBeLegacy
    if connections[number].isOfTwoDialects, form.framing == .leftover { try refuseTwoDialects() }
    switch (form.kind, form.framing) {
    case (_, .incomplete): connections[number].isInside = true
    case (.fault, .faultEarly): oweFault(.atOnce)
    case (.fault, _): oweFault(.reply)
    case (.ignored, _), (.dropped, _): connections[number].isInDoubt = true
    case (.request, _): break
    }
    if form.framing == .leftover, form.kind != .fault { oweFault(.reply) }
  }

  func refuseTwoDialects() throws(CaseFault) {
    throw CaseFault("a REG or LP that begins a connection, followed by bytes that begin no packet, may be a legacy one; begin with a plain LP")
  }

  /// What is left over behind a packet must begin no other one.
  mutating func spoilLeftover(_ plan: PacketPlan, _ form: RequestForm, _ start: Int) throws {
    let whole = RequestForm.isForServer(plan.type) ? form.size : try foreignSize(plan, start)
    if start + whole < instance.buffer.count { instance.buffer[start + whole] = 0xff }
  }

  /// Bytes that a packet for somebody else says it has.
  private func foreignSize(_ plan: PacketPlan, _ start: Int) throws -> Int {
    let bytes = Array(instance.buffer[start...])
    return peers.declaredSize(plan, bytes) ?? bytes.count
  }

  /// ACK(0, 3, 0, zero), then closed (S2WMP wire format, section 4).
  mutating func oweFault(_ patience: Patience) {
    expect(ExpectedReply(.acknowledgement, status: 3))
    connections[number].isOver = true
    connections[number].fate = .closed
    connections[number].patience = patience
  }
}
