import S2WMPCrypto
import S2WMPWire

/// Makes cases for a bootstrap server of the legacy dialect concrete: REG and LP by UDP (S2WMP wire format, appendix L).
public struct LegacyServerForge {
  let session: BootstrapSession
  private let packets: PacketForge
  private var model = ServerModel()
  private var instance = Instance()
  private var source = 0

  public init(_ session: BootstrapSession) {
    self.session = session
    packets = PacketForge(session.standIn)
  }

  public mutating func make(_ given: Case, into out: inout Instance) throws {
    session.begin(bans: false)
    swap(&instance, &out)
    defer { swap(&instance, &out) }
    instance.reset()
    model.clear()
    source = try session.source(0)
    instance.actions.append(.source(source))
    for (index, step) in given.steps.enumerated() {
      switch step {
      case .source(let number):
        source = try session.source(number)
        instance.actions.append(.source(source))
      case .datagram(let plan): try datagram(plan, index)
      case .await: break
      default: throw CaseFault("a legacy server is asked by UDP: REG and LP")
      }
    }
    session.keep(model.registrations)
  }

  private mutating func datagram(_ plan: PacketPlan, _ step: Int) throws {
    let start = instance.buffer.count
    for party in plan.parties where party != plan.sender { _ = session.user(.sender(party)) }
    let own = session.user(.sender(plan.sender), registeringFrom: plan.isPlainRegistration ? source : nil)
    let request = try request(plan, own)
    let requestID = append(request)
    let range = start..<instance.buffer.count
    instance.packets.append(SentPacket(range: range, connection: -1, type: plan.type, step: step, index: 0))
    let answer = model.take(request)
    instance.packets[instance.packets.count - 1].checks = answer.checks
    instance.packets[instance.packets.count - 1].requirement = Self.requirement(plan.type, answer.checks)
    instance.actions.append(.datagram(range))
    owe(request, answer, requestID)
    instance.actions.append(.awaitDatagrams(instance.expected.count))
  }

  private func request(_ plan: PacketPlan, _ own: ServerUser) throws(CaseFault) -> ServerModel.Request {
    guard plan.type == .registration || plan.type == .lookup else { throw CaseFault("a legacy server is asked by UDP: REG and LP") }
    var request = ServerModel.Request(type: plan.type, userID: own.id, source: source)
    if plan.type == .lookup { request.otherID = own.id }
    for change in plan.changes {
      switch change {
      case .set("user_id", .party(let party)): request.userID = session.standIn.id(party, own: own.id)
      case .set("lookup_id", .party(let party)) where plan.type == .lookup: request.otherID = session.standIn.id(party, own: own.id)
      case .time: break
      default: throw CaseFault("what that change deserves of a legacy server is not known; change the IDs")
      }
    }
    return request
  }

  /// Gives the lower half of the request ID.
  private mutating func append(_ request: ServerModel.Request) -> UInt64 {
    let (high, low) = (session.standIn.random.next(), session.standIn.random.next())
    let requestID = Identifier(high: high, low: low)
    instance.buffer += [1, request.type.rawValue]
    if request.type == .registration {
      packets.append(request.userID, to: &instance.buffer)
      packets.append(requestID, to: &instance.buffer)
    } else {
      packets.append(session.standIn.actor(.friend).nextTime(), 8, to: &instance.buffer)
      packets.append(requestID, to: &instance.buffer)
      packets.append(request.userID, to: &instance.buffer)
      packets.append(request.otherID, to: &instance.buffer)
    }
    return low
  }

  /// The answer to an LP has the two IDs the other way round.
  private mutating func owe(_ request: ServerModel.Request, _ answer: ServerModel.Answer, _ requestID: UInt64) {
    let isLookup = request.type == .lookup
    var reply = ExpectedReply(isLookup ? .lookup : .registration, status: Self.status(request.type, answer.checks))
    (reply.id, reply.other) = isLookup ? (request.otherID, request.userID) : (request.userID, .zero)
    (reply.requestID, reply.connection, reply.packet) = (isLookup ? requestID : 0, -1, instance.packets.count - 1)
    if reply.status == 0, let found = answer.found { reply.place = ExpectedPlace(source: found.source, isStream: true) }
    instance.expected.append(reply)
  }

  private static func status(_ type: PacketType, _ checks: ServerChecks) -> UInt8 {
    if type == .registration { return checks.contains(.zeroUser) ? 2 : checks.contains(.collision) ? 1 : 0 }
    if checks.contains(.zeroLookup) { return 2 }
    if !checks.isDisjoint(with: [.zeroUser, .unregistered, .otherSource]) { return 3 }
    return checks.contains(.unknown) ? 1 : 0
  }

  private static func requirement(_ type: PacketType, _ checks: ServerChecks) -> String {
    switch (type, status(type, checks)) {
    case (.registration, 2): "L/server.reg-zero"
    case (.registration, 1): "L/server.collision"
    case (.registration, _): "L/server.reg"
    case (_, 1): "L/server.unknown"
    case (_, 2): "L/server.lookup-zero"
    case (_, 3): "L/server.requestor"
    default: "L/server.found"
    }
  }
}

/// For a bootstrap server of the legacy dialect.
public final class LegacyServerExaminer: Examiner {
  private var forge: LegacyServerForge

  public init(_ session: BootstrapSession) { forge = LegacyServerForge(session) }

  public func make(_ given: Case, checksAlive: Bool, into out: inout Instance) throws { try forge.make(given, into: &out) }
  public func isAsOwed(_ instance: Instance, _ seen: Observation) -> Bool { difference(instance, seen) == nil }
  public func mismatch(_ given: Case, _ instance: Instance, _ seen: Observation) -> Mismatch? { difference(instance, seen) }

  private func difference(_ instance: Instance, _ seen: Observation) -> Mismatch? {
    if let death = seen.death { return Mismatch("6.2/crash", .crash, expected: .other("the server goes on"), observed: .other(death), packet: nil) }
    for (index, expected) in instance.expected.enumerated() {
      let owed = Self.outcome(expected)
      let requirement = instance.packets[expected.packet].requirement
      guard index < seen.replies.count else { return Mismatch(requirement, .noReply, expected: owed, observed: .silence, packet: expected.packet) }
      let reply = seen.replies[index]
      guard let answer = LegacyServerAnswer(seen, reply), answer.type == expected.form.type else {
        return Mismatch(requirement, .wrongEcho, expected: owed, observed: .other("another packet, or none"), packet: expected.packet)
      }
      if let kind = answer.fault(expected, seen.places) {
        return Mismatch(requirement, kind, expected: owed, observed: .reply(answer.type.shortName ?? "?", status: answer.status), packet: expected.packet)
      }
    }
    guard seen.replies.count > instance.expected.count, let last = instance.expected.last else { return nil }
    let name = instance.packets[last.packet].requirement
    return Mismatch(name, .wrongEcho, expected: .silence, observed: .other("one answer too many"), packet: last.packet)
  }

  private static func outcome(_ expected: ExpectedReply) -> Outcome { .reply(expected.form.type.shortName ?? "?", status: expected.status) }
}

/// An answer of a legacy server taken apart.
private struct LegacyServerAnswer {
  var type: PacketType
  var status: UInt8 = 0
  var userID = Identifier.zero
  var lookupID = Identifier.zero
  var requestID: UInt64 = 0
  var address: UInt64 = 0

  init?(_ seen: Observation, _ reply: Reply) {
    guard !reply.isGarbage else { return nil }
    let bytes = Array(seen.received[reply.range])
    type = PacketType(rawValue: 0)
    let isRead = bytes.withUnsafeBytes { read($0) }
    if !isRead { return nil }
  }

  private mutating func read(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let view = PacketView(framed: bytes, .legacy) else { return false }
    type = view.type
    switch view.layout {
    case .legacyRegistrationResponse: (status, userID) = (view[LegacyRegistrationResponse.status], view[LegacyRegistrationResponse.userID])
    case .legacyLookupResponse:
      (status, userID) = (view[LegacyLookupResponse.status], view[LegacyLookupResponse.userID])
      (lookupID, requestID) = (view[LegacyLookupResponse.lookupID], view[LegacyLookupResponse.requestID].low)
      let start = LegacyLookupResponse.address.offset
      address = bytes[start..<(start + 4)].reduce(0) { $0 << 8 | UInt64($1) }
    default: return false
    }
    return true
  }

  func fault(_ expected: ExpectedReply, _ places: [Place]) -> FindingKind? {
    guard status == expected.status else { return expected.status == 0 ? .rejectedValid : status == 0 ? .acceptedMalformed : .wrongError }
    guard userID == expected.id, lookupID == expected.other, requestID == expected.requestID else { return .wrongEcho }
    // Where nobody was found, the authors' server writes a random address.
    guard status == 0, let wanted = expected.place, let place = places.first(where: { $0.source == wanted.source }) else { return nil }
    return address == place.endpoint.low & 0xffff_ffff ? nil : .wrongEcho
  }
}
