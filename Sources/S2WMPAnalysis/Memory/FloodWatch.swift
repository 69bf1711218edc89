import S2WMPFlow

/// Counts requests to bootstrap servers by source address: more than 50 in one second is a flood.
struct FloodWatch {
  static let allowed = 50
  private static let second: Int64 = 1_000_000_000
  /// Sources of a generation: after so many the ones that were silent meanwhile are forgotten.
  static let generation = 1024

  private struct Source {
    /// Times of the last 51 requests, a ring.
    var times: [Int64] = []
    var next = 0
    var lastFinding: Int64 = .min
  }

  private struct Address: Hashable {
    var high: UInt64
    var low: UInt64
  }

  /// Those that were heard since the last change of generations, and the others of the one before.
  private var (young, old): ([Address: Source], [Address: Source]) = ([:], [:])

  var sourceCount: Int { young.count + old.count }

  /// True when this request is the one to report: the first over the limit, then one a second.
  mutating func isFlood(from endpoint: Endpoint, at time: CaptureTime) -> Bool {
    guard !time.isNone else { return false }
    let address = Address(high: endpoint.high, low: endpoint.low)
    if young[address] == nil { makeYoung(address) }
    return note(&young[address, default: Source()], time.nanoseconds)
  }

  private mutating func makeYoung(_ address: Address) {
    if young.count >= Self.generation {
      swap(&young, &old)
      young.removeAll(keepingCapacity: true)
    }
    young[address] = old.removeValue(forKey: address) ?? Source()
  }

  private func note(_ source: inout Source, _ now: Int64) -> Bool {
    guard source.times.count > Self.allowed - 1 else {
      source.times.append(now)
      return false
    }
    let oldest = source.times[source.next]
    source.times[source.next] = now
    source.next = (source.next + 1) % Self.allowed
    guard now &- oldest < Self.second else { return false }
    guard source.lastFinding == .min || now &- source.lastFinding >= Self.second else { return false }
    source.lastFinding = now
    return true
  }
}
