import S2WMPCrypto
import S2WMPWire

/// A reply came that is not the one owed.
extension Judge {
  func different(_ given: Case, _ instance: Instance, _ seen: Observation, _ owed: [ExpectedReply], _ came: [Reply], _ index: Int) -> Mismatch {
    let (expected, reply) = (owed[index], came[index])
    let observed = outcome(seen, reply)
    // A later reply in its place: out of order when the earlier one follows, else the earlier one is missing.
    if let later = owed.indices.first(where: { $0 > index && matches(owed[$0], seen, reply) }), !Self.alike(owed[later], expected) {
      if came[(index + 1)...].contains(where: { matches(expected, seen, $0) }) {
        return make(expected.connection < 0 ? "4/udp.no-answer" : "4/tcp.order", .wrongEcho, instance, expected, observed)
      }
      return unanswered(given, instance, seen, expected, laterAnswered: true, observed: observed)
    }
    return seen.received.withUnsafeBytes { all in
      let bytes = UnsafeRawBufferPointer(rebasing: all[reply.range])
      switch expected.form {
      case .acknowledgement: return differentAcknowledgement(given, instance, expected, bytes, observed)
      case .chatResponse: return differentResponse(given, instance, expected, bytes, observed)
      default: return differentDatagram(given, instance, expected, bytes, observed)
      }
    }
  }

  private static func alike(_ a: ExpectedReply, _ b: ExpectedReply) -> Bool {
    a.form == b.form && a.status == b.status && a.datetime == b.datetime && a.id == b.id && a.other == b.other && a.requestID == b.requestID
  }

  private func differentAcknowledgement(
    _ given: Case, _ instance: Instance, _ expected: ExpectedReply, _ bytes: UnsafeRawBufferPointer, _ observed: Outcome
  ) -> Mismatch {
    guard let ack = ReplyForm.acknowledgement(bytes) else {
      if isFault(expected, instance) { return readOn(given, instance, expected, observed) }
      guard let response = ReplyForm.chatResponse(bytes) else { return make("4/framed.answer", .wrongEcho, instance, expected, observed) }
      return wrong(given, instance, expected, accepted: response.status == 0, same: .response(response.status), observed)
    }
    if isFault(expected, instance), ack.error == 3, ack.ack == 0, ack.datetime != 0, ack.id.isZero {
      return make("6.1/echo.unframed", .wrongEcho, instance, expected, observed)
    }
    if isFault(expected, instance), ack.datetime != 0 || !ack.id.isZero { return readOn(given, instance, expected, observed) }
    if ack.error != expected.status {
      return wrong(given, instance, expected, accepted: ack.error == 0, same: .acknowledgement(ack.error), observed)
    }
    if ack.ack != (ack.error == 0 ? 1 : 0) { return make("3.7/ack", .wrongEcho, instance, expected, observed) }
    return make(ack.datetime != expected.datetime ? "6.1/echo.datetime" : "6.1/echo.user-id", .wrongEcho, instance, expected, observed)
  }

  /// The answer to a packet came where there is none: what cannot be framed was taken for a packet, or skipped.
  func readOn(_ given: Case, _ instance: Instance, _ expected: ExpectedReply, _ observed: Outcome) -> Mismatch {
    if let first = consequence(given, instance, expected.packet)?.first, first.owed == .fault {
      return make(first.accepted, .acceptedMalformed, instance, expected, observed)
    }
    return make("4/framed.resynchronise", .connection, instance, expected, observed)
  }

  private func differentResponse(
    _ given: Case, _ instance: Instance, _ expected: ExpectedReply, _ bytes: UnsafeRawBufferPointer, _ observed: Outcome
  ) -> Mismatch {
    guard let response = ReplyForm.chatResponse(bytes) else {
      return wrong(given, instance, expected, accepted: false, same: nil, observed)
    }
    if response.status != expected.status {
      return wrong(given, instance, expected, accepted: response.status == 0, same: .response(response.status), observed)
    }
    if response.requestor != expected.id || response.user != expected.other { return make("6.1/cr.echo", .wrongEcho, instance, expected, observed) }
    return make("6.1/cr.answer", .wrongEcho, instance, expected, observed)
  }

  private func differentDatagram(
    _ given: Case, _ instance: Instance, _ expected: ExpectedReply, _ bytes: UnsafeRawBufferPointer, _ observed: Outcome
  ) -> Mismatch {
    guard let found = ReplyForm.lookup(bytes), found.type == expected.form.type else { return reflected(given, instance, expected, bytes, observed) }
    // The answer to an earlier datagram that deserved none.
    if let silent = silentDatagram(given, instance, before: expected.packet, requestID: found.requestID, bytes: bytes) { return silent }
    if found.requestID != expected.requestID { return make("3.6/request-id", .wrongEcho, instance, expected, observed) }
    if found.userID != expected.id { return make("3.6/user-id", .wrongEcho, instance, expected, observed) }
    if !expected.other.isZero, found.lookupID != expected.other { return make("3.6/lookup-id", .wrongEcho, instance, expected, observed) }
    return make(found.status != expected.status ? "3.6/status" : "3.6/address", .wrongEcho, instance, expected, observed)
  }

  /// Something came that is no answer to a search at all.
  private func reflected(
    _ given: Case, _ instance: Instance, _ expected: ExpectedReply, _ bytes: UnsafeRawBufferPointer, _ observed: Outcome
  ) -> Mismatch {
    let silent = firstSilentDatagram(given, instance).flatMap { $0 < expected.packet ? $0 : nil }
    return Mismatch("4/udp.no-answer", .wrongEcho, expected: .silence, observed: observed, packet: silent ?? expected.packet)
  }

  /// The first datagram that deserves no answer.
  func firstSilentDatagram(_ given: Case, _ instance: Instance) -> Int? {
    instance.packets.indices.first { index in
      instance.packets[index].connection < 0 && (consequence(given, instance, index)?.first != nil || plan(given, instance, index) == nil)
    }
  }

  /// A datagram that deserved silence and whose request ID the answer has.
  func silentDatagram(
    _ given: Case, _ instance: Instance, before limit: Int, requestID: UInt64, bytes: UnsafeRawBufferPointer
  ) -> Mismatch? {
    for index in instance.packets.indices where index < limit && instance.packets[index].connection < 0 {
      guard let failure = consequence(given, instance, index)?.first, failure.owed == .nothing else { continue }
      let sent = instance.packets[index].range
      guard sent.count >= Lookup.requestID.end else { continue }
      let own = instance.buffer[(sent.lowerBound + Lookup.requestID.offset)..<(sent.lowerBound + Lookup.requestID.end)].reduce(UInt64(0)) {
        $0 << 8 | UInt64($1)
      }
      guard own == requestID else { continue }
      return Mismatch(failure.accepted, .acceptedMalformed, expected: .silence, observed: .reply("BPR", status: bytes[Lookup.status.offset]), packet: index)
    }
    return nil
  }

  /// Another error or status than the one owed.
  ///
  /// - accepted: whether what came says that the packet was taken.
  /// - same: what came, as something that could be owed.
  private func wrong(
    _ given: Case, _ instance: Instance, _ expected: ExpectedReply, accepted: Bool, same: Owed?, _ observed: Outcome
  ) -> Mismatch {
    guard let failures = consequence(given, instance, expected.packet)?.failures, let first = failures.first else {
      return make(requirementOfValid(given, instance, expected.packet), .rejectedValid, instance, expected, observed)
    }
    if accepted { return make(first.accepted, .acceptedMalformed, instance, expected, observed) }
    if let same, failures.dropFirst().contains(where: { $0.owed == same && $0.rank > first.rank }) {
      return make(first.requirementOfOrder, .wrongError, instance, expected, observed)
    }
    return make(first.wrongError, .wrongError, instance, expected, observed)
  }

  /// Which requirement a target breaks that rejects a valid packet: that of what is special about it.
  func requirementOfValid(_ given: Case, _ instance: Instance, _ packet: Int?) -> String {
    guard let plan = plan(given, instance, packet) else { return "6.1/accept.sc" }
    for change in plan.changes.reversed() {
      switch (change, plan.type) {
      case (.set("undefined", .number(let value)), _) where value != 0: return "3.1/undefined"
      case (.text(let text), _) where text.count == 0: return "6.1/empty"
      case (.time(.again), .message): return "6.1/duplicate.ack"
      case (.time(.again), .statusChange): return "6.1/sc.again"
      case (.time(.again), .idChange): return "6.1/ic.again"
      case (.time(.late), .message): return "6.1/duplicate.late"
      case (.key(.privateValueLength), _): return "5.1/private-value-length"
      default: continue
      }
    }
    switch plan.type {
    case .message: return "6.1/accept.m"
    case .statusChange: return "6.1/accept.sc"
    case .idChange: return "6.1/accept.ic"
    case .chatRequest: return session.actor(plan.sender).isFriend ? "6.1/cr.again" : "6.1/cr.accept"
    default: return "4/tcp.ignored"
    }
  }
}
