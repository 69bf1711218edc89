import S2WMPCrypto
import S2WMPWire

/// Makes cases for a bootstrap server concrete: bytes, what a runner does with them, and what is then owed (S2WMP wire format, sections 4 and 6.2).
///
/// What is sent over different connections, or as datagrams and over a connection, can overtake each other. So everything owed is waited for before
/// the next one is used, and the order of a case is the order in which the server sees it.
public struct BootstrapForge {
  let session: BootstrapSession
  private var packets: ServerPackets
  private let peers: CaseForge
  private var model = ServerModel()
  private var instance = Instance()
  private var connections: [Line] = [Line()]
  private var current = Channel.stream(0)
  private var lastUsed: Channel?
  private var source = 0
  private var datagrams = Datagrams()
  /// Answered requests by source.
  private var asked: [Int: Int] = [:]
  private var isUncertain = false

  public init(_ session: BootstrapSession) {
    self.session = session
    packets = ServerPackets(session)
    peers = CaseForge(session.standIn)
  }

  private enum Channel: Hashable {
    case stream(Int)
    /// From that source.
    case datagrams(Int)
  }

  /// What has been planned for one connection.
  private struct Line {
    var source = 0
    var owed = 0
    var awaited = 0
    var isUsed = false
    var isOver = false
    var isInside = false
    var isRejected = false
    /// Something was sent whose proof is that nothing came.
    var isInDoubt = false
    /// More was asked than one source may: it is banned in the middle.
    var isFlooded = false
    /// Its first packet could be the start of a legacy one, unless what follows begins a packet where that of v1 ends.
    var isOfTwoDialects = false
    var fate = Fate.open
    var patience = Patience.reply
  }

  private struct Datagrams {
    var owed = 0
    var awaited = 0
    var isInDoubt = false
    var source = 0
    var isUsed = false
  }

  /// The instance of a case. Its storage is used again.
  ///
  /// - checksAlive: whether each connection, and what datagrams were sent, ends with a valid exchange even where every packet is answered.
  public mutating func make(_ given: Case, checksAlive: Bool, into out: inout Instance) throws {
    try begin(given, &out)
    defer { swap(&instance, &out) }
    for (index, step) in given.steps.enumerated() { try add(step, index) }
    try finish(checksAlive)
    instance.fates = connections.map(\.fate)
    session.keep(isUncertain ? [] : model.registrations)
  }

  private mutating func begin(_ given: Case, _ out: inout Instance) throws {
    session.begin(bans: given.requests > session.burst)
    packets.begin()
    model.clear()
    source = try session.source(0)
    swap(&instance, &out)
    instance.reset()
    // Addresses change from case to case.
    instance.isFresh = true
    instance.actions.append(.source(source))
    connections.removeAll(keepingCapacity: true)
    connections.append(Line())
    (current, lastUsed, datagrams, isUncertain) = (.stream(0), nil, Datagrams(), false)
    asked.removeAll(keepingCapacity: true)
  }

  private mutating func add(_ step: Step, _ index: Int) throws {
    switch step {
    case .send(let plans, let cuts): try send(plans, cuts, index)
    case .noise(let bytes): try noise(bytes, index)
    case .await: wait(on: current)
    case .end: try end()
    case .reset: reset()
    case .stall: stall()
    case .connection(let number): try choose(number)
    case .source(let number): try move(to: number)
    case .datagram(let plan): try datagram(plan, index)
    case .datagramNoise(let bytes): try datagramNoise(bytes, index)
    case .status: throw CaseFault("a server has no status to set")
    }
  }

  private mutating func move(to number: Int) throws {
    let next = try session.source(number)
    guard next != source else { return }
    try leave(for: nil)
    source = next
    instance.actions.append(.source(next))
  }

  // Requests.

  private var isStream: Bool { if case .stream = current { true } else { false } }

  /// Appends one packet, and notes what is owed for it. Gives its form.
  private mutating func packet(_ plan: PacketPlan, _ from: Int, _ step: Int, _ index: Int) throws -> RequestForm {
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

  private var number: Int { if case .stream(let number) = current { number } else { -1 } }

  private func form(of plan: PacketPlan) throws -> RequestForm {
    let keySize = ServerPackets.keySize(plan)
    guard isStream else { return try RequestForm.ofDatagram(plan, keySize: keySize) }
    return try RequestForm.ofStream(plan, keySize: keySize) { try Consequences.of(plan, session.standIn.facts(plan)) }
  }

  /// Sees to it that everybody in the plan is somebody.
  private func meet(_ plan: PacketPlan, _ from: Int) {
    let isHeard = isStream ? !connections[number].isOver && !connections[number].isInside : true
    for party in plan.parties where party != plan.sender { _ = session.user(.sender(party)) }
    _ = session.user(.sender(plan.sender), registeringFrom: plan.isPlainRegistration && isHeard ? from : nil)
  }

  private mutating func ask(_ plan: PacketPlan, _ type: PacketType, _ from: Int, _ start: Int, size: Int, _ next: ServerUser?) throws {
    guard !isUncertain else { throw CaseFault("after a reset nobody knows what the server has done; let the case end there") }
    var request = packets.request(type, instance.buffer, start, size: size)
    (request.source, request.isStream) = (from, isStream)
    try refuseCommonID(request)
    let answer = model.take(request)
    instance.packets[instance.packets.count - 1].checks.formUnion(answer.checks)
    owe(answer, request, plan, packets.requestID(type, instance.buffer, start))
    if let next, answer.checks.first.isEmpty { session.play(.sender(plan.sender), next) }
    try count(from)
  }

  /// IDs that are the same in every case cannot be registered: they would be live from elsewhere the next time.
  private func refuseCommonID(_ request: ServerModel.Request) throws(CaseFault) {
    let id = request.type == .idChange ? request.otherID : request.userID
    guard request.type != .lookup, request.type != .broadcastServer, id == Identifier(high: .max, low: .max) || id == session.standIn.targetID else { return }
    if request.type == .idChange, request.keyID != request.otherID { return }
    throw CaseFault("the IDs target and nobody are for lookups; register one of our users")
  }

  private mutating func owe(_ answer: ServerModel.Answer, _ request: ServerModel.Request, _ plan: PacketPlan, _ requestID: UInt64) {
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

  private mutating func expect(_ given: ExpectedReply) {
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

  /// The rate is counted for each source; who is banned in a case asks over one connection only.
  private mutating func count(_ from: Int) throws(CaseFault) {
    let count = asked[from, default: 0] + 1
    asked[from] = count
    guard count > session.burst else { return }
    guard isStream else { throw CaseFault("more than \(session.burst) requests of one source are sent over one connection, so that none is lost") }
    instance.expected[instance.expected.count - 1].isOverRate = true
    connections[number].isFlooded = true
  }

  // Streams.

  private mutating func use(_ channel: Channel) throws {
    if let last = lastUsed, last != channel { try leave(for: channel) }
    lastUsed = channel
    guard case .stream(let number) = channel, !connections[number].isUsed else { return }
    connections[number].isUsed = true
    connections[number].source = source
  }

  private mutating func send(_ plans: [PacketPlan], _ cuts: Cuts, _ step: Int) throws {
    try use(current)
    let start = instance.buffer.count
    var ends: [Int] = []
    for (index, plan) in plans.enumerated() {
      guard !connections[number].isInside else { throw CaseFault("a packet follows one whose end is missing; what is then owed is not known") }
      let isFirst = instance.packets.allSatisfy { $0.connection != number }
      let form = try packet(plan, connections[number].source, step, index)
      ends.append(instance.buffer.count)
      try note(form, isFirst: isFirst)
    }
    instance.write(start..<instance.buffer.count, cuts, ends, connection: number)
  }

  /// What a packet makes of its connection.
  private mutating func note(_ form: RequestForm, isFirst: Bool) throws {
    guard !connections[number].isOver else { return }
    let beginsAsPacket = form.kind != .fault || form.checks.contains(.keyLength)
    if connections[number].isOfTwoDialects, !beginsAsPacket { try refuseTwoDialects() }
    connections[number].isOfTwoDialects = isFirst && form.mayBeLegacy
    if connections[number].isOfTwoDialects, form.framing == .leftover { try refuseTwoDialects() }
    switch (form.kind, form.framing) {
    case (_, .incomplete): connections[number].isInside = true
    case (.fault, .faultEarly): oweFault(.atOnce)
    case (.fault, _): oweFault(.reply)
    case (.ignored, _), (.dropped, _): connections[number].isInDoubt = true
    case (.request, _): break
    }
    if form.framing == .leftover, form.kind != .fault { oweFault(.reply) }
  }

  private func refuseTwoDialects() throws(CaseFault) {
    throw CaseFault("a REG or LP that begins a connection, followed by bytes that begin no packet, may be a legacy one; begin with a plain LP")
  }

  /// What is left over behind a packet must begin no other one.
  private mutating func spoilLeftover(_ plan: PacketPlan, _ form: RequestForm, _ start: Int) throws {
    let whole = RequestForm.isForServer(plan.type) ? form.size : try foreignSize(plan, start)
    if start + whole < instance.buffer.count { instance.buffer[start + whole] = 0xff }
  }

  /// Bytes that a packet for somebody else says it has.
  private func foreignSize(_ plan: PacketPlan, _ start: Int) throws -> Int {
    let bytes = Array(instance.buffer[start...])
    return peers.declaredSize(plan, bytes) ?? bytes.count
  }

  /// ACK(0, 3, 0, zero), then closed (S2WMP wire format, section 4).
  private mutating func oweFault(_ patience: Patience) {
    expect(ExpectedReply(.acknowledgement, status: 3))
    connections[number].isOver = true
    connections[number].fate = .closed
    connections[number].patience = patience
  }

  private mutating func noise(_ bytes: [UInt8], _ step: Int) throws {
    guard !bytes.isEmpty else { return }
    try use(current)
    if connections[number].isOfTwoDialects { try refuseTwoDialects() }
    let start = instance.buffer.count
    instance.buffer += bytes
    if instance.buffer[start] == 1 { instance.buffer[start] = 0xff }
    let range = start..<instance.buffer.count
    instance.packets.append(SentPacket(range: range, connection: number, type: PacketType(rawValue: 0), step: step, index: 0))
    instance.packets[instance.packets.count - 1].checks = [.version, .stream]
    guard !connections[number].isInside else { throw CaseFault("bytes follow a packet whose end is missing; what is then owed is not known") }
    if !connections[number].isOver { oweFault(.reply) }
    instance.actions.append(.send(range, connection: number))
  }

  private mutating func wait(on channel: Channel) {
    switch channel {
    case .stream(let number):
      let line = connections[number]
      guard line.owed > line.awaited, !line.isFlooded else { return }
      instance.actions.append(.awaitReplies(line.owed, connection: number, line.patience))
      connections[number].awaited = line.owed
      connections[number].isOfTwoDialects = false
    case .datagrams:
      guard datagrams.owed > datagrams.awaited else { return }
      instance.actions.append(.awaitDatagrams(datagrams.owed))
      datagrams.awaited = datagrams.owed
    }
  }

  /// Everything owed has come before something else is used.
  private mutating func leave(for next: Channel?) throws {
    guard let last = lastUsed, last != next else { return }
    switch last {
    case .stream(let number): if connections[number].isFlooded { endFlood(number) } else { wait(on: last) }
    case .datagrams: try settleDatagrams()
    }
    lastUsed = nil
  }

  /// What a banned source is not answered is known when the server has read it all: at the end of the stream.
  private mutating func endFlood(_ number: Int) {
    guard !connections[number].isOver else { return }
    instance.actions.append(.end(connection: number))
    instance.actions.append(.awaitEnd(connection: number))
    connections[number].isOver = true
    connections[number].isInDoubt = false
    connections[number].fate = .any
  }

  private mutating func end() throws {
    guard isStream, connections[number].isUsed else { return }
    try use(current)
    instance.actions.append(.end(connection: number))
    guard !connections[number].isOver else { return }
    if connections[number].isInside { oweFault(.reply) }
    connections[number].isOver = true
    connections[number].fate = connections[number].isFlooded ? .any : .closed
    connections[number].isInDoubt = false
  }

  private mutating func stall() {
    guard isStream, connections[number].isUsed, !connections[number].isOver else { return }
    if connections[number].isInside {
      oweFault(.stall)
    } else {
      // Idling between packets is no stall: the connection stays, and answers what comes next.
      instance.actions.append(.awaitReplies(connections[number].owed + 1, connection: number, .stall))
      connections[number].isInDoubt = true
    }
  }

  /// What was owed may be lost, and what was asked may not have been done.
  private mutating func reset() {
    guard isStream, connections[number].isUsed else { return }
    instance.actions.append(.reset(connection: number))
    if connections[number].owed > connections[number].awaited { isUncertain = true }
    for index in instance.expected.indices where instance.expected[index].connection == number { instance.expected[index].isOptional = true }
    connections[number].isOver = true
    connections[number].fate = .dropped
  }

  private mutating func choose(_ number: Int) throws {
    guard (0..<64).contains(number) else { throw CaseFault("connections are numbered from 0 to 63, not \(number)") }
    while connections.count <= number { connections.append(Line()) }
    current = .stream(number)
  }

  // Datagrams.

  private mutating func datagram(_ plan: PacketPlan, _ step: Int) throws {
    let stream = current
    defer { current = stream }
    current = .datagrams(source)
    try use(current)
    let form = try packet(plan, source, step, 0)
    noteDatagram(isAnswered: form.isRequest)
  }

  private mutating func datagramNoise(_ bytes: [UInt8], _ step: Int) throws {
    let stream = current
    defer { current = stream }
    current = .datagrams(source)
    try use(current)
    let start = instance.buffer.count
    instance.buffer += bytes
    if bytes.first == 1 { instance.buffer[start] = 0xff }
    instance.packets.append(SentPacket(range: start..<instance.buffer.count, connection: -1, type: PacketType(rawValue: 0), step: step, index: 0))
    instance.packets[instance.packets.count - 1].checks = .version
    noteDatagram(isAnswered: false)
  }

  private mutating func noteDatagram(isAnswered: Bool) {
    if let last = instance.packets.last { instance.actions.append(.datagram(last.range)) }
    datagrams.isUsed = true
    datagrams.source = source
    datagrams.isInDoubt = !isAnswered
  }

  /// A registration that must be answered shows that what came before it was not.
  private mutating func settleDatagrams() throws {
    guard case .datagrams(let from)? = lastUsed else { return }
    if datagrams.isInDoubt {
      let stream = current
      current = .datagrams(from)
      try prove(from)
      if let last = instance.packets.last { instance.actions.append(.datagram(last.range)) }
      datagrams.isInDoubt = false
      current = stream
    }
    wait(on: .datagrams(from))
  }

  // The end of a case.

  private mutating func finish(_ checksAlive: Bool) throws {
    if checksAlive, case .datagrams? = lastUsed { datagrams.isInDoubt = true }
    try leave(for: nil)
    for number in connections.indices where connections[number].isUsed {
      current = .stream(number)
      let line = connections[number]
      if line.isFlooded { endFlood(number) }
      if !line.isOver, !line.isInside, !line.isFlooded, line.isInDoubt || checksAlive { try addProof() }
      if connections[number].fate == .dropped || connections[number].isFlooded { continue }
      wait(on: current)
      if line.isOver { instance.actions.append(.awaitEnd(connection: number)) }
      if line.isInside, !line.isOver { instance.actions.append(.reset(connection: number)) }
    }
  }

  private mutating func addProof() throws {
    guard !isUncertain else { return }
    let start = instance.buffer.count
    try prove(connections[number].source)
    instance.actions.append(.send(start..<instance.buffer.count, connection: number))
  }

  /// A valid exchange: what came before was dealt with, and the server still answers.
  private mutating func prove(_ from: Int) throws {
    let keeper = session.user(.keeper(from), registeringFrom: from)
    let request = ServerModel.Request(type: .registration, userID: keeper.id, source: from, isStream: isStream)
    let start = instance.buffer.count
    packets.appendRegistration(request.userID, to: &instance.buffer)
    instance.packets.append(SentPacket(range: start..<instance.buffer.count, connection: number, type: .registration, step: -1, index: 0))
    let answer = model.take(request)
    instance.packets[instance.packets.count - 1].checks = answer.checks
    owe(answer, request, PacketPlan(.registration), packets.requestID(.registration, instance.buffer, start))
    asked[from, default: 0] += 1
  }
}
