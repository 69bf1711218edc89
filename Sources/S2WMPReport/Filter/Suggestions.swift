/// Names that may have been meant.
package enum Suggestions {
  /// Longest word that is compared at all.
  private static let longest = 64

  /// At most three names, the nearest first; none when nothing is near.
  package static func nearest(to word: String, among names: [String]) -> [String] {
    guard word.utf8.count <= longest else { return [] }
    let wanted = Array(word.lowercased().utf8)
    let limit = max(1, wanted.count / 3)
    var best: [(distance: Int, name: String)] = []
    for name in names where abs(name.utf8.count - wanted.count) <= limit {
      let distance = distance(wanted, Array(name.lowercased().utf8))
      if distance <= limit { best.append((distance, name)) }
    }
    return best.sorted { ($0.distance, $0.name.utf8.count, $0.name) < ($1.distance, $1.name.utf8.count, $1.name) }.prefix(3).map(\.name)
  }

  /// Edits (insert, delete, replace, swap neighbours) that turn one into the other.
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var older = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1] + [Int](repeating: 0, count: b.count)
      for j in 0..<b.count {
        row[j + 1] = min(previous[j + 1] + 1, row[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { row[j + 1] = min(row[j + 1], older[j - 1] + 1) }
      }
      older = previous
      previous = row
    }
    return previous[b.count]
  }
}
