import S2WMPWire

/// The plainest cases of requirements for bootstrap servers, and what they rest on.
enum PlainServerCases {
  static func of(_ requirement: String) -> [Case] { cases[requirement]?.map { Case(role: .bootstrap, $0) } ?? [] }

  private static let reg = PacketPlan(.registration)
  private static let other = PacketPlan(.registration, from: .other)

  private static func find(_ party: Party, from sender: Sender = .friend) -> Step {
    .datagram(PacketPlan(.lookup, from: sender, [.set("lookup_id", .party(party))]))
  }

  private static let cases: [String: [[Step]]] = [
    "4/server.unframed": [[.noise([0xff])]],
    "6.2/reg.stored": [[.datagram(reg)]],
    "6.2/reg.zero": [[.datagram(PacketPlan(.registration, [.set("user_id", .party(.zero))]))]],
    "6.2/reg.expiry": [[.datagram(reg), .pause(.lifetime, percent: ServerLimits.longestPause), .datagram(PacketPlan(.lookup))]],
    "6.2/reg.refresh": [[.datagram(reg), .pause(.lifetime, percent: 60), .datagram(reg), .pause(.lifetime, percent: 60), .datagram(PacketPlan(.lookup))]],
    "6.2/reg.collision": [[.datagram(reg), .source(1), .datagram(reg)]],
    "6.2/lp.found": [[.datagram(reg), find(.friend)]],
    "6.2/lp.zero-lookup": [[.datagram(reg), find(.zero)]],
    "6.2/lp.unregistered": [[.datagram(reg), find(.friend, from: .stranger)]],
    "6.2/lp.other-source": [[.datagram(reg), .source(1), .datagram(other), find(.other)]],
    "6.2/ic.id": [[.datagram(reg), .datagram(PacketPlan(.idChange, [.set("new_id", .party(.nobody))]))]],
    "6.2/ic.unregistered": [[.datagram(PacketPlan(.idChange))]],
    "6.2/ic.other-source": [[.datagram(reg), .source(1), .datagram(PacketPlan(.idChange))]],
    "6.2/ic.moved": [[.datagram(reg), .datagram(PacketPlan(.idChange))]],
    "6.2/rate.exceeded": [BootstrapGenerator.flood(.own)],
    "6.2/bsm.answer": [[.datagram(PacketPlan(.broadcastServer))]],
  ]

  /// More basic requirements that a server may break instead, the most basic first.
  static let basics: [String: [String]] = [
    "4/server.half-close.inside": ["4/server.unframed"],
    "4/server.read-timeout": ["4/server.unframed"],
    "6.2/lp.order": ["6.2/lp.zero-lookup", "6.2/lp.unregistered", "6.2/lp.other-source"],
    "6.2/lp.other-source": ["6.2/lp.unregistered"],
    "6.2/lp.unknown": ["6.2/lp.found"],
    "6.2/ic.order": ["6.2/ic.id", "6.2/ic.unregistered", "6.2/ic.other-source"],
    "6.2/ic.other-source": ["6.2/ic.unregistered"],
    "6.2/ic.collision": ["6.2/ic.moved"],
    "6.2/reg.refresh": ["6.2/reg.stored", "6.2/reg.collision", "6.2/lp.found"],
    "6.2/reg.expiry": ["6.2/reg.collision", "6.2/lp.unregistered", "6.2/lp.found"],
    "6.2/rate.silence": ["6.2/rate.exceeded"],
    "6.2/rate.ends": ["6.2/rate.exceeded"],
    "6.2/rate.not-extended": ["6.2/rate.exceeded"],
    "6.2/reg.collision-kept": ["6.2/reg.collision"],
    "6.2/reg.port": ["6.2/lp.found"],
  ]
}
