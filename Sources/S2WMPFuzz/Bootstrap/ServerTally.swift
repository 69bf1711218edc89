import S2WMPWire

/// How many cases bore on each requirement of section 6.2, and of section 4 for servers.
struct ServerTally {
  /// By what decides about a packet, and its type.
  private var kinds: [Kind: Int] = [:]
  /// Of packets that say themselves which requirement decides.
  private var named: [String: Int] = [:]
  private var floods = 0
  private var pipelined = 0

  private struct Kind: Hashable {
    var checks: ServerChecks
    var type: PacketType
  }

  mutating func take(_ instance: Instance) {
    for packet in instance.packets where packet.step >= 0 {
      if packet.requirement.isEmpty {
        kinds[Kind(checks: packet.checks, type: packet.type), default: 0] += 1
      } else {
        named[packet.requirement, default: 0] += 1
      }
    }
    if instance.expected.last?.isOverRate ?? false { floods += 1 }
    if instance.packets.count > 1, instance.packets[0].connection >= 0 { pipelined += 1 }
  }

  var counts: [String: Int] {
    var counts = named
    for (kind, count) in kinds {
      counts[kind.checks.requirement(kind.type), default: 0] += count
      guard !kind.checks.later.isEmpty, kind.checks.first.rawValue >= ServerChecks.zeroUser.rawValue else { continue }
      counts[ServerChecks.order(kind.type), default: 0] += count
    }
    if floods > 0 { for name in ["exceeded", "silence"] { counts["6.2/rate.\(name)"] = floods } }
    if pipelined > 0 { counts["4/server.pipelined"] = pipelined }
    return counts
  }
}
