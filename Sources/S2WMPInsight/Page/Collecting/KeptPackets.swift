import S2WMPAnalysis

/// The packets that the page shows in full, chosen while they go by: never many more than twice `limit` are held.
struct KeptPackets {
  let limit: Int
  private var packets: [KeptPacket] = []
  private var bytes = 0
  /// Once there are more than `limit`, what has no higher rank than this comes too late.
  private var lowest: KeptPacket.Rank?
  /// The latest packet of each of the first conversations.
  private var latest: [UInt32: KeptPacket] = [:]

  /// Beyond this many bytes, packets are kept in short.
  private static let mostBytes = 64 << 20
  private static let shortened = 512
  /// Conversations whose last packet is looked for.
  private static let mostConversations = 1024

  /// - windows: as many as there may be.
  init(limit: Int, windows: Int) {
    self.limit = max(0, limit)
    openings = UInt64(max(1, limit / max(1, windows) / 2))
  }

  func isOpening(_ ordinal: UInt64) -> Bool { TimeWindows.isOpening(ordinal, size: windowSize, openings: openings) }

  /// Whether a packet of that rank still finds a place; asked first, as making the copy takes time.
  func wants(_ rank: KeptPacket.Rank) -> Bool { limit > 0 && (lowest.map { rank > $0 } ?? true) }

  /// The packets with which each window begins: half of all.
  let openings: UInt64
  /// Packets of a window, as they are now.
  var windowSize: UInt64 = 1

  /// Bytes that may be kept of one packet.
  var room: Int { bytes > Self.mostBytes ? Self.shortened : KeptPacket.longest }

  mutating func add(_ packet: KeptPacket) {
    bytes += packet.bytes.count
    packets.append(packet)
    if packets.count >= 2 * limit + 64 { prune() }
  }

  /// Whether the end of that conversation is looked for.
  func followsEnd(of stream: UInt32) -> Bool { limit > 0 && (latest[stream] != nil || latest.count < min(Self.mostConversations, limit / 4)) }

  mutating func noteLatest(_ packet: KeptPacket) { latest[packet.stream] = packet }

  private mutating func prune() {
    guard packets.count > limit else { return }
    // Windows have become larger since: what began one may be in the midst of one now.
    for index in packets.indices where packets[index].rank == .opening && !isOpening(packets[index].ordinal) { packets[index].rank = .ordinary }
    packets.sort { $0.rank != $1.rank ? $0.rank > $1.rank : $0.ordinal < $1.ordinal }
    lowest = packets[..<limit].last?.rank
    packets.removeLast(packets.count - limit)
    bytes = packets.reduce(0) { $0 + $1.bytes.count }
  }

  /// The chosen ones, in the order in which they came.
  mutating func finish() -> [KeptPacket] {
    let known = Set(packets.map(\.ordinal))
    for packet in latest.values where !known.contains(packet.ordinal) { packets.append(packet) }
    latest = [:]
    prune()
    return packets.sorted { $0.ordinal < $1.ordinal }
  }
}
