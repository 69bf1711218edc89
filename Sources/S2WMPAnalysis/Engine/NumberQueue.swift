/// Conversations of ours that have no number yet, the one with the earliest first frame in front: a binary heap, as there may be tens of thousands.
struct NumberQueue {
  private var heap: [UnsafeMutablePointer<Conversation>] = []

  mutating func add(_ conversation: UnsafeMutablePointer<Conversation>) {
    heap.append(conversation)
    var at = heap.count - 1
    while at > 0, order(at) < order((at - 1) / 2) {
      heap.swapAt(at, (at - 1) / 2)
      at = (at - 1) / 2
    }
  }

  /// Takes out the front one if its first frame is not behind `frame`.
  mutating func take(upTo limit: UInt64) -> UnsafeMutablePointer<Conversation>? {
    guard let first = heap.first, first.pointee.firstFrame <= limit, let last = heap.popLast() else { return nil }
    if !heap.isEmpty {
      heap[0] = last
      sink()
    }
    return first
  }

  private mutating func sink() {
    var at = 0
    while at * 2 + 1 < heap.count {
      var child = at * 2 + 1
      if child + 1 < heap.count, order(child + 1) < order(child) { child += 1 }
      if order(at) <= order(child) { return }
      heap.swapAt(at, child)
      at = child
    }
  }

  private func order(_ index: Int) -> (UInt64, UInt32) { (heap[index].pointee.firstFrame, heap[index].pointee.serial) }
}
