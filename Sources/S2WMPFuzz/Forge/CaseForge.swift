import S2WMPCrypto
import S2WMPWire

/// Makes cases concrete: bytes, what a runner does with them, and what is then owed.
public struct CaseForge {
  let session: PeerSession
  let packets: PacketForge
  var instance = Instance()
  private var connections: [ConnectionPlan] = [ConnectionPlan()]
  private var current = 0
  /// Answers to datagrams that are owed, and whether one was sent whose proof is that nothing came.
  var datagrams = 0
  var datagramDoubt = false
  private var steps: [MemoryStep] = []
  private var wasInvisible = false

  public init(_ session: PeerSession) {
    self.session = session
    packets = PacketForge(session)
  }

  /// What has been planned for one connection.
  private struct ConnectionPlan {
    var owed = 0
    var isUsed = false
    /// Nothing is answered any more.
    var isOver = false
    /// A packet's end is missing.
    var isInside = false
    /// A packet was rejected: the target may close.
    var isRejected = false
    /// Something was sent whose proof is that nothing came.
    var isInDoubt = false
    /// An ID change is on its way: what the target makes of later packets depends on whether it arrived.
    var isMoving = false
    var fate = Fate.open
    /// For the answer to what came last.
    var patience = Patience.reply
  }

  /// The instance of a case. Its storage is used again.
  ///
  /// - checksAlive: whether each connection ends with a valid exchange even where every packet is answered.
  public mutating func make(_ given: Case, checksAlive: Bool, into out: inout Instance) throws {
    begin(given, &out)
    defer { swap(&instance, &out) }
    do {
      for (index, step) in given.steps.enumerated() { try add(step, index) }
      try finish(checksAlive)
    } catch {
      undo()
      throw error
    }
    for connection in connections { instance.fates.append(connection.fate) }
  }

  /// What the session remembers of packets of a case that cannot be made: they are never sent.
  private mutating func undo() {
    while let step = steps.popLast() { step.undo(session) }
    session.targetIsInvisible = wasInvisible
    session.upcoming = nil
  }

  private mutating func begin(_ given: Case, _ out: inout Instance) {
    swap(&instance, &out)
    instance.reset()
    instance.isFresh = given.isFresh
    connections.removeAll(keepingCapacity: true)
    connections.append(ConnectionPlan())
    (current, datagrams, datagramDoubt) = (0, 0, false)
    steps.removeAll(keepingCapacity: true)
    wasInvisible = session.targetIsInvisible
    session.upcoming = nil
  }

  private mutating func add(_ step: Step, _ index: Int) throws {
    switch step {
    case .send(let plans, let cuts): try send(plans, cuts, index)
    case .noise(let bytes):
      try leaveDropped()
      noise(bytes, index)
    case .await: wait()
    case .end: end()
    case .reset: reset()
    case .stall: stall()
    case .pause: throw CaseFault("a peer is not waited for; pauses are for bootstrap servers")
    case .connection(let number): try choose(number)
    case .source(let number): instance.actions.append(.source(number))
    case .datagram(let plan): try datagram(plan, index)
    case .datagramNoise(let bytes): datagramNoise(bytes, index)
    case .status(let status):
      wait()
      try waitForDatagrams()
      instance.actions.append(.status(status))
      session.targetIsInvisible = status == .invisible
    }
  }

  // Streams.

  /// After a reset a new connection takes over, under a number of its own.
  private mutating func leaveDropped() throws {
    if connections[current].fate == .dropped { try choose(connections.count) }
  }

  private mutating func send(_ plans: [PacketPlan], _ cuts: Cuts, _ step: Int) throws {
    try leaveDropped()
    let start = instance.buffer.count
    var ends: [Int] = []
    for (index, plan) in plans.enumerated() {
      try packet(plan, step, index)
      if cuts == .packets { ends.append(instance.buffer.count) }
    }
    instance.write(start..<instance.buffer.count, cuts, ends, connection: current)
    connections[current].isUsed = true
  }

  private mutating func packet(_ plan: PacketPlan, _ step: Int, _ index: Int) throws {
    if plan.sender == .newcomer, plan.type == .chatRequest { _ = try session.arriveNewcomer() }
    if plan.type == .idChange, plan.sender == .mover { session.upcoming = try session.nextMover() }
    let consequence = try Consequences.of(plan, session.facts(plan))
    guard !connections[current].isInside else { throw CaseFault("a packet follows one whose end is missing; what is then owed is not known") }
    try checkArrival(plan, consequence)
    let start = instance.buffer.count
    let forged = try packets.forge(plan, into: &instance.buffer)
    if consequence.framing == .leftover { spoilLeftover(plan, start) }
    instance.packets.append(SentPacket(range: start..<instance.buffer.count, connection: current, type: plan.type, step: step, index: index))
    instance.packets[instance.packets.count - 1].requirement = consequence.first?.accepted ?? ""
    if start == instance.buffer.count { return }
    let isRead = !connections[current].isOver
    owe(consequence, plan, forged)
    if isRead, consequence.first == nil, consequence.framing == .whole {
      connections[current].isMoving = connections[current].isMoving || plan.type == .idChange
      remember(plan, forged, start)
    }
  }

  /// A target may close after a packet that it rejects. Whether it then has read an ID change or a first chat request behind it, nobody could say afterwards.
  private func checkArrival(_ plan: PacketPlan, _ consequence: Consequence) throws {
    guard connections[current].isRejected, !connections[current].isOver, consequence.first == nil, consequence.framing == .whole else { return }
    let isFirstRequest = plan.type == .chatRequest && session.acceptsRequests && !session.actor(plan.sender).isFriend
    guard isFirstRequest || plan.type == .idChange && plan.sender == .mover else { return }
    throw CaseFault("an ID change or a first chat request stands behind a rejected packet; the target may close, and whom it knows is then unknown")
  }

  /// What is left over behind a packet must begin no other one.
  private mutating func spoilLeftover(_ plan: PacketPlan, _ start: Int) {
    let bytes = instance.buffer[start...]
    guard let whole = declaredSize(plan, Array(bytes)), whole < bytes.count else { return }
    instance.buffer[start + whole] = 0xff
  }

  /// How many bytes the packet says it has.
  func declaredSize(_ plan: PacketPlan, _ bytes: [UInt8]) -> Int? {
    switch plan.type {
    case .message, .statusChange:
      guard bytes.count >= Messaging.headerLength else { return nil }
      return Messaging.headerLength + Int(packets.number(bytes, Messaging.length.offset) >> 48)
    case .chatRequest:
      let key = Int(packets.number(bytes, ChatRequest.keyLength.offset) >> 32)
      return ChatRequest.fixedLength + key + Int(packets.number(bytes + [0, 0, 0, 0], ChatRequest.nameLength.offset + key) >> 32)
    case .idChange: return IDChange.fixedLength + Int(packets.number(bytes, IDChange.keyLength.offset) >> 32)
    default: return session.templates[Int(plan.type.rawValue & 15)]?.bytes.count
    }
  }

  private mutating func owe(_ consequence: Consequence, _ plan: PacketPlan, _ forged: ForgedPacket) {
    guard !connections[current].isOver else { return }
    let isFault = consequence.first?.owed == .fault
    if consequence.framing == .incomplete {
      connections[current].isInside = true
      return
    }
    if isFault {
      oweFault(.atOnce)
      return
    }
    switch consequence.first?.owed ?? passed(plan) {
    case .acknowledgement(let error): oweAcknowledgement(error, forged.datetime, forged.sender)
    // Of this rejection alone the specification says that the connection is kept.
    case .nameRefused: oweAcknowledgement(3, 0, forged.sender, mayClose: false)
    case .response(let status): oweResponse(status, forged)
    case .nothing, .peerFound: connections[current].isInDoubt = true
    case .fault: break
    }
    if consequence.framing == .leftover { oweFault(.atOnce) }
  }

  private func passed(_ plan: PacketPlan) -> Owed {
    switch plan.type {
    case .message, .statusChange, .idChange: .acknowledgement(0)
    case .chatRequest: .response(session.acceptsRequests || session.actor(plan.sender).isFriend ? 0 : 1)
    default: .nothing
    }
  }

  private mutating func oweAcknowledgement(_ error: UInt8, _ datetime: UInt64, _ sender: Identifier, mayClose: Bool = true) {
    var reply = ExpectedReply(.acknowledgement, status: error)
    (reply.datetime, reply.id) = (datetime, sender)
    expect(reply)
    if error != 0, mayClose { reject() }
  }

  private mutating func oweResponse(_ status: UInt8, _ forged: ForgedPacket) {
    var reply = ExpectedReply(.chatResponse, status: status)
    (reply.id, reply.other) = (forged.sender, forged.user)
    expect(reply)
    if status != 0 { reject() }
  }

  /// ACK(0, 3, 0, zero), then closed (S2WMP wire format, section 4). What the bytes say is owed at once: the read timeout would bring the same answer.
  private mutating func oweFault(_ patience: Patience) {
    expect(ExpectedReply(.acknowledgement, status: 3))
    connections[current].isOver = true
    connections[current].fate = .closed
    connections[current].patience = patience
  }

  private mutating func expect(_ given: ExpectedReply) {
    var reply = given
    reply.connection = current
    reply.packet = max(0, instance.packets.count - 1)
    reply.isOptional = connections[current].isRejected
    instance.expected.append(reply)
    connections[current].owed += 1
  }

  /// A target may close after a framed error: what follows it is owed only while the connection lasts.
  private mutating func reject() {
    connections[current].isRejected = true
    connections[current].fate = .any
  }

  private mutating func noise(_ bytes: [UInt8], _ step: Int) {
    guard !bytes.isEmpty else { return }
    let start = instance.buffer.count
    instance.buffer += bytes
    if instance.buffer[start] == 1 { instance.buffer[start] = 0xff }
    instance.packets.append(
      SentPacket(range: start..<instance.buffer.count, connection: current, type: PacketType(rawValue: 0), step: step, index: 0))
    if !connections[current].isOver, !connections[current].isInside { oweFault(.atOnce) }
    instance.write(start..<instance.buffer.count, .whole, [], connection: current)
    connections[current].isUsed = true
  }

  private mutating func wait() {
    let plan = connections[current]
    guard plan.owed > 0, plan.fate != .dropped else { return }
    instance.actions.append(.awaitReplies(plan.owed, connection: current, plan.patience))
    connections[current].isMoving = false
  }

  private mutating func end() {
    guard connections[current].isUsed else { return }
    instance.actions.append(.end(connection: current))
    if !connections[current].isOver {
      if connections[current].isInside { oweFault(.reply) }
      connections[current].isOver = true
      connections[current].fate = .closed
      connections[current].isInDoubt = false
    }
  }

  private mutating func stall() {
    guard connections[current].isUsed, !connections[current].isOver else { return }
    if connections[current].isInside {
      oweFault(.stall)
    } else {
      // Idling between packets is no stall: the connection stays, and answers what comes next.
      instance.actions.append(.awaitReplies(connections[current].owed + 1, connection: current, .stall))
      connections[current].isInDoubt = true
    }
  }

  /// What was owed may be lost, and so may what was sent: an ID change is answered first, as nobody could say which ID holds afterwards.
  private mutating func reset() {
    guard connections[current].isUsed else { return }
    if connections[current].isMoving { wait() }
    instance.actions.append(.reset(connection: current))
    for index in instance.expected.indices where instance.expected[index].connection == current { instance.expected[index].isOptional = true }
    connections[current].isOver = true
    connections[current].fate = .dropped
  }

  private mutating func choose(_ number: Int) throws {
    guard (0..<64).contains(number) else { throw CaseFault("connections are numbered from 0 to 63, not \(number)") }
    // What comes on another connection may be read first.
    if number != current, connections[current].isMoving { wait() }
    while connections.count <= number { connections.append(ConnectionPlan()) }
    current = number
  }

  // The end of a case.

  private mutating func finish(_ checksAlive: Bool) throws {
    for number in connections.indices where connections[number].isUsed {
      current = number
      let plan = connections[number]
      if !plan.isOver, !plan.isInside, plan.isInDoubt || checksAlive { try addProof() }
      if connections[number].fate == .dropped { continue }
      wait()
      if plan.isOver { instance.actions.append(.awaitEnd(connection: number)) }
      if plan.isInside, !plan.isOver { instance.actions.append(.reset(connection: number)) }
    }
    try waitForDatagrams()
    if session.targetIsInvisible {
      instance.actions.append(.status(.online))
      session.targetIsInvisible = false
    }
  }

  /// A valid exchange: what came before was dealt with, and the target still answers.
  private mutating func addProof() throws {
    let plan = session.isFriend ? Self.proof : Self.strangersProof
    let start = instance.buffer.count
    try packet(plan, -1, 0)
    instance.actions.append(.send(start..<instance.buffer.count, connection: current))
  }

  private static let proof = PacketPlan(.statusChange)
  /// Needs no friendship: a chat request for somebody else.
  private static let strangersProof = PacketPlan(.chatRequest, from: .stranger, [.set("user_id", .party(.nobody))])

  /// What the target knows when it does as it should. When it does not, that is a finding, and the session makes new friends.
  private mutating func remember(_ plan: PacketPlan, _ forged: ForgedPacket, _ start: Int) {
    let actor = session.actor(plan.sender)
    let isPlain = time(plan) == .next
    switch plan.type {
    case .message where isPlain:
      steps.append(.message(actor, actor.lastMessage))
      actor.lastMessage = Array(instance.buffer[start...])
    case .statusChange where isPlain:
      steps.append(.statusChange(actor, actor.lastStatusChange))
      actor.lastStatusChange = Array(instance.buffer[start...])
    case .idChange:
      // Where there is no IC yet to be sent again, it was a new one.
      guard let next = session.upcoming, time(plan) != .again || actor.lastIDChange.isEmpty else { return }
      if let field = forged.publicKey, field != next.publicKey { next.adopt(field, target: session.targetID) }
      next.lastIDChange = Array(instance.buffer[start...])
      steps.append(.mover(session.mover))
      session.mover = next
      session.upcoming = nil
    case .chatRequest where session.acceptsRequests:
      steps.append(.friendship(actor, actor.isFriend))
      actor.isFriend = true
    default: break
    }
  }

  private func time(_ plan: PacketPlan) -> Time {
    for case .time(let time) in plan.changes { return time }
    return .next
  }
}
