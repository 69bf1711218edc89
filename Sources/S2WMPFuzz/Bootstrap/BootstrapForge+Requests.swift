import S2WMPCrypto
import S2WMPWire

/// Packets, and what a server owes for them.
extension BootstrapForge {
  /// Appends one packet, and notes what is owed for it. Gives its form.
  mutating func packet(_ plan: PacketPlan, _ from: Int, _ step: Int, _ index: Int) throws -> RequestForm {
    meet(plan, from)
    let repeats = packets.isRepeat(plan)
    let plain = repeats ? PacketPlan(plan.type, from: plan.sender) : plan
    let form = try form(of: plain)
    let start = instance.buffer.count
    let next = try packets.forge(plan, into: &instance.buffer)
    if form.framing == .leftover { try spoilLeftover(plan, form, start) }
    let range = start..<instance.buffer.count
    instance.packets.append(SentPacket(range: range, connection: isStream ? number : -1, type: plan.type, step: step, index: index))
    instance.packets[instance.packets.count - 1].checks = form.checks
    guard case .request(let type) = form.kind, form.framing != .incomplete, isStream ? !connections[number].isOver : true else { return form }
    let size = isStream && !repeats ? form.size : range.count
    try ask(plan, type, from, start, size: size, next)
    if form.framing == .whole, !repeats { packets.remember(plan, range) }
    return form
  }

  private func form(of plan: PacketPlan) throws -> RequestForm {
    let keySize = ServerPackets.keySize(plan)
    guard isStream else { return try RequestForm.ofDatagram(plan, keySize: keySize) }
    return try RequestForm.ofStream(plan, keySize: keySize) { try Consequences.of(plan, session.standIn.facts(plan)) }
  }

  /// Sees to it that everybody in the plan is somebody.
  private func meet(_ plan: PacketPlan, _ from: Int) {
    let isHeard = isStream ? !connections[number].isOver && !connections[number].isInside : (try? standing(of: from)) != .banned
    for party in plan.parties where party != plan.sender { _ = session.user(.sender(party)) }
    _ = session.user(.sender(plan.sender), registeringFrom: plan.isPlainRegistration && isHeard ? from : nil)
  }

  private mutating func ask(_ plan: PacketPlan, _ type: PacketType, _ from: Int, _ start: Int, size: Int, _ next: ServerUser?) throws {
    guard !isUncertain else { throw CaseFault("after a reset nobody knows what the server has done; let the case end there") }
    let standing = try standing(of: from)
    guard standing != .banned else { return try refuse(from) }
    var request = packets.request(type, instance.buffer, start, size: size)
    (request.source, request.isStream) = (from, isStream)
    try request.refuseCommonID(session)
    try refuseUnclear(request)
    var answer = model.take(request)
    answer.checks.formUnion(standing.checks)
    instance.packets[instance.packets.count - 1].checks.formUnion(answer.checks)
    owe(answer, request, plan, packets.requestID(type, instance.buffer, start))
    if let next, answer.checks.first.isEmpty { session.play(.sender(plan.sender), next) }
    try count(from)
  }

  /// Whether an entry is still there is not to be known near to the end of its time.
  private func refuseUnclear(_ request: ServerModel.Request) throws(CaseFault) {
    guard model.isUnclear(request.userID) || model.isUnclear(request.otherID) else { return }
    throw CaseFault("what is registered expires about then; make the pause shorter or longer")
  }

  mutating func owe(_ answer: ServerModel.Answer, _ request: ServerModel.Request, _ plan: PacketPlan, _ requestID: UInt64) {
    var reply: ExpectedReply
    switch request.type {
    case .lookup:
      reply = ExpectedReply(.lookup, status: answer.status)
      reply.other = request.otherID
      if answer.status == 0, let found = answer.found { reply.place = ExpectedPlace(source: found.source, isStream: found.isStream) }
    case .broadcastServer: reply = ExpectedReply(.serverFound, status: 0)
    default: reply = ExpectedReply(.registration, status: answer.status)
    }
    (reply.requestID, reply.id, reply.datetime) = (requestID, request.userID, plan.oddTimestamp)
    expect(reply)
    guard answer.status != 0, isStream else { return }
    // A server may close after it refused something: what follows is owed only while the connection lasts.
    connections[number].isRejected = true
    connections[number].fate = .any
  }

  mutating func expect(_ given: ExpectedReply) {
    var reply = given
    reply.connection = number
    reply.packet = max(0, instance.packets.count - 1)
    if isStream {
      reply.isOptional = connections[number].isRejected
      connections[number].owed += 1
    } else {
      datagrams.owed += 1
    }
    instance.expected.append(reply)
  }
}
