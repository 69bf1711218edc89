import S2WMPWire

/// Naming what is wrong: only looked at when something is.
extension BootstrapJudge {
  /// The first difference; nil when all is as owed.
  ///
  /// - given: the case of which `instance` was made.
  public func mismatch(_ given: Case, _ instance: Instance, _ seen: Observation) -> Mismatch? {
    if let death = seen.death { return crash(instance, seen, death) }
    for number in -1..<max(instance.fates.count, 1) {
      if let found = mismatch(given, instance, seen, connection: number) { return found }
    }
    return nil
  }

  private func crash(_ instance: Instance, _ seen: Observation, _ death: String) -> Mismatch {
    let owed = instance.expected.count > seen.replies.count ? instance.expected[seen.replies.count] : nil
    let packet = owed?.packet ?? instance.packets.indices.last
    return Mismatch("6.2/crash", .crash, expected: owed.map { outcome($0, .open) } ?? .other("the server goes on"), observed: .other(death), packet: packet)
  }

  private func mismatch(_ given: Case, _ instance: Instance, _ seen: Observation, connection: Int) -> Mismatch? {
    if Flood.isOne(instance, connection) { return Flood(instance, seen, connection).difference(self) }
    let owed = instance.expected.filter { $0.connection == connection }
    let came = replies(seen, owed, connection: connection)
    for (index, reply) in came.enumerated() {
      guard index < owed.count else { return surplus(instance, seen, owed, reply, connection) }
      if !reply.isGarbage, matches(owed[index], seen, reply) { continue }
      return different(instance, seen, owed, came, index)
    }
    if came.count < owed.count, let found = missing(given, instance, seen, owed, came.count, connection) { return found }
    guard connection >= 0, connection < instance.fates.count, !fateHolds(instance.fates[connection], ending(seen, connection)) else { return nil }
    return wrongFate(instance, seen, owed, connection)
  }

  // Words.

  func outcome(_ expected: ExpectedReply, _ ending: Ending) -> Outcome {
    switch expected.form {
    case .acknowledgement: .acknowledgement(ack: 0, error: expected.status, ending)
    default: .reply(expected.form.type.shortName ?? "?", status: expected.status)
    }
  }

  func outcome(_ seen: Observation, _ reply: Reply) -> Outcome {
    if reply.isGarbage { return .other("bytes that are no packet") }
    return seen.received.withUnsafeBytes { all in
      let bytes = UnsafeRawBufferPointer(rebasing: all[reply.range])
      if let ack = ReplyForm.acknowledgement(bytes) { return .acknowledgement(ack: ack.ack, error: ack.error, ending(seen, reply.connection)) }
      if let answer = ServerReply(bytes) { return .reply(answer.type.shortName ?? "?", status: answer.status) }
      return .reply(bytes.count > 1 ? PacketType(rawValue: bytes[1]).shortName ?? "?" : "?", status: nil)
    }
  }

  func make(_ requirement: String, _ kind: FindingKind, _ expected: ExpectedReply, _ observed: Outcome) -> Mismatch {
    let wanted = outcome(expected, expected.form == .acknowledgement ? .closed : .open)
    return Mismatch(requirement, kind, expected: wanted, observed: observed, packet: expected.packet)
  }

  /// What decides about a packet, or what it is an example of.
  func requirement(_ instance: Instance, _ packet: Int) -> String {
    let sent = instance.packets[packet]
    return sent.checks.requirement(type(instance, packet))
  }

  /// What a packet is to the server: an LP can be made a BSM.
  func type(_ instance: Instance, _ packet: Int) -> PacketType {
    let sent = instance.packets[packet]
    return sent.range.count > 1 && RequestForm.isForServer(sent.type) ? PacketType(rawValue: instance.buffer[sent.range.lowerBound + 1]) : sent.type
  }

  // A reply that is not the one owed.

  private func different(_ instance: Instance, _ seen: Observation, _ owed: [ExpectedReply], _ came: [Reply], _ index: Int) -> Mismatch {
    let (expected, reply) = (owed[index], came[index])
    let observed = outcome(seen, reply)
    if let silent = answered(instance, seen, reply, before: expected.packet) { return silent }
    let isLater = owed[(index + 1)...].contains { $0.requestID != expected.requestID && matches($0, seen, reply) }
    if isLater, expected.connection >= 0, came[(index + 1)...].contains(where: { matches(expected, seen, $0) }) {
      return make("4/server.pipelined", .wrongEcho, expected, observed)
    }
    if isLater { return make(unansweredRequirement(instance, expected), .noReply, expected, observed) }
    return seen.received.withUnsafeBytes { all in
      let bytes = UnsafeRawBufferPointer(rebasing: all[reply.range])
      guard !reply.isGarbage, let answer = ServerReply(bytes), expected.form != .acknowledgement else {
        return otherPacket(instance, expected, reply, bytes, observed)
      }
      return differentAnswer(instance, seen, expected, answer, observed)
    }
  }

  /// Something that is no answer of a server, or not the ACK that was due.
  private func otherPacket(
    _ instance: Instance, _ expected: ExpectedReply, _ reply: Reply, _ bytes: UnsafeRawBufferPointer, _ observed: Outcome
  ) -> Mismatch {
    if expected.form == .acknowledgement {
      let isTaken = !reply.isGarbage && ReplyForm.acknowledgement(bytes) == nil
      return make("4/server.unframed", isTaken ? .acceptedMalformed : .wrongEcho, expected, observed)
    }
    if expected.connection < 0 {
      let silent = instance.packets.indices.first { $0 < expected.packet && isSilent(instance, $0) }
      return Mismatch("4/server.udp.no-answer", .wrongEcho, expected: .silence, observed: observed, packet: silent ?? expected.packet)
    }
    let sent = instance.packets[expected.packet]
    let isRejected = !reply.isGarbage && ReplyForm.acknowledgement(bytes) != nil
    let name = unansweredRequirement(instance, expected)
    return make(name, !isRejected ? .wrongEcho : sent.checks.first.isEmpty ? .rejectedValid : .wrongError, expected, observed)
  }

  private func differentAnswer(
    _ instance: Instance, _ seen: Observation, _ expected: ExpectedReply, _ answer: ServerReply, _ observed: Outcome
  ) -> Mismatch {
    let (type, checks) = (type(instance, expected.packet), instance.packets[expected.packet].checks)
    switch answer.fault(expected, seen.places, serverID: session.serverID) {
    case .status: return wrongStatus(expected, answer, type, checks, observed)
    case .requestID:
      return make(type == .lookup ? "6.2/lp.ids" : type == .broadcastServer ? "3.6/request-id" : "6.2/reg.request-id", .wrongEcho, expected, observed)
    case .ids: return make(type == .broadcastServer ? "3.6/user-id" : "6.2/lp.ids", .wrongEcho, expected, observed)
    case .serverID: return make("6.2/bsm.id", .wrongEcho, expected, observed)
    case .broadcast: return make("3.6/broadcast", .wrongEcho, expected, observed)
    case .timestamp: return make("3.6/timestamp", .wrongEcho, expected, observed)
    case .place: return make(placeRequirement(expected, type, checks), .wrongEcho, expected, observed)
    case .type, nil: return make(checks.requirement(type), .wrongEcho, expected, observed)
    }
  }

  private func placeRequirement(_ expected: ExpectedReply, _ type: PacketType, _ checks: ServerChecks) -> String {
    if expected.status != 0 || type == .broadcastServer { return "3.6/address" }
    return checks.contains(.newPort) ? "6.2/reg.port" : checks.valid(.lookup)
  }

  private func wrongStatus(
    _ expected: ExpectedReply, _ answer: ServerReply, _ type: PacketType, _ checks: ServerChecks, _ observed: Outcome
  ) -> Mismatch {
    if checks.first.isEmpty { return make(checks.valid(type), .rejectedValid, expected, observed) }
    if answer.status == 0 { return make(checks.accepted(type), .acceptedMalformed, expected, observed) }
    let isLater = checks.later.each.contains { $0.status == answer.status }
    return make(isLater ? ServerChecks.order(type) : checks.requirement(type), .wrongError, expected, observed)
  }
}
