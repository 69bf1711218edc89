import S2WMPFlow

/// Counts requests to bootstrap servers by source address: more than 50 in one second is a flood.
struct FloodWatch {
  static let allowed = 50
  private static let second: Int64 = 1_000_000_000
  private static let maximumSources = 1024

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

  private var sources: [Address: Source] = [:]

  /// True when this request is the one to report: the first over the limit, then one a second.
  mutating func isFlood(from endpoint: Endpoint, at time: CaptureTime) -> Bool {
    guard !time.isNone else { return false }
    let address = Address(high: endpoint.high, low: endpoint.low)
    if sources[address] == nil && sources.count >= Self.maximumSources { forgetQuiet(now: time.nanoseconds) }
    return note(&sources[address, default: Source()], time.nanoseconds)
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

  /// Sources that were silent for a second need not be remembered; when all are busy, all are forgotten.
  private mutating func forgetQuiet(now: Int64) {
    sources = sources.filter { source in
      let newest = source.value.times.max() ?? .min
      return now &- newest < Self.second
    }
    if sources.count >= Self.maximumSources { sources.removeAll() }
  }
}
