import Glibc

/// How far a long file was read, on a terminal that shows nothing else.
struct Progress {
  private static let interval = 0.25
  private let isShown = StandardError.isTerminal && !StandardOutput.isTerminal
  private let start = Self.now()
  private var last = 0.0
  private var wasShown = false

  mutating func update(_ path: String, _ read: UInt64, of total: UInt64?) {
    guard isShown else { return }
    let now = Self.now()
    guard now - start > 1, now - last > Self.interval else { return }
    last = now
    wasShown = true
    let share = total.flatMap { $0 > 0 ? " \(read * 100 / $0)%" : nil } ?? ""
    let rate = Double(read) / (now - start) / 1_000_000
    StandardError.write("\r\u{1b}[K\(path):\(share) \(read / 1_000_000) MB, \(Int(rate)) MB/s")
  }

  mutating func clear() {
    if wasShown { StandardError.write("\r\u{1b}[K") }
    wasShown = false
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
