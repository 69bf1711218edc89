import S2WMPWire

/// Compares what a legacy bootstrap server answered with what it owed, and says which requirement a difference breaks.
public struct LegacyServerJudge: RunJudging {
  public init() {}

  public func isAsOwed(_ instance: Instance, _ seen: Observation) -> Bool { difference(instance, seen) == nil }
  public func mismatch(_ given: Case, _ instance: Instance, _ seen: Observation) -> Mismatch? { difference(instance, seen) }

  private func difference(_ instance: Instance, _ seen: Observation) -> Mismatch? {
    if let death = seen.death {
      return Mismatch("6.2/crash", .crash, expected: .other("the server goes on"), observed: .other(death), packet: instance.packets.indices.last)
    }
    for (index, expected) in instance.expected.enumerated() {
      guard index < seen.replies.count else { return missing(instance, expected) }
      if let found = difference(instance, seen, expected, seen.replies[index]) { return found }
    }
    guard seen.replies.count > instance.expected.count else { return nil }
    return surplus(instance, seen, seen.replies[instance.expected.count])
  }

  private func missing(_ instance: Instance, _ expected: ExpectedReply) -> Mismatch {
    Mismatch(instance.packets[expected.packet].requirement, .noReply, expected: outcome(expected), observed: .silence, packet: expected.packet)
  }

  private func difference(_ instance: Instance, _ seen: Observation, _ expected: ExpectedReply, _ reply: Reply) -> Mismatch? {
    let requirement = instance.packets[expected.packet].requirement
    let answer = LegacyServerAnswer(seen, reply)
    guard let answer, answer.type == expected.form.type else {
      return answered(instance, answer, before: expected.packet)
        ?? Mismatch(requirement, .wrongEcho, expected: outcome(expected), observed: outcome(answer), packet: expected.packet)
    }
    guard let kind = answer.fault(expected, seen.places) else { return nil }
    if !answer.isTied(to: expected), let silent = answered(instance, answer, before: expected.packet) { return silent }
    return Mismatch(requirement, kind, expected: outcome(expected), observed: outcome(answer), packet: expected.packet)
  }

  private func surplus(_ instance: Instance, _ seen: Observation, _ reply: Reply) -> Mismatch {
    let answer = LegacyServerAnswer(seen, reply)
    if let silent = answered(instance, answer, before: instance.packets.count) { return silent }
    let last = instance.expected.last?.packet
    let name = last.map { instance.packets[$0].requirement } ?? "L/server.no-answer"
    return Mismatch(name, .wrongEcho, expected: .silence, observed: outcome(answer), packet: last)
  }

  /// The answer to an earlier datagram that deserved none: it has an ID of it, or is no answer of a server at all.
  private func answered(_ instance: Instance, _ answer: LegacyServerAnswer?, before limit: Int) -> Mismatch? {
    let silent = instance.packets.indices.last { index in
      guard index < limit, !instance.expected.contains(where: { $0.packet == index }) else { return false }
      return answer.map { instance.buffer[instance.packets[index].range].contains($0.userID) } ?? true
    }
    guard let silent else { return nil }
    let kind: FindingKind = answer == nil ? .wrongEcho : .acceptedMalformed
    return Mismatch(instance.packets[silent].requirement, kind, expected: .silence, observed: outcome(answer), packet: silent)
  }

  private func outcome(_ expected: ExpectedReply) -> Outcome { .reply(expected.form.type.shortName ?? "?", status: expected.status) }

  private func outcome(_ answer: LegacyServerAnswer?) -> Outcome {
    answer.map { .reply($0.type.shortName ?? "?", status: $0.status) } ?? .other("something that is no answer of a legacy server")
  }
}

extension ArraySlice<UInt8> {
  /// Whether the bytes of the ID stand in it.
  fileprivate func contains(_ id: Identifier) -> Bool {
    guard count >= 16 else { return false }
    let wanted = [id.high, id.low].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * $0)) } }
    return (startIndex...(endIndex - 16)).contains { self[$0..<($0 + 16)].elementsEqual(wanted) }
  }
}

/// An answer of a legacy server taken apart.
private struct LegacyServerAnswer {
  var type: PacketType
  var status: UInt8 = 0
  var userID = Identifier.zero
  var lookupID = Identifier.zero
  var requestID = Identifier.zero
  var address: UInt64 = 0

  /// Nil when it is neither RREG nor LPR.
  init?(_ seen: Observation, _ reply: Reply) {
    guard !reply.isGarbage else { return nil }
    type = PacketType(rawValue: 0)
    let isRead = seen.received.withUnsafeBytes { read(UnsafeRawBufferPointer(rebasing: $0[reply.range])) }
    if !isRead { return nil }
  }

  private mutating func read(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let view = PacketView(framed: bytes, .legacy) else { return false }
    type = view.type
    switch view.layout {
    case .legacyRegistrationResponse: (status, userID) = (view[LegacyRegistrationResponse.status], view[LegacyRegistrationResponse.userID])
    case .legacyLookupResponse:
      (status, userID) = (view[LegacyLookupResponse.status], view[LegacyLookupResponse.userID])
      (lookupID, requestID) = (view[LegacyLookupResponse.lookupID], view[LegacyLookupResponse.requestID])
      let start = LegacyLookupResponse.address.offset
      address = bytes[start..<(start + 4)].reduce(0) { $0 << 8 | UInt64($1) }
    default: return false
    }
    return true
  }

  /// Whether it is the answer to just that request.
  func isTied(to expected: ExpectedReply) -> Bool {
    userID == expected.id && lookupID == expected.other && requestID == Identifier(high: expected.datetime, low: expected.requestID)
  }

  func fault(_ expected: ExpectedReply, _ places: [Place]) -> FindingKind? {
    guard status == expected.status else { return expected.status == 0 ? .rejectedValid : status == 0 ? .acceptedMalformed : .wrongError }
    guard isTied(to: expected) else { return .wrongEcho }
    // Where nobody was found, the authors' server writes a random address.
    guard status == 0, let wanted = expected.place, let place = places.first(where: { $0.source == wanted.source }) else { return nil }
    return address == place.endpoint.low & 0xffff_ffff ? nil : .wrongEcho
  }
}
