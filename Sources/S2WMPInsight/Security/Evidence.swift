import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// Frames and users that show one weakness, within bounds.
struct Evidence {
  static let frameLimit = 64
  static let userLimit = 64

  private(set) var frames: [UInt64] = []
  private(set) var count: UInt64 = 0
  private(set) var users: [Identifier] = []
  private(set) var usersLeftOut: UInt64 = 0

  mutating func add(_ frame: UInt64) {
    // Often the last one again, when a packet shows the same thing twice.
    if frames.last == frame { return }
    count &+= 1
    if frames.count < Self.frameLimit { frames.append(frame) }
  }

  /// A frame that further evidence may come back to.
  mutating func addOnce(_ frame: UInt64) {
    if !frames.contains(frame) { add(frame) }
  }

  mutating func add(user id: Identifier) {
    if id.isZero || users.contains(id) { return }
    if users.count < Self.userLimit { users.append(id) } else { usersLeftOut &+= 1 }
  }

  mutating func add(_ frame: UInt64, _ user: Identifier) {
    add(frame)
    add(user: user)
  }

  func finding(_ code: SecurityCode, _ message: String) -> SecurityFinding {
    SecurityFinding(
      code: code, severity: code.severity, message: message, users: users, frames: Array(Set(frames)).sorted(), frameCount: count)
  }
}

/// A dictionary in the order of insertion that takes no more than so many keys and counts what it turns away.
struct BoundedMap<Key: Hashable, Value> {
  let capacity: Int
  private var places: [Key: Int] = [:]
  private(set) var entries: [(key: Key, value: Value)] = []
  /// Updates of keys that found no place.
  private(set) var leftOut: UInt64 = 0

  init(_ capacity: Int) { self.capacity = capacity }

  var isEmpty: Bool { entries.isEmpty }
  var count: Int { entries.count }

  subscript(key: Key) -> Value? { places[key].map { entries[$0].value } }

  /// Changes the value of a key, which begins as `initial`. Nil when there is no place for it.
  @discardableResult
  mutating func update<Result>(_ key: Key, _ initial: @autoclosure () -> Value, _ change: (inout Value) -> Result) -> Result? {
    if let place = places[key] { return change(&entries[place].value) }
    guard entries.count < capacity else {
      leftOut &+= 1
      return nil
    }
    places[key] = entries.count
    entries.append((key, initial()))
    return change(&entries[entries.count - 1].value)
  }
}

/// A dictionary that forgets its oldest keys beyond a capacity: for what is waited for.
struct RecentMap<Key: Hashable, Value> {
  private let capacity: Int
  private var values: [Key: Value] = [:]
  private var order: [Key] = []
  private var next = 0

  init(_ capacity: Int) { self.capacity = capacity }

  subscript(key: Key) -> Value? { values[key] }

  mutating func add(_ key: Key, _ value: Value) {
    if values.updateValue(value, forKey: key) != nil { return }
    guard order.count >= capacity else { return order.append(key) }
    values[order[next]] = nil
    order[next] = key
    next = (next + 1) % capacity
  }
}

/// How findings speak of users, addresses and numbers.
enum SecurityWords {
  /// Subjects of one weakness that get a finding of their own.
  static let subjectLimit = 64

  /// `7f3a…c1d0`.
  static func user(_ id: Identifier) -> String {
    let hex = id.hex
    return "\(hex.prefix(4))…\(hex.suffix(4))"
  }

  /// `a`, `a and b`, `a, b and 4 more`.
  static func list(_ words: [String], limit: Int = 3, more: UInt64 = 0) -> String {
    let hidden = UInt64(max(0, words.count - limit)) &+ more
    let shown = Array(words.prefix(limit))
    if hidden > 0 { return shown.joined(separator: ", ") + " and \(hidden) more" }
    guard let last = shown.last, shown.count > 1 else { return shown.first ?? "" }
    return shown.dropLast().joined(separator: ", ") + " and " + last
  }

  /// Packets with an ID of zeros name nobody.
  static func users(_ evidence: Evidence) -> String {
    evidence.users.isEmpty ? "somebody without an ID" : list(evidence.users.map(user), more: evidence.usersLeftOut)
  }

  static func count(_ count: some BinaryInteger, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  /// What found no place among the subjects of a weakness.
  static func leftOut(_ code: SecurityCode, _ count: UInt64) -> [SecurityFinding] {
    if count == 0 { return [] }
    let message = "the same of others, beyond the first \(subjectLimit): \(Self.count(count, "time"))"
    return [SecurityFinding(code: code, severity: code.severity, message: message, users: [], frames: [], frameCount: count)]
  }
}

/// Two in either order.
struct Pair<Member: Hashable>: Hashable {
  let first: Member
  let second: Member
}

extension Pair where Member == Identifier {
  init(_ a: Identifier, _ b: Identifier) { self = a < b ? Pair(first: a, second: b) : Pair(first: b, second: a) }
}
