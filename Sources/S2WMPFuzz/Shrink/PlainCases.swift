import S2WMPWire

/// The plainest cases of a requirement: when a target keeps it, they all pass.
enum PlainCases {
  /// In the order in which they are tried; none for a requirement that needs no telling apart from others.
  static func of(_ requirement: String) -> [Case] {
    connections[requirement] ?? framing[requirement] ?? checks[requirement] ?? requests[requirement] ?? PlainServerCases.of(requirement)
  }

  private static func m(_ changes: Change..., from sender: Sender = .friend) -> PacketPlan { PacketPlan(.message, from: sender, changes) }
  private static func sc(_ changes: Change..., from sender: Sender = .friend) -> PacketPlan { PacketPlan(.statusChange, from: sender, changes) }
  private static func cr(_ changes: Change..., from sender: Sender = .friend) -> PacketPlan { PacketPlan(.chatRequest, from: sender, changes) }
  private static func ic(_ changes: Change...) -> PacketPlan { PacketPlan(.idChange, from: .mover, changes) }
  private static func one(_ plans: PacketPlan...) -> Case { Case([.send(plans, .whole)]) }
  private static func number(_ field: String, _ value: UInt64) -> Change { .set(field, .number(value)) }
  private static func id(_ field: String, _ party: Party = .nobody) -> Change { .set(field, .party(party)) }

  private static let connections: [String: [Case]] = [
    "4/tcp.many-packets": [Case([.send([sc()], .whole), .await, .send([sc()], .whole)])],
    "4/tcp.pipelined": [one(sc(), sc())],
    "6.1/accept.sc": [one(sc())],
    "6.1/accept.m": [one(m())],
    "6.1/bpm.any": [Case([.datagram(PacketPlan(.broadcastPeer))])],
    // More bytes than any fixed part of a packet has: whoever waits for more never answers.
    "6.1/1.answer": [Case([.noise([UInt8](repeating: 0xff, count: 128))])],
    "6.1/1.close": [Case([.noise([UInt8](repeating: 0xff, count: 128))])],
    "4/framed.resynchronise": [Case([.noise([0xff]), .send([sc()], .whole)])],
  ]

  private static let framing: [String: [Case]] = [
    "6.1/1.version": [one(sc(number("version", 2))), one(sc(number("version", 0)))],
    "6.1/1.key-length": [one(cr(.key(.garbage(8193)))), one(ic(.key(.garbage(8193))))],
    "6.1/1.name-length": [one(cr(.set("name", .bytes([UInt8](repeating: 0x6e, count: 256)))))],
  ]

  private static let checks: [String: [Case]] = [
    "3.1/undefined": [one(m(number("undefined", 1))), one(sc(number("undefined", 1)))],
    "6.1/2.status": [one(sc(number("status", 4))), one(m(number("status", 4)))],
    "6.1/2.sc-length": [one(sc(number("length", 1), .append([0x2e])))],
    "6.1/2.m-length": [one(m(.body(.short(0))))],
    "6.1/2.ic-key": [one(ic(.key(.garbage(44))))],
    "6.1/3.receiver": [one(sc(id("receiver_id")))],
    "6.1/3.sender": [one(sc(id("sender_id"))), one(sc(from: .stranger))],
    "6.1/3.client": [one(sc(.client(.program("other"))))],
    "6.1/4.body": [one(m(.body(.bit(-1))))],
    "6.1/5.hash": [one(sc(.hash(.zero))), one(m(.hash(.zero)))],
    "6.1/6.utf8": [one(m(.text(.bytes([0xff]))))],
    "6.1/empty": [one(m(.text(.letters(0))))],
    "6.1/deliver": [one(m())],
    "6.1/duplicate.late": [one(m(), m(.time(.late)))],
    "6.1/duplicate.ack": [one(m(), m(.time(.again)))],
    "6.1/duplicate.deliver": [one(m(), m(.time(.again)))],
    "6.1/sc.applied": [one(sc(), sc(number("status", 1)))],
    "6.1/sc.stale": [one(sc(), sc(number("status", 1), .time(.late)))],
  ]

  private static let requests: [String: [Case]] = [
    "6.1/cr.name": [one(cr(.set("name", .bytes([0x0a]))))],
    "6.1/cr.name-next": [one(cr(.set("name", .bytes([0x0a]))), sc())],
    "6.1/cr.user-id": [one(cr(id("user_id")))],
    "6.1/cr.id": [one(cr(id("requestor_id")))],
    "6.1/cr.key": [one(cr(.key(.garbage(44))))],
    "6.1/cr.again": [one(cr())],
    "6.1/cr.order": [one(cr(.key(.garbage(44)), id("user_id"))), one(cr(.key(.garbage(44)), id("requestor_id")))],
    // An ID that was taken cannot be taken again.
    "6.1/3.ic-new-id": [one(ic(id("new_id")))] + [0x5a, 0xa5].map { one(ic(.set("new_id", .bytes([UInt8](repeating: $0, count: 16))))) },
    "6.1/ic.again": [one(ic(), ic(.time(.again)))],
    "6.1/3.ic-client": [one(ic(.client(.program("other"))))],
  ]

  /// More basic requirements that a target may break instead when one seems to be broken, the most basic first.
  static func basics(of requirement: String) -> [String] {
    if let known = table[requirement] ?? PlainServerCases.basics[requirement] { return known }
    if requirement.hasPrefix("6.1/hang") { return answering }
    if requirement.hasPrefix("6.1/1.") { return ["4/framed.resynchronise"] }
    if requirement.hasPrefix("3.6/") || requirement.hasPrefix("6.1/bpm") { return ["6.1/bpm.any"] }
    return []
  }

  private static let answering = ["6.1/accept.sc", "4/tcp.many-packets", "4/tcp.pipelined"]
  private static let fields = ["3.1/undefined", "6.1/2.status", "6.1/2.sc-length", "6.1/2.m-length"]
  private static let senders = ["6.1/3.receiver", "6.1/3.sender", "6.1/3.client"]
  private static let contents = ["6.1/4.body", "6.1/5.hash", "6.1/6.utf8"]
  private static let asking = ["6.1/cr.name", "6.1/cr.user-id", "6.1/cr.id", "6.1/cr.key"]

  private static let table: [String: [String]] = [
    "4/framed.at-once": ["4/tcp.pipelined"],
    "4/answer": answering,
    "6.1/accept.sc": answering,
    "6.1/accept.m": answering,
    "4/tcp.pipelined": ["6.1/accept.sc", "4/tcp.many-packets"],
    "4/tcp.order": answering,
    "4/tcp.ignored": answering,
    "4/framed.resynchronise": ["6.1/1.close"],
    "6.1/2.order": fields + ["6.1/2.ic-key"],
    "6.1/3.order": fields + senders,
    "6.1/4.order": fields + senders + contents,
    "6.1/5.order": ["3.1/undefined"] + contents,
    "6.1/5.error": ["3.1/undefined", "6.1/empty"],
    "6.1/5.hash": ["3.1/undefined", "6.1/empty"],
    "6.1/4.body": ["3.1/undefined"],
    "6.1/3.client": ["3.1/undefined", "6.1/3.sender"],
    "6.1/3.client-error": ["3.1/undefined", "6.1/3.sender", "6.1/3.client"],
    "6.1/3.sender": ["3.1/undefined"],
    "6.1/3.receiver": ["3.1/undefined"],
    "6.1/3.sender-me": ["3.1/undefined", "6.1/3.sender"],
    "5.3/bound": ["3.1/undefined", "6.1/2.status", "6.1/3.sender", "6.1/3.client"],
    "6.1/3.ic-new-id": ["6.1/3.sender"],
    "6.1/3.ic-client": ["6.1/3.sender", "6.1/3.client", "6.1/3.ic-new-id"],
    "6.1/3.ic-user-id": ["6.1/3.sender", "6.1/3.ic-client"],
    "6.1/3.ic-taken": ["6.1/3.sender", "6.1/3.ic-new-id"],
    "6.1/cr.name-next": answering + ["6.1/cr.name"],
    "6.1/cr.order": asking,
    "6.1/cr.id": ["6.1/cr.order"],
    "6.1/cr.own-id": ["6.1/cr.order", "6.1/cr.id"],
    "6.1/duplicate.ack": ["6.1/accept.m"],
    "6.1/duplicate.late": ["6.1/accept.m"],
    "6.1/deliver": ["6.1/duplicate.late"],
    "6.1/sc.stale": ["6.1/sc.applied"],
    "6.1/sc.again": ["6.1/accept.sc"],
  ]
}
