import S2WMPWire

/// What a timer is for.
enum TimerKey: Hashable {
  /// A stall inside a packet.
  case connection(ConnectionID)
  /// An ACK, a connection or the next try to reach a friend, by the friend's serial number.
  case friend(UInt64)
  /// The answer to a datagram, by its `request_id`.
  case inquiry(UInt64)
  /// The answer to a chat request.
  case addition(Identifier)
  case registration
}

/// When what is due: at most one moment a key.
///
/// Setting a timer later, or cancelling it, leaves its entry in the heap; whoever comes to the entry looks at `moments` for what is true. So a timer that is
/// moved with every packet costs a dictionary access, and the heap holds one entry a key.
struct Timers<Key: Hashable> {
  private struct Moment {
    var wanted: UInt64?
    /// The earliest entry of this key in the heap.
    var queued: UInt64
  }

  private struct Entry {
    var due: UInt64
    var key: Key
  }

  private var moments: [Key: Moment] = [:]
  private var heap: [Entry] = []

  mutating func set(_ key: Key, at due: UInt64) {
    if let moment = moments[key], moment.queued <= due {
      moments[key] = Moment(wanted: due, queued: moment.queued)
    } else {
      moments[key] = Moment(wanted: due, queued: due)
      push(Entry(due: due, key: key))
    }
  }

  mutating func cancel(_ key: Key) {
    moments[key]?.wanted = nil
  }

  /// The earliest moment for which something is wanted.
  mutating func next() -> UInt64? {
    while let first = heap.first {
      guard let moment = moments[first.key], moment.queued == first.due else {
        pop()
        continue
      }
      if moment.wanted == first.due { return first.due }
      pop()
      requeue(first.key, moment)
    }
    return nil
  }

  /// Takes one key that is due.
  mutating func popDue(_ now: UInt64) -> Key? {
    guard let due = next(), due <= now, let key = heap.first?.key else { return nil }
    pop()
    moments[key] = nil
    return key
  }

  private mutating func requeue(_ key: Key, _ moment: Moment) {
    guard let wanted = moment.wanted else {
      moments[key] = nil
      return
    }
    moments[key] = Moment(wanted: wanted, queued: wanted)
    push(Entry(due: wanted, key: key))
  }

  private mutating func push(_ entry: Entry) {
    heap.append(entry)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if heap[parent].due <= heap[child].due { return }
      heap.swapAt(parent, child)
      child = parent
    }
  }

  private mutating func pop() {
    guard let last = heap.popLast(), !heap.isEmpty else { return }
    heap[0] = last
    var parent = 0
    while true {
      var smallest = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].due < heap[smallest].due { smallest = child }
      if smallest == parent { return }
      heap.swapAt(parent, smallest)
      parent = smallest
    }
  }
}
