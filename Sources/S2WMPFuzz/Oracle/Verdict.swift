import S2WMPCrypto
import S2WMPWire

/// Naming what is wrong: only looked at when something is.
extension Judge {
  /// The first difference; nil when all is as owed.
  ///
  /// - given: the case of which `instance` was made.
  public func mismatch(_ given: Case, _ instance: Instance, _ seen: Observation) -> Mismatch? {
    if let death = seen.death { return crash(given, instance, seen, death) }
    for number in -1..<max(instance.fates.count, 1) {
      if let found = mismatch(given, instance, seen, connection: number) { return found }
    }
    return nil
  }

  private func crash(_ given: Case, _ instance: Instance, _ seen: Observation, _ death: String) -> Mismatch {
    let last = instance.expected.count > seen.replies.count ? instance.expected[seen.replies.count].packet : instance.packets.indices.last
    let expected = instance.expected.count > seen.replies.count ? outcome(instance.expected[seen.replies.count], .open) : .other("the target goes on")
    return Mismatch(requirement("6.1/crash", given, instance, last), .crash, expected: expected, observed: .other(death), packet: last)
  }

  private func mismatch(_ given: Case, _ instance: Instance, _ seen: Observation, connection: Int) -> Mismatch? {
    let owed = instance.expected.filter { $0.connection == connection }
    let came = replies(seen, owed, connection: connection)
    for (index, reply) in came.enumerated() {
      guard index < owed.count else { return surplus(given, instance, seen, owed, reply, connection) }
      if reply.isGarbage { return garbage(given, instance, seen, owed[index]) }
      if !matches(owed[index], seen, reply) { return different(given, instance, seen, owed, came, index) }
    }
    if came.count < owed.count, let found = missing(given, instance, seen, owed, came.count, connection) { return found }
    guard connection >= 0, connection < instance.fates.count, !fateHolds(instance.fates[connection], ending(seen, connection)) else { return nil }
    return wrongFate(given, instance, seen, owed, connection)
  }

  // What is owed and what came, for people and reports.

  func outcome(_ expected: ExpectedReply, _ ending: Ending) -> Outcome {
    switch expected.form {
    case .acknowledgement: .acknowledgement(ack: expected.status == 0 ? 1 : 0, error: expected.status, ending)
    default: .reply(expected.form.type.shortName ?? "?", status: expected.status)
    }
  }

  func outcome(_ seen: Observation, _ reply: Reply) -> Outcome {
    if reply.isGarbage { return .other("bytes that are no packet") }
    return seen.received.withUnsafeBytes { all in
      let bytes = UnsafeRawBufferPointer(rebasing: all[reply.range])
      if let ack = ReplyForm.acknowledgement(bytes) { return .acknowledgement(ack: ack.ack, error: ack.error, ending(seen, reply.connection)) }
      if let response = ReplyForm.chatResponse(bytes) { return .reply("CRR", status: response.status) }
      if let found = ReplyForm.lookup(bytes) { return .reply(found.type.shortName ?? "?", status: found.status) }
      if let registered = ReplyForm.registration(bytes) { return .reply("RREG", status: registered.status) }
      return .reply(bytes.count > 1 ? PacketType(rawValue: bytes[1]).shortName ?? "?" : "?", status: nil)
    }
  }

  /// What the connection was meant to be when the reply had come.
  private func meant(_ instance: Instance, _ expected: ExpectedReply) -> Outcome {
    outcome(expected, expected.connection >= 0 && isFault(expected, instance) ? .closed : .open)
  }

  /// Whether it is the ACK to something that is no packet.
  func isFault(_ expected: ExpectedReply, _ instance: Instance) -> Bool {
    expected.form == .acknowledgement && expected.status == 3 && expected.id.isZero && expected.connection >= 0
      && instance.fates.indices.contains(expected.connection) && instance.fates[expected.connection] == .closed
  }

  // The plan behind a packet.

  func plan(_ given: Case, _ instance: Instance, _ packet: Int?) -> PacketPlan? {
    guard let packet, instance.packets.indices.contains(packet) else { return nil }
    let sent = instance.packets[packet]
    guard given.steps.indices.contains(sent.step) else { return nil }
    switch given.steps[sent.step] {
    case .send(let plans, _): return plans.indices.contains(sent.index) ? plans[sent.index] : nil
    case .datagram(let plan): return plan
    default: return nil
    }
  }

  func consequence(_ given: Case, _ instance: Instance, _ packet: Int?) -> Consequence? {
    guard let plan = plan(given, instance, packet) else { return nil }
    var facts = session.facts(plan)
    facts.targetIsInvisible = isInvisible(given, instance, packet)
    if let packet, instance.packets[packet].connection < 0 { return Consequences.ofDatagram(plan, facts) }
    return try? Consequences.of(plan, facts)
  }

  /// What the target was last told to be before that packet.
  private func isInvisible(_ given: Case, _ instance: Instance, _ packet: Int?) -> Bool {
    let step = packet.map { instance.packets[$0].step } ?? -1
    let before = step < 0 ? given.steps[...] : given.steps[..<step]
    for case .status(let status) in before.reversed() { return status == .invisible }
    return false
  }

  func make(
    _ requirement: String, _ kind: FindingKind, _ instance: Instance, _ expected: ExpectedReply, _ observed: Outcome
  ) -> Mismatch {
    Mismatch(requirement, kind, expected: meant(instance, expected), observed: observed, packet: expected.packet)
  }

  private func garbage(_ given: Case, _ instance: Instance, _ seen: Observation, _ expected: ExpectedReply) -> Mismatch {
    make("4/framed.answer", .wrongEcho, instance, expected, .other("bytes that are no packet"))
  }
}
