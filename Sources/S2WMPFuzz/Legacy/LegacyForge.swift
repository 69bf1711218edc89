import S2WMPCrypto
import S2WMPWire

/// Makes cases for a legacy peer concrete (S2WMP wire format, appendix L).
///
/// The peer answers each packet on a new connection of its own, so answers are counted for the connection that was sent on last, and each is waited for before
/// anything else is sent.
public struct LegacyForge {
  let session: LegacySession
  private let packets: LegacyPacketForge
  private var instance = Instance()
  private var lines: [Line] = [Line()]
  private var current = 0
  private var datagrams = 0
  private var isDatagramInDoubt = false

  private struct Line {
    var owed = 0
    var isUsed = false
    var isOver = false
    var isInside = false
    var isInDoubt = false
    var fate = Fate.any
  }

  public init(_ session: LegacySession) {
    self.session = session
    packets = LegacyPacketForge(session: session)
  }

  public mutating func make(_ given: Case, checksAlive: Bool, into out: inout Instance) throws {
    swap(&instance, &out)
    defer { swap(&instance, &out) }
    instance.reset()
    instance.isFresh = true
    (lines, current, datagrams, isDatagramInDoubt) = ([Line()], 0, 0, false)
    for (index, step) in given.steps.enumerated() { try add(step, index) }
    try finish(checksAlive)
    instance.fates = lines.map(\.fate)
  }

  private mutating func add(_ step: Step, _ index: Int) throws {
    switch step {
    case .send(let plans, let cuts): try send(plans, cuts, index)
    case .noise(let bytes): noise(bytes, index)
    case .await: break
    case .end: end()
    case .reset:
      instance.actions.append(.reset(connection: current))
      (lines[current].isOver, lines[current].fate) = (true, .dropped)
    case .stall: stall()
    case .pause: throw CaseFault("a peer is not waited for; pauses are for bootstrap servers")
    case .connection(let number):
      guard (0..<64).contains(number) else { throw CaseFault("connections are numbered from 0 to 63, not \(number)") }
      while lines.count <= number { lines.append(Line()) }
      current = number
    case .source(let number): guard number == 0 else { throw CaseFault("a legacy peer is asked from one address") }
    case .datagram(let plan): try datagram(plan, index)
    case .datagramNoise(let bytes): note(bytes.first == 1 ? [0xff] + bytes.dropFirst() : bytes, PacketType(rawValue: 0), index, "L/ub.size")
    case .status: throw CaseFault("a legacy peer is not told its status")
    }
  }

  // Streams.

  private mutating func send(_ plans: [PacketPlan], _ cuts: Cuts, _ step: Int) throws {
    let start = instance.buffer.count
    var ends: [Int] = []
    for (index, plan) in plans.enumerated() {
      try packet(plan, step, index)
      ends.append(instance.buffer.count)
    }
    instance.write(start..<instance.buffer.count, cuts, ends, connection: current)
    wait()
  }

  private mutating func packet(_ plan: PacketPlan, _ step: Int, _ index: Int) throws {
    guard !lines[current].isInside else { throw CaseFault("a packet follows one whose end is missing; what is then owed is not known") }
    if plan.type == .chatRequest, plan.sender == .newcomer { try session.arriveNewcomer() }
    let user = session.user(plan.sender)
    let consequence = try LegacyOracle.of(plan, isFriend: user.isFriend)
    let start = instance.buffer.count
    try packets.forge(plan, into: &instance.buffer)
    instance.packets.append(SentPacket(range: start..<instance.buffer.count, connection: current, type: plan.type, step: step, index: index))
    instance.packets[instance.packets.count - 1].requirement = consequence.first?.accepted ?? ""
    lines[current].isUsed = true
    guard !lines[current].isOver else { return }
    owe(consequence, plan, user, start)
  }

  private mutating func owe(_ consequence: Consequence, _ plan: PacketPlan, _ user: LegacyUser, _ start: Int) {
    if consequence.framing == .incomplete {
      lines[current].isInside = true
      return
    }
    switch consequence.first?.owed ?? passed(plan, user) {
    case .fault: oweFault()
    case .acknowledgement(let error):
      var reply = ExpectedReply(.acknowledgement, status: error)
      reply.datetime = packets.number(instance.buffer, start + LegacyMessaging.datetime.offset)
      reply.id = packets.identifier(instance.buffer, start + LegacyMessaging.senderID.offset)
      expect(reply)
      if error == 0 { user.lastMessage = Array(instance.buffer[start...]) }
    case .response(let status):
      var reply = ExpectedReply(.chatResponse, status: status)
      (reply.id, reply.other) = (user.id, session.targetID)
      expect(reply)
    case .nothing, .nameRefused, .peerFound: lines[current].isInDoubt = true
    }
  }

  private func passed(_ plan: PacketPlan, _ user: LegacyUser) -> Owed {
    switch plan.type {
    case .message: .acknowledgement(0)
    // Who is denied hears nothing.
    case .chatRequest: session.acceptsRequests || user.isFriend ? .response(1) : .nothing
    default: .nothing
    }
  }

  private mutating func oweFault() {
    expect(ExpectedReply(.acknowledgement, status: 3))
    lines[current].isOver = true
    lines[current].fate = .closed
  }

  private mutating func expect(_ given: ExpectedReply) {
    var reply = given
    reply.connection = current
    reply.packet = max(0, instance.packets.count - 1)
    instance.expected.append(reply)
    lines[current].owed += 1
    lines[current].isInDoubt = false
  }

  private mutating func noise(_ bytes: [UInt8], _ step: Int) {
    guard !bytes.isEmpty else { return }
    let start = instance.buffer.count
    instance.buffer += bytes
    if bytes[0] == 1 { instance.buffer[start] = 0xff }
    let range = start..<instance.buffer.count
    instance.packets.append(SentPacket(range: range, connection: current, type: PacketType(rawValue: 0), step: step, index: 0))
    instance.packets[instance.packets.count - 1].requirement = "L/framed"
    lines[current].isUsed = true
    if !lines[current].isOver, !lines[current].isInside { oweFault() }
    instance.actions.append(.send(range, connection: current))
    wait()
  }

  private mutating func wait(_ patience: Patience = .reply) {
    guard lines[current].owed > 0 else { return }
    instance.actions.append(.awaitReplies(lines[current].owed, connection: current, patience))
  }

  private mutating func end() {
    guard lines[current].isUsed else { return }
    instance.actions.append(.end(connection: current))
    if !lines[current].isOver, lines[current].isInside { oweFault() }
    lines[current].isOver = true
    wait()
  }

  private mutating func stall() {
    guard lines[current].isUsed, lines[current].isInside, !lines[current].isOver else { return }
    oweFault()
    wait(.stall)
  }

  // Datagrams.

  private mutating func datagram(_ plan: PacketPlan, _ step: Int) throws {
    let consequence = try LegacyOracle.ofDatagram(plan)
    var bytes: [UInt8] = []
    try packets.forge(plan, into: &bytes)
    note(bytes, plan.type, step, consequence.first?.accepted ?? "")
    if consequence.first == nil { oweReply() }
  }

  private mutating func note(_ bytes: [UInt8], _ type: PacketType, _ step: Int, _ requirement: String) {
    let start = instance.buffer.count
    instance.buffer += bytes
    let range = start..<instance.buffer.count
    instance.packets.append(SentPacket(range: range, connection: -1, type: type, step: step, index: 0))
    instance.packets[instance.packets.count - 1].requirement = requirement
    instance.actions.append(.datagram(range))
    isDatagramInDoubt = true
  }

  private mutating func oweReply() {
    var reply = ExpectedReply(.peerFound, status: 0)
    (reply.other, reply.connection, reply.packet) = (session.targetID, -1, instance.packets.count - 1)
    instance.expected.append(reply)
    datagrams += 1
    isDatagramInDoubt = false
    instance.actions.append(.awaitDatagrams(datagrams))
  }

  // The end of a case.

  private mutating func finish(_ checksAlive: Bool) throws {
    for number in lines.indices where lines[number].isUsed {
      current = number
      if !lines[number].isOver, !lines[number].isInside, lines[number].isInDoubt || checksAlive { try addProof() }
      if lines[number].fate == .closed { instance.actions.append(.awaitEnd(connection: number)) }
    }
    if isDatagramInDoubt { try datagram(PacketPlan(.userBroadcast, from: .stranger), -1) }
  }

  /// Something that is answered: what came before it was not.
  private mutating func addProof() throws {
    let start = instance.buffer.count
    try packet(PacketPlan(.message, from: session.isFriend ? .friend : .stranger), -1, 0)
    instance.actions.append(.send(start..<instance.buffer.count, connection: current))
    wait()
  }
}

extension LegacyPacketForge {
  func number(_ buffer: [UInt8], _ at: Int) -> UInt64 { at + 8 <= buffer.count ? buffer[at..<(at + 8)].reduce(0) { $0 << 8 | UInt64($1) } : 0 }
  func identifier(_ buffer: [UInt8], _ at: Int) -> Identifier { Identifier(high: number(buffer, at), low: number(buffer, at + 8)) }
}
