import S2WMPWire

/// How many cases bore on each requirement.
struct RequirementTally {
  private(set) var counts: [String: Int] = [:]

  mutating func take(_ instance: Instance) {
    for packet in instance.packets where packet.step >= 0 {
      counts[packet.requirement.isEmpty ? Self.ofValid(packet.type) : packet.requirement, default: 0] += 1
    }
    if instance.packets.count > 1 { counts["4/tcp.pipelined", default: 0] += 1 }
  }

  mutating func add(_ requirement: String, _ count: Int = 1) { counts[requirement, default: 0] += count }

  private static func ofValid(_ type: PacketType) -> String {
    switch type {
    case .message: "6.1/accept.m"
    case .statusChange: "6.1/accept.sc"
    case .chatRequest: "6.1/cr.accept"
    case .idChange: "6.1/accept.ic"
    default: type.rawValue == 0 ? "6.1/1.answer" : "4/tcp.ignored"
    }
  }
}
