import S2WMPCrypto
import S2WMPWire

/// Replies that did not come, too many of them, and connections that ended otherwise than they should.
extension Judge {
  func missing(
    _ given: Case, _ instance: Instance, _ seen: Observation, _ owed: [ExpectedReply], _ count: Int, _ connection: Int
  ) -> Mismatch? {
    let expected = owed[count]
    let ending = ending(seen, connection)
    if expected.isOptional, mayBeMissing(instance, seen, connection) { return nil }
    if isFault(expected, instance) { return missingFault(given, instance, expected, ending) }
    if ending == .reset, let fault = owed.last, isFault(fault, instance) {
      // A reset destroys answers that were sent before it as well.
      return make("4/closing", .connection, instance, fault, .other("reset, without an answer"))
    }
    if connection >= 0, ending != .open, count > 0 {
      let observed = Outcome.other("the connection was \(ending.rawValue) after \(count) answers")
      return make(lost(given, instance, after: owed[count - 1].packet), .connection, instance, expected, observed)
    }
    if connection >= 0, count > 0, isSameWrite(instance, owed[count - 1].packet, expected.packet) {
      return make("4/tcp.pipelined", .noReply, instance, expected, .silence)
    }
    return unanswered(given, instance, seen, expected, laterAnswered: false, observed: .silence)
  }

  /// What a target breaks that ends a connection after it answered a packet.
  private func lost(_ given: Case, _ instance: Instance, after packet: Int?) -> String {
    consequence(given, instance, packet)?.first?.owed == .nameRefused ? "6.1/cr.name-next" : "4/tcp.many-packets"
  }

  /// Whether two packets left in one write.
  private func isSameWrite(_ instance: Instance, _ first: Int, _ second: Int) -> Bool {
    guard instance.packets.indices.contains(first), instance.packets.indices.contains(second), first != second else { return false }
    let (a, b) = (instance.packets[first].range.lowerBound, instance.packets[second].range.lowerBound)
    return instance.actions.contains { action in
      if case .send(let range, _) = action { return range.contains(a) && range.contains(b) }
      return false
    }
  }

  /// No answer to something that is no packet.
  private func missingFault(_ given: Case, _ instance: Instance, _ expected: ExpectedReply, _ ending: Ending) -> Mismatch {
    let cause = faultCause(given, instance, expected)
    if ending == .reset { return make("4/closing", .connection, instance, expected, .other("reset, without an answer")) }
    if ending == .closed { return make(cause.answer, .noReply, instance, expected, .other("closed, without an answer")) }
    return make(cause.silence, cause == .stall ? .hang : .noReply, instance, expected, .silence)
  }

  enum FaultCause {
    case bytes, end, stall

    var answer: String {
      switch self {
      case .bytes: "6.1/1.answer"
      case .end: "4/half-close.inside"
      case .stall: "4/read-timeout.answer"
      }
    }

    var silence: String {
      switch self {
      case .bytes: "4/framed.at-once"
      case .end: "4/half-close.inside"
      case .stall: "4/read-timeout"
      }
    }
  }

  /// Why a stream could not be read on: its bytes, its end, or a stall.
  func faultCause(_ given: Case, _ instance: Instance, _ expected: ExpectedReply) -> FaultCause {
    if let found = consequence(given, instance, expected.packet), found.framing != .incomplete { return .bytes }
    if plan(given, instance, expected.packet) == nil { return .bytes }
    let step = instance.packets[expected.packet].step
    for later in given.steps[(step + 1)...] {
      if later == .end { return .end }
      if later == .stall { return .stall }
    }
    return .bytes
  }

  /// A packet that was not answered while the connection stayed. `laterAnswered`: what followed it was.
  func unanswered(
    _ given: Case, _ instance: Instance, _ seen: Observation, _ expected: ExpectedReply, laterAnswered: Bool, observed: Outcome
  ) -> Mismatch {
    if isFault(expected, instance) { return readOn(given, instance, expected, observed) }
    if expected.connection < 0 { return make("6.1/bpm.any", .noReply, instance, expected, observed) }
    if laterAnswered, let previous = instance.expected.last(where: { $0.connection == expected.connection && $0.packet < expected.packet }),
      isSameWrite(instance, previous.packet, expected.packet)
    {
      return make("4/tcp.pipelined", .noReply, instance, expected, observed)
    }
    let isClosed = ending(seen, expected.connection) != .open
    let kind: FindingKind = laterAnswered || isClosed ? .noReply : .hang
    let name = kind == .hang ? requirement("6.1/hang", given, instance, expected.packet) : "4/answer"
    return make(name, kind, instance, expected, isClosed ? .other("\(ending(seen, expected.connection).rawValue), without an answer") : observed)
  }

  /// `6.1/crash` or `6.1/hang`, with the field that is out of the ordinary in the packet, if just one is.
  func requirement(_ base: String, _ given: Case, _ instance: Instance, _ packet: Int?) -> String {
    guard let plan = plan(given, instance, packet) else { return base }
    var fields: [String] = []
    for change in plan.changes {
      switch change {
      case .set(let field, _), .tamper(let field, _), .flip(let field, _): fields.append(field)
      case .text, .body, .append: fields.append("length")
      case .time: fields.append("datetime")
      case .client: fields.append("client_id")
      case .hash: fields.append("hash")
      case .key: fields.append("public_key")
      case .cut: fields.append("cut")
      }
    }
    return fields.count == 1 ? "\(base).\(fields[0].replacing("_", with: "-"))" : base
  }

  /// More came than was owed.
  func surplus(
    _ given: Case, _ instance: Instance, _ seen: Observation, _ owed: [ExpectedReply], _ reply: Reply, _ connection: Int
  ) -> Mismatch {
    let observed = outcome(seen, reply)
    if connection < 0 { return surplusDatagram(given, instance, seen, reply, observed) }
    if let last = owed.last, isFault(last, instance) { return make("4/framed.resynchronise", .connection, instance, last, observed) }
    if let elsewhere = instance.expected.first(where: { $0.connection >= 0 && $0.connection != connection && !reply.isGarbage && matches($0, seen, reply) }) {
      return make("4/tcp.same-connection", .wrongEcho, instance, elsewhere, observed)
    }
    let packet = owed.last?.packet ?? instance.packets.indices.first
    let silent = instance.packets.indices.first {
      instance.packets[$0].connection == connection && consequence(given, instance, $0)?.first == nil
        && plan(given, instance, $0).map { !isAnswered($0.type) } ?? false
    }
    return Mismatch(silent == nil ? "4/answer" : "4/tcp.ignored", .wrongEcho, expected: .silence, observed: observed, packet: silent ?? packet)
  }

  private func isAnswered(_ type: PacketType) -> Bool { [.message, .statusChange, .idChange, .chatRequest].contains(type) }

  private func surplusDatagram(_ given: Case, _ instance: Instance, _ seen: Observation, _ reply: Reply, _ observed: Outcome) -> Mismatch {
    seen.received.withUnsafeBytes { all in
      let bytes = UnsafeRawBufferPointer(rebasing: all[reply.range])
      if let found = ReplyForm.lookup(bytes),
        let silent = silentDatagram(given, instance, before: instance.packets.count, requestID: found.requestID, bytes: bytes)
      {
        return silent
      }
      return Mismatch("4/udp.no-answer", .wrongEcho, expected: .silence, observed: observed, packet: firstSilentDatagram(given, instance))
    }
  }

  /// All replies are right, but not what became of the connection.
  func wrongFate(_ given: Case, _ instance: Instance, _ seen: Observation, _ owed: [ExpectedReply], _ connection: Int) -> Mismatch {
    let ending = ending(seen, connection)
    let packet = owed.last?.packet
    let observed = owed.last.map { outcome($0, ending) } ?? .other("the connection is \(ending.rawValue)")
    let fate = instance.fates[connection]
    let expected = owed.last.map { outcome($0, fate == .closed ? .closed : .open) } ?? .other("the connection stays \(fate == .closed ? "closed" : "open")")
    let name: String
    switch (fate, ending) {
    case (.closed, .open): name = owed.last.map { isFault($0, instance) } ?? false ? "6.1/1.close" : "4/half-close.between"
    case (.closed, _): name = "4/closing"
    default: name = lost(given, instance, after: packet)
    }
    return Mismatch(name, .connection, expected: expected, observed: observed, packet: packet)
  }
}
