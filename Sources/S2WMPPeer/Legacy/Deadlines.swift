/// What is waited for, and until when: a binary heap in which cancelled entries stay until they surface.
struct Deadlines<Key: Hashable> {
  private var current: [Key: UInt64] = [:]
  private var heap: [(at: UInt64, key: Key)] = []

  /// The earliest, in monotonic nanoseconds.
  var next: UInt64? { current.isEmpty ? nil : heap.first?.at }

  /// Sets or moves a deadline.
  mutating func set(_ key: Key, at moment: UInt64) {
    current[key] = moment
    heap.append((moment, key))
    siftUp()
    if heap.count > 64 && heap.count > current.count * 4 { rebuild() }
  }

  mutating func cancel(_ key: Key) {
    guard current.removeValue(forKey: key) != nil else { return }
    dropStale()
  }

  /// The earliest that is due, once.
  mutating func takeDue(at now: UInt64) -> Key? {
    dropStale()
    guard let first = heap.first, first.at <= now else { return nil }
    current[first.key] = nil
    dropStale()
    return first.key
  }

  /// Keeps the first entry of the heap a valid one.
  private mutating func dropStale() {
    while let first = heap.first, current[first.key] != first.at {
      heap.swapAt(0, heap.count - 1)
      heap.removeLast()
      siftDown()
    }
  }

  private mutating func rebuild() {
    let kept = current.map { (at: $0.value, key: $0.key) }
    heap = kept.sorted { $0.at < $1.at }
  }

  private mutating func siftUp() {
    var child = heap.count - 1
    while child > 0, heap[child].at < heap[(child - 1) / 2].at {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
    dropStale()
  }

  private mutating func siftDown() {
    var parent = 0
    while true {
      var least = parent
      for child in [parent * 2 + 1, parent * 2 + 2] where child < heap.count && heap[child].at < heap[least].at { least = child }
      if least == parent { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
