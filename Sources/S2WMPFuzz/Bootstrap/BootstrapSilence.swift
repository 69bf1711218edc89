import S2WMPWire

/// Replies that did not come, too many of them, and connections that ended otherwise than they should.
extension BootstrapJudge {
  private static let silencing: ServerChecks = [
    .version, .type, .keyLength, .short, .trailing, .values, .dropped, .ignored, .ignoredLookup, .banned,
  ]

  /// Whether nothing is owed to a packet though it can be answered.
  func isSilent(_ instance: Instance, _ packet: Int) -> Bool {
    !instance.packets[packet].checks.isDisjoint(with: Self.silencing)
      && !instance.expected.contains { $0.packet == packet }
  }

  /// The answer to an earlier packet that deserved none, by the request ID that they share.
  func answered(_ instance: Instance, _ seen: Observation, _ reply: Reply, before limit: Int) -> Mismatch? {
    guard !reply.isGarbage else { return nil }
    return seen.received.withUnsafeBytes { all in
      guard let answer = ServerReply(UnsafeRawBufferPointer(rebasing: all[reply.range])) else { return nil }
      for index in instance.packets.indices where index < limit && instance.packets[index].connection == reply.connection && isSilent(instance, index) {
        guard requestID(instance, index) == answer.requestID else { continue }
        let name = requirement(instance, index)
        return Mismatch(name, .acceptedMalformed, expected: .silence, observed: outcome(seen, reply), packet: index)
      }
      return nil
    }
  }

  private func requestID(_ instance: Instance, _ packet: Int) -> UInt64? {
    let sent = instance.packets[packet]
    let offset = sent.range.lowerBound + ServerPackets.requestIDOffset(sent.type)
    guard RequestForm.isForServer(sent.type), offset + 8 <= sent.range.upperBound else { return nil }
    return instance.buffer[offset..<(offset + 8)].reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// What a server breaks that does not answer a request at all.
  func unansweredRequirement(_ instance: Instance, _ expected: ExpectedReply) -> String {
    instance.packets[expected.packet].checks.unanswered(type(instance, expected.packet))
  }

  func missing(
    _ given: Case, _ instance: Instance, _ seen: Observation, _ owed: [ExpectedReply], _ count: Int, _ connection: Int
  ) -> Mismatch? {
    let expected = owed[count]
    let ending = ending(seen, connection)
    if expected.isOptional, mayBeMissing(instance, seen, connection) { return nil }
    if expected.form == .acknowledgement { return missingFault(given, instance, expected, ending) }
    if connection >= 0, ending != .open, count > 0 {
      return make("4/server.many-packets", .connection, expected, .other("the connection was \(ending.rawValue) after \(count) answers"))
    }
    if connection >= 0, count > 0, isSameWrite(instance, owed[count - 1].packet, expected.packet) {
      return make("4/server.pipelined", .noReply, expected, .silence)
    }
    let observed = connection >= 0 && ending != .open ? Outcome.other("\(ending.rawValue), without an answer") : .silence
    // The registration that was to show that all is well: what came before it is what went wrong.
    if instance.packets[expected.packet].step < 0, let before = (0..<expected.packet).last(where: { instance.packets[$0].connection == connection }) {
      return make(requirement(instance, before), connection >= 0 ? .connection : .noReply, expected, observed)
    }
    return make(unansweredRequirement(instance, expected), .noReply, expected, observed)
  }

  /// Whether two packets left in one write.
  private func isSameWrite(_ instance: Instance, _ first: Int, _ second: Int) -> Bool {
    guard first != second else { return false }
    let (a, b) = (instance.packets[first].range.lowerBound, instance.packets[second].range.lowerBound)
    return instance.actions.contains { action in
      if case .send(let range, _) = action { return range.contains(a) && range.contains(b) }
      return false
    }
  }

  /// No answer to something that is no packet.
  private func missingFault(_ given: Case, _ instance: Instance, _ expected: ExpectedReply, _ ending: Ending) -> Mismatch {
    let cause = cause(given, instance, expected)
    if ending == .reset { return make("4/server.unframed", .connection, expected, .other("reset, without an answer")) }
    if ending == .closed { return make(cause, .noReply, expected, .other("closed, without an answer")) }
    return make(cause, cause == "4/server.read-timeout" ? .hang : .noReply, expected, .silence)
  }

  /// Why a stream could not be read on: its bytes, its end, or a stall.
  private func cause(_ given: Case, _ instance: Instance, _ expected: ExpectedReply) -> String {
    let sent = instance.packets[expected.packet]
    if sent.checks.isDisjoint(with: [.version, .type, .keyLength]), given.steps.indices.contains(sent.step) {
      for later in given.steps[(sent.step + 1)...] {
        if later == .end { return "4/server.half-close.inside" }
        if later == .stall { return "4/server.read-timeout" }
      }
    }
    return "4/server.unframed"
  }

  /// More came than was owed.
  func surplus(_ instance: Instance, _ seen: Observation, _ owed: [ExpectedReply], _ reply: Reply, _ connection: Int) -> Mismatch {
    if let silent = answered(instance, seen, reply, before: instance.packets.count) { return silent }
    let observed = outcome(seen, reply)
    let silent = instance.packets.indices.first { instance.packets[$0].connection == connection && isSilent(instance, $0) }
    if connection < 0 { return Mismatch("4/server.udp.no-answer", .wrongEcho, expected: .silence, observed: observed, packet: silent) }
    if let last = owed.last, last.form == .acknowledgement { return make("4/server.unframed", .connection, last, observed) }
    let name = silent.map { requirement(instance, $0) } ?? "4/server.pipelined"
    return Mismatch(name, .wrongEcho, expected: .silence, observed: observed, packet: silent ?? owed.last?.packet)
  }

  /// All replies are right, but not what became of the connection.
  func wrongFate(_ instance: Instance, _ seen: Observation, _ owed: [ExpectedReply], _ connection: Int) -> Mismatch {
    let (fate, ending) = (instance.fates[connection], ending(seen, connection))
    let observed = owed.last.map { $0.form == .acknowledgement ? outcome($0, ending) : .other("the connection is \(ending.rawValue)") }
    let expected = Outcome.other("the connection is \(fate == .closed ? "closed" : "open")")
    let isFault = owed.last?.form == .acknowledgement
    let name = fate == .open ? "4/server.many-packets" : isFault ? "4/server.unframed" : "4/server.half-close.between"
    return Mismatch(name, .connection, expected: expected, observed: observed ?? .other("the connection is \(ending.rawValue)"), packet: owed.last?.packet)
  }
}
