extension Instance {
  /// Sends a burst of packets in as many writes as the cuts say.
  ///
  /// - ends: where each packet ends in the buffer.
  mutating func write(_ range: Range<Int>, _ cuts: Cuts, _ ends: [Int], connection: Int) {
    if cuts == .whole {
      if !range.isEmpty { actions.append(.send(range, connection: connection)) }
      return
    }
    var points: [Int]
    switch cuts {
    case .whole: points = []
    case .packets: points = ends
    case .every(let count): points = Array(stride(from: range.lowerBound + max(1, count), to: range.upperBound, by: max(1, count)))
    case .at(let offsets): points = offsets.map { range.lowerBound + max(0, $0) }.filter { $0 < range.upperBound }.sorted()
    }
    points.append(range.upperBound)
    var from = range.lowerBound
    for point in points where point > from {
      actions.append(.send(from..<point, connection: connection))
      from = point
    }
  }
}
