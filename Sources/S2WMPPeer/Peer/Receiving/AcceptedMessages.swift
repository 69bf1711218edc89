/// Which messages of one friend were accepted: the latest by their `datetime`, so that the store is asked for older ones only (S2WMP wire format, section 6.1).
///
/// What the present call accepted is in here as well; the store does not know it yet.
struct AcceptedMessages {
  /// Ascending.
  private var latest: [UInt64] = []
  /// Accepted ones above it are in `latest`; nil: all of them are.
  private var floor: UInt64?
  /// What was accepted before the peer started is in here, too.
  private(set) var isLoaded = false

  /// So many are kept at most; then half of them go, the earliest first.
  static let limit = 256

  /// Nil: only the store knows.
  func contains(_ datetime: UInt64) -> Bool? {
    let index = index(of: datetime)
    if index < latest.count, latest[index] == datetime { return true }
    guard isLoaded else { return nil }
    return floor.map { datetime > $0 } ?? true ? false : nil
  }

  mutating func insert(_ datetime: UInt64) {
    let index = index(of: datetime)
    if index < latest.count, latest[index] == datetime { return }
    latest.insert(datetime, at: index)
    shrink()
  }

  /// - stored: the latest that the store knows, in any order. As many as were asked for: there may be earlier ones.
  mutating func load(_ stored: [UInt64], of asked: Int) {
    isLoaded = true
    if stored.count >= asked, let earliest = stored.min() { floor = max(floor ?? 0, earliest) }
    for datetime in stored { insert(datetime) }
  }

  private mutating func shrink() {
    guard latest.count > Self.limit else { return }
    let gone = latest.count - Self.limit / 2
    floor = max(floor ?? 0, latest[gone - 1])
    latest.removeFirst(gone)
  }

  /// Where it stands or would stand: nearly always near the end.
  private func index(of datetime: UInt64) -> Int {
    var (low, high) = (0, latest.count)
    while low < high {
      let middle = (low + high) / 2
      if latest[middle] < datetime { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
