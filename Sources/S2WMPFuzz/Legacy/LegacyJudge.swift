import S2WMPCrypto
import S2WMPWire

/// Compares what a legacy peer answered with what it owed, and says which requirement a difference breaks.
public struct LegacyJudge {
  let session: LegacySession

  public init(_ session: LegacySession) { self.session = session }

  public func isAsOwed(_ instance: Instance, _ seen: Observation) -> Bool { mismatch(instance, seen) == nil }
  public func mismatch(_ given: Case, _ instance: Instance, _ seen: Observation) -> Mismatch? { mismatch(instance, seen) }

  /// The first difference; nil when all is as owed.
  public func mismatch(_ instance: Instance, _ seen: Observation) -> Mismatch? {
    if let death = seen.death {
      return Mismatch("L/m.accepted", .crash, expected: .other("the target goes on"), observed: .other(death), packet: instance.packets.indices.last)
    }
    for number in -1..<max(instance.fates.count, 1) {
      if let found = mismatch(instance, seen, number) { return found }
    }
    return nil
  }

  private func mismatch(_ instance: Instance, _ seen: Observation, _ connection: Int) -> Mismatch? {
    let owed = instance.expected.filter { $0.connection == connection }
    let came = seen.replies.filter { $0.connection == connection }
    for (index, reply) in came.enumerated() {
      guard index < owed.count else { return surplus(instance, seen, reply, connection) }
      if let found = difference(instance, seen, owed[index], reply) { return found }
    }
    if came.count < owed.count, instance.fates.indices.contains(connection) ? instance.fates[connection] != .dropped : true {
      return missing(instance, owed[came.count])
    }
    guard connection >= 0, connection < instance.fates.count, instance.fates[connection] == .closed else { return nil }
    let ending = seen.endings.indices.contains(connection) ? seen.endings[connection] : .open
    guard ending != .closed, let last = owed.last else { return nil }
    return Mismatch("L/framed", .connection, expected: outcome(last, .closed), observed: outcome(last, ending), packet: last.packet)
  }

  private func missing(_ instance: Instance, _ expected: ExpectedReply) -> Mismatch {
    let name = requirement(instance, expected)
    return Mismatch(name, .noReply, expected: outcome(expected, .open), observed: .silence, packet: expected.packet)
  }

  private func surplus(_ instance: Instance, _ seen: Observation, _ reply: Reply, _ connection: Int) -> Mismatch {
    let silent = instance.packets.indices.first { number in
      instance.packets[number].connection == connection && !instance.expected.contains { $0.packet == number }
    }
    let name = silent.map { instance.packets[$0].requirement }.flatMap { $0.isEmpty ? nil : $0 } ?? (connection < 0 ? "L/ub.size" : "L/m.echo")
    return Mismatch(name, connection < 0 ? .acceptedMalformed : .wrongEcho, expected: .silence, observed: outcome(seen, reply), packet: silent)
  }

  /// The requirement that a packet is about: of its defect, or of what it is an example of.
  private func requirement(_ instance: Instance, _ expected: ExpectedReply) -> String {
    let sent = instance.packets[expected.packet]
    if !sent.requirement.isEmpty { return sent.requirement }
    switch expected.form {
    case .peerFound: return "L/ub.reply"
    case .chatResponse: return "L/cr.accepted"
    default: return expected.status == 3 && expected.id.isZero ? "L/half-close" : "L/m.accepted"
    }
  }

  private func difference(_ instance: Instance, _ seen: Observation, _ expected: ExpectedReply, _ reply: Reply) -> Mismatch? {
    let observed = outcome(seen, reply)
    func make(_ name: String, _ kind: FindingKind) -> Mismatch {
      Mismatch(name, kind, expected: outcome(expected, .open), observed: observed, packet: expected.packet)
    }
    guard let answer = LegacyAnswer(seen, reply), answer.type == Self.type(expected.form) else {
      if expected.connection < 0, !instance.packets[expected.packet].requirement.isEmpty { return make("L/ub.size", .acceptedMalformed) }
      return make(requirement(instance, expected), isRejection(observed) == (expected.status == 0) ? .rejectedValid : .wrongEcho)
    }
    switch expected.form {
    case .acknowledgement:
      guard answer.status == expected.status else { return make(requirement(instance, expected), kind(expected, answer.status)) }
      return answer.datetime == expected.datetime && answer.userID == expected.id ? nil : make("L/m.echo", .wrongEcho)
    case .chatResponse:
      guard answer.status == expected.status else { return make(requirement(instance, expected), kind(expected, answer.status, accepted: 1)) }
      return expected.status != 1 || isAcceptance(answer, expected) ? nil : make("L/cr.accepted", .wrongEcho)
    default: return answer.userID == expected.other && answer.size == UserBroadcast.shortLength ? nil : make("L/ub.reply", .wrongEcho)
    }
  }

  private func kind(_ expected: ExpectedReply, _ status: UInt8, accepted: UInt8 = 0) -> FindingKind {
    status == accepted ? .acceptedMalformed : expected.status == accepted ? .rejectedValid : .wrongError
  }

  /// Appendix L does not say in which order the two IDs stand in an answer.
  private func isAcceptance(_ answer: LegacyAnswer, _ expected: ExpectedReply) -> Bool {
    let isBoth = (answer.userID == expected.id && answer.otherID == expected.other) || (answer.userID == expected.other && answer.otherID == expected.id)
    guard isBoth, let key = Sender.allCases.lazy.map({ session.user($0) }).first(where: { $0.id == expected.id })?.key else { return false }
    return (try? key.sharedSecret(with: answer.key)) != nil
  }

  private static func type(_ form: ExpectedReply.Form) -> PacketType {
    switch form {
    case .acknowledgement: .acknowledgement
    case .chatResponse: .chatRequest
    default: .userBroadcast
    }
  }

  private func isRejection(_ outcome: Outcome) -> Bool {
    if case .acknowledgement(_, let error, _) = outcome { return error != 0 }
    return false
  }

  private func outcome(_ expected: ExpectedReply, _ ending: Ending) -> Outcome {
    switch expected.form {
    case .acknowledgement: .acknowledgement(ack: expected.status == 0 ? 1 : 0, error: expected.status, ending)
    default: .reply(Self.type(expected.form).shortName ?? "?", status: expected.form == .chatResponse ? expected.status : nil)
    }
  }

  private func outcome(_ seen: Observation, _ reply: Reply) -> Outcome {
    guard let answer = LegacyAnswer(seen, reply) else { return .other("bytes that are no packet") }
    if answer.type == .acknowledgement { return .acknowledgement(ack: answer.ack, error: answer.status, .open) }
    return .reply(answer.type.shortName ?? "?", status: answer.type == .chatRequest ? answer.status : nil)
  }
}

/// An answer of a legacy peer taken apart.
struct LegacyAnswer {
  var type: PacketType
  var size: Int
  var ack: UInt8 = 0
  /// The error of an ACK, the status of a CR.
  var status: UInt8 = 0
  var datetime: UInt64 = 0
  var userID = Identifier.zero
  var otherID = Identifier.zero
  var key: [UInt8] = []

  /// Nil when the bytes are no packet.
  init?(_ seen: Observation, _ reply: Reply) {
    guard !reply.isGarbage else { return nil }
    let bytes = Array(seen.received[reply.range])
    (type, size) = (PacketType(rawValue: 0), bytes.count)
    let isRead = bytes.withUnsafeBytes { read($0) }
    if !isRead { return nil }
  }

  private mutating func read(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let view = PacketView(framed: bytes, .legacy) else { return false }
    type = view.type
    switch view.layout {
    case .acknowledgement:
      (ack, status) = (view[Acknowledgement.ack], view[Acknowledgement.error])
      (datetime, userID) = (view[Acknowledgement.datetime], view[Acknowledgement.userID])
    case .legacyChatRequest:
      (status, datetime) = (view[LegacyChatRequest.status], view[LegacyChatRequest.datetime])
      (userID, otherID) = (view[LegacyChatRequest.requestorID], view[LegacyChatRequest.userID])
      key = Array(view[LegacyChatRequest.publicKey])
    case .legacyUserBroadcast: userID = view[UserBroadcast.userID]
    default: break
    }
    return true
  }
}
