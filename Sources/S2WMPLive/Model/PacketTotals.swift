/// All packets that were ever received, kept or not.
struct PacketTotals {
  private(set) var packets: UInt64 = 0
  private(set) var warnings: UInt64 = 0
  private(set) var errors: UInt64 = 0

  mutating func count(_ packet: LivePacket) {
    packets &+= 1
    switch packet.findings.worst {
    case .error: errors &+= 1
    case .warning: warnings &+= 1
    default: break
    }
  }
}

/// Packets in a second, measured over one or two.
struct RateMeter {
  private(set) var perSecond: UInt64 = 0
  private var mark: (time: UInt64, count: UInt64)?

  mutating func note(_ count: UInt64, at now: UInt64) {
    guard let last = mark else { return mark = (now, count) }
    let span = now &- last.time
    guard now > last.time, span >= 1_000_000_000 else { return }
    perSecond = UInt64(Double(count &- last.count) * 1e9 / Double(span) + 0.5)
    mark = (now, count)
  }
}
