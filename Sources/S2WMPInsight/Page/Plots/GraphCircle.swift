import Glibc
import S2WMPWire

/// Users in a circle, the same for the same capture: friends stand near each other as far as one pass can do that.
struct GraphCircle {
  private(set) var users: [Identifier]
  /// The most busy pair first.
  private(set) var ties: [PageGraph.Tie]
  let hiddenUsers: Int

  /// Few users need little room.
  var radius: Double { users.count <= 2 ? 60 : min(118, 46 + Double(users.count) * 6) }
  /// Room for names around them, long ones when they are turned.
  private var margin: Double { users.count <= 2 ? -24 : users.count > Self.mostUpright ? 72 : 28 }
  var height: Double { 2 * (radius + margin) }
  var centre: (x: Double, y: Double) { (220, radius + margin) }

  /// Of more users the names are turned, so that they fit.
  private static let mostUpright = 14

  init(_ table: ContactTable, most: Int) {
    var totals: [Identifier: UInt64] = [:]
    for (pair, contact) in table.contacts {
      totals[pair.from, default: 0] &+= contact.total
      totals[pair.to, default: 0] &+= contact.total
    }
    let busiest = totals.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }.map(\.key)
    hiddenUsers = max(0, busiest.count - most)
    users = Array(busiest.prefix(most))
    ties = []
    users = Self.ordered(users, Self.weights(table, users))
    ties = Self.ties(table, users)
  }

  private static func places(_ users: [Identifier]) -> [Identifier: Int] {
    Dictionary(users.enumerated().map { ($0.element, $0.offset) }) { first, _ in first }
  }

  /// How much users have to do with each other, in a square.
  private static func weights(_ table: ContactTable, _ users: [Identifier]) -> [[UInt64]] {
    let places = places(users)
    var weights = Array(repeating: Array(repeating: 0 as UInt64, count: users.count), count: users.count)
    for (pair, contact) in table.contacts {
      guard let a = places[pair.from], let b = places[pair.to] else { continue }
      weights[a][b] &+= contact.total
      weights[b][a] &+= contact.total
    }
    return weights
  }

  /// Beginning with the busiest, the next one is who has most to do with the one before, else with anybody placed.
  private static func ordered(_ users: [Identifier], _ weights: [[UInt64]]) -> [Identifier] {
    var left = Array(users.indices)
    var order: [Int] = []
    while !left.isEmpty {
      let next = left.enumerated().max { a, b in
        let (first, second) = (nearness(a.element, order, weights), nearness(b.element, order, weights))
        return first != second ? first < second : a.offset > b.offset
      }
      guard let next else { break }
      order.append(left.remove(at: next.offset))
    }
    return order.map { users[$0] }
  }

  private static func nearness(_ user: Int, _ order: [Int], _ weights: [[UInt64]]) -> UInt64 {
    let near = order.suffix(2).reduce(0 as UInt64) { $0 &+ min(weights[user][$1], 1 << 32) &* 8 }
    return order.reduce(near) { $0 &+ min(weights[user][$1], 1 << 32) }
  }

  private static func ties(_ table: ContactTable, _ users: [Identifier]) -> [PageGraph.Tie] {
    let places = places(users)
    var ties: [Int: PageGraph.Tie] = [:]
    for (pair, contact) in table.contacts {
      guard let from = places[pair.from], let to = places[pair.to], from != to else { continue }
      let (a, b) = (min(from, to), max(from, to))
      var tie = ties[a * users.count + b] ?? PageGraph.Tie(a: a, b: b, counts: [0, 0, 0])
      for kind in ContactKind.allCases { tie.counts[kind.rawValue] &+= contact.counts[kind.rawValue] }
      ties[a * users.count + b] = tie
    }
    return ties.values.sorted { $0.total != $1.total ? $0.total > $1.total : ($0.a, $0.b) < ($1.a, $1.b) }
  }

  func place(_ index: Int) -> (x: Double, y: Double) { point(index, radius) }

  /// Of a whole turn, from the top; two users stand side by side.
  private func share(_ index: Int) -> Double { users.count == 2 ? (index == 0 ? 0.75 : 0.25) : Double(index) / Double(max(1, users.count)) }

  private func point(_ index: Int, _ radius: Double) -> (x: Double, y: Double) {
    let angle = 2 * Double.pi * share(index)
    return (centre.x + radius * sin(angle), centre.y - radius * cos(angle))
  }

  /// Names stand outside, turned away from the middle when there are many.
  func labelPlace(_ index: Int) -> (x: Double, y: Double, anchor: String, turn: String) {
    let share = share(index)
    let isLeft = share > 0.5
    let (x, y) = point(index, radius + 10)
    if users.count > Self.mostUpright {
      let degrees = share * 360 - (isLeft ? 270 : 90)
      return (x, y + 3.5, isLeft ? "end" : "start", " transform=\"rotate(\(PageGraph.number(degrees)) \(PageGraph.number(x)) \(PageGraph.number(y)))\"")
    }
    let isTop = share < 0.01 || abs(share - 0.5) < 0.01
    return (x, isTop ? (share < 0.25 ? y - 4 : y + 12) : y + 4, isTop ? "middle" : isLeft ? "end" : "start", "")
  }
}
