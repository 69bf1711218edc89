/// Values that lie in any of some closed ranges; finding one takes logarithmic time.
struct FilterRanges<Bound: Comparable & Sendable>: Sendable {
  /// Ordered, apart from each other.
  private var lows: [Bound] = []
  private var highs: [Bound] = []

  init(_ ranges: [ClosedRange<Bound>]) {
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = highs.last, range.lowerBound <= last {
        highs[highs.count - 1] = max(last, range.upperBound)
      } else {
        lows.append(range.lowerBound)
        highs.append(range.upperBound)
      }
    }
  }

  @inline(__always) func contains(_ value: Bound) -> Bool {
    if lows.count == 1 { return lows[0] <= value && value <= highs[0] }
    var first = 0
    var end = lows.count
    while first < end {
      let middle = (first + end) / 2
      if highs[middle] < value { first = middle + 1 } else { end = middle }
    }
    return first < lows.count && lows[first] <= value
  }
}
