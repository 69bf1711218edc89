import S2WMPReport

/// Which packets of the history are shown, in order: all, or those that match a filter.
struct PacketList {
  /// Nil: all of the history.
  private(set) var filter: DisplayFilter?
  private var matches = Queue<UInt64>()
  private var begin: UInt64 = 0
  private var end: UInt64 = 0

  var count: Int { filter == nil ? Int(end - begin) : matches.count }

  /// The serial at a position that exists.
  subscript(index: Int) -> UInt64 { filter == nil ? begin + UInt64(index) : matches[index] }

  var last: UInt64? { count == 0 ? nil : self[count - 1] }

  /// The position of a serial, or of the next one that is shown; `count` when there is none.
  func index(atOrAfter serial: UInt64) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < serial { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Looks at all packets again.
  mutating func apply(_ filter: DisplayFilter?, to history: PacketHistory) {
    self.filter = filter
    (begin, end) = (history.begin, history.begin)
    matches.removeAll()
    update(from: history)
  }

  /// Takes in what the history gained and lost.
  mutating func update(from history: PacketHistory) {
    if let filter {
      for serial in max(end, history.begin)..<max(history.end, history.begin) {
        if history[serial]?.withDissection(filter.matches) == true { matches.append(serial) }
      }
      while let oldest = matches.first, oldest < history.begin { matches.removeFirst() }
    }
    (begin, end) = (history.begin, history.end)
  }
}
