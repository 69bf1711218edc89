import S2WMPCrypto
import S2WMPWire

/// Makes cases for a bootstrap server of the legacy dialect concrete: datagrams, and what is owed for them (S2WMP wire format, appendix L).
///
/// Each answer is waited for before anything else is sent. Where none is due, the next one that is shows that none came.
public struct LegacyServerForge: CaseMaking {
  let session: BootstrapSession
  private var model: ServerModel
  private var instance = Instance()
  private var source = 0
  private var isInDoubt = false

  public init(_ session: BootstrapSession) {
    self.session = session
    model = ServerModel(session.limits)
  }

  public mutating func make(_ given: Case, checksAlive: Bool, into out: inout Instance) throws {
    session.begin(bans: false)
    swap(&instance, &out)
    defer { swap(&instance, &out) }
    instance.reset()
    model.clear()
    isInDoubt = false
    source = try session.source(0)
    instance.actions.append(.source(source))
    for (index, step) in given.steps.enumerated() { try add(step, index) }
    if checksAlive { isInDoubt = true }
    settle()
    session.keep(model.registrations)
  }

  private mutating func add(_ step: Step, _ index: Int) throws {
    switch step {
    case .source(let number):
      settle()
      source = try session.source(number)
      instance.actions.append(.source(source))
    case .datagram(let plan): try datagram(plan, index)
    case .datagramNoise(let bytes):
      send(bytes.first == 1 ? [0xff] + bytes.dropFirst() : bytes, PacketType(rawValue: 0), index, LegacyServerForm.malformed)
    case .await: break
    default: throw CaseFault("appendix L says nothing of a legacy server but what it answers by UDP")
    }
  }

  private mutating func datagram(_ plan: PacketPlan, _ step: Int) throws {
    let form = try LegacyServerForm.of(plan)
    for party in plan.parties where party != plan.sender { _ = session.user(.sender(party)) }
    let isPlain = form == .request && plan.isPlainRegistration
    let own = session.user(.sender(plan.sender), registeringFrom: isPlain ? source : nil)
    var bytes = try packet(plan, own)
    let fields = LegacyFields(type: plan.type, keySize: 0) { [session] in session.standIn.id($0, own: own.id) }
    try fields.apply(plan.changes, to: &bytes)
    let start = send(bytes, plan.type, step, form)
    if form == .request { try owe(ServerModel.Request(legacy: plan.type, instance.buffer, start, source)) }
  }

  /// The plainest packet.
  private func packet(_ plan: PacketPlan, _ own: ServerUser) throws(CaseFault) -> [UInt8] {
    guard var builder = PacketBuilder(plan.type, .legacy) else { throw CaseFault("the legacy dialect has no such packet") }
    let requestID = Identifier(high: session.standIn.random.next(), low: session.standIn.random.next())
    switch plan.type {
    case .registration:
      builder.set(LegacyRegistration.userID, own.id)
      builder.set(LegacyRegistration.requestID, requestID)
    case .lookup:
      builder.set(LegacyLookup.timestamp, moment(plan))
      builder.set(LegacyLookup.requestID, requestID)
      builder.set(LegacyLookup.userID, own.id)
      builder.set(LegacyLookup.lookupID, own.id)
    default: break
    }
    return builder.build()
  }

  private func moment(_ plan: PacketPlan) -> UInt64 {
    for case .time(.exact(let value)) in plan.changes { return value }
    return session.standIn.actor(plan.sender).nextTime()
  }

  /// Gives where it begins.
  @discardableResult private mutating func send(_ bytes: [UInt8], _ type: PacketType, _ step: Int, _ form: LegacyServerForm) -> Int {
    let start = instance.buffer.count
    instance.buffer += bytes
    let range = start..<instance.buffer.count
    instance.packets.append(SentPacket(range: range, connection: -1, type: type, step: step, index: 0))
    if case .silent(let requirement) = form {
      instance.packets[instance.packets.count - 1].requirement = requirement
      isInDoubt = true
    }
    instance.actions.append(.datagram(range))
    return start
  }

  private mutating func owe(_ request: ServerModel.Request) throws(CaseFault) {
    try request.refuseCommonID(session)
    let answer = model.take(request)
    let verdict = try LegacyServerVerdict(request.type, answer.checks)
    var reply = ExpectedReply(request.type == .lookup ? .lookup : .registration, status: verdict.status)
    // The answer to an LP has the two IDs the other way round.
    (reply.id, reply.other) = request.type == .lookup ? (request.otherID, request.userID) : (request.userID, .zero)
    // Request IDs have 16 bytes; an RREG has none.
    (reply.datetime, reply.requestID) = request.type == .lookup ? (request.keyID.high, request.keyID.low) : (0, 0)
    (reply.connection, reply.packet) = (-1, instance.packets.count - 1)
    if reply.status == 0, let found = answer.found { reply.place = ExpectedPlace(source: found.source, isStream: true) }
    instance.packets[reply.packet].checks = answer.checks
    instance.packets[reply.packet].requirement = verdict.requirement
    instance.expected.append(reply)
    instance.actions.append(.awaitDatagrams(instance.expected.count))
    isInDoubt = false
  }

  /// A registration that must be answered shows that what came before it was not.
  private mutating func settle() {
    guard isInDoubt else { return }
    let keeper = session.user(.keeper(source), registeringFrom: source)
    guard let bytes = try? packet(PacketPlan(.registration), keeper) else { return }
    let start = send(bytes, .registration, -1, .request)
    try? owe(ServerModel.Request(legacy: .registration, instance.buffer, start, source))
  }
}

extension ServerModel.Request {
  /// Read back from what was built: what ties the answer to it. The request ID stands in `keyID`, for which a legacy request has no use.
  fileprivate init(legacy type: PacketType, _ buffer: [UInt8], _ start: Int, _ source: Int) {
    self.init(type: type)
    self.source = source
    func identifier(_ offset: Int) -> Identifier {
      let bytes = buffer[(start + offset)..<(start + offset + 16)]
      func half(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
      return Identifier(high: half(bytes.prefix(8)), low: half(bytes.suffix(8)))
    }
    guard type == .lookup else {
      userID = identifier(LegacyRegistration.userID.offset)
      return
    }
    keyID = identifier(LegacyLookup.requestID.offset)
    (userID, otherID) = (identifier(LegacyLookup.userID.offset), identifier(LegacyLookup.lookupID.offset))
  }
}
