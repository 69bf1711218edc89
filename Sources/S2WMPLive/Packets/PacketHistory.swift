/// The last packets, by serial numbers that count from 0 and are never used twice. Bounded in number and in bytes.
struct PacketHistory {
  private var packets = Queue<LivePacket>()
  /// Serial of the oldest one kept.
  private(set) var begin: UInt64 = 0
  private var bytes = 0
  let limit: Int
  let byteLimit: Int

  init(limit: Int, byteLimit: Int) {
    self.limit = max(1, limit)
    self.byteLimit = byteLimit
  }

  /// Behind the serial of the newest one.
  var end: UInt64 { begin + UInt64(packets.count) }
  var count: Int { packets.count }
  var first: LivePacket? { packets.first }

  subscript(serial: UInt64) -> LivePacket? {
    guard serial >= begin, serial < end else { return nil }
    return packets[Int(serial - begin)]
  }

  /// The newest packet always stays.
  mutating func append(_ packet: LivePacket) {
    packets.append(packet)
    bytes += packet.cost
    while packets.count > limit || bytes > byteLimit && packets.count > 1 {
      bytes -= packets.first?.cost ?? 0
      packets.removeFirst()
      begin += 1
    }
  }
}
