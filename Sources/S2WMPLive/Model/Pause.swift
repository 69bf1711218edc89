/// What waits while the screen stands still. Bounded like the history: what it would lose then is given up now.
struct Pause {
  private(set) var held = Queue<LivePacket>()
  private var bytes = 0
  /// Packets that came since, the given up ones included.
  private(set) var count: UInt64 = 0
  var facts: LiveFacts?

  mutating func hold(_ packets: [LivePacket], limit: Int, byteLimit: Int) {
    for packet in packets {
      held.append(packet)
      bytes += packet.cost
      count &+= 1
      while held.count > limit || bytes > byteLimit && held.count > 1 {
        bytes -= held.first?.cost ?? 0
        held.removeFirst()
      }
    }
  }
}
