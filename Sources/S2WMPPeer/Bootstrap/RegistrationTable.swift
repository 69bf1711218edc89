import S2WMPFlow
import S2WMPWire

/// Who is registered where: an open-addressing table of 48 bytes a slot, at most seven eighths full.
///
/// An entry is live while its time of expiry is in the future. Expired ones stay where they are, invisible, until they are overwritten or swept away.
struct RegistrationTable {
  /// 16 bytes of ID, 16 of address, time of expiry (0: an empty slot), port.
  struct Entry {
    var id: Identifier
    var high: UInt64
    var low: UInt64
    var expires: UInt64
    var port: UInt16
    var isIPv4: Bool

    static var empty: Entry { Entry(id: .zero, high: 0, low: 0, expires: 0, port: 0, isIPv4: false) }
    var isEmpty: Bool { expires == 0 }
    var endpoint: Endpoint { Endpoint(high: high, low: low, port: port, isIPv4: isIPv4) }
    /// Whether it was registered from that source: the port does not count.
    func isFrom(_ source: Endpoint) -> Bool { high == source.high && low == source.low }
  }

  private static let smallest = 1024
  private let hash: SeededHash
  let maximum: Int
  private var slots = [Entry](repeating: .empty, count: Self.smallest)
  /// Entries held, live or not yet swept away.
  private(set) var count = 0
  private var hand = 0
  private var lastFullSweep: UInt64 = 0

  init(maximum: Int, hash: SeededHash) {
    self.maximum = maximum
    self.hash = hash
  }

  private var mask: Int { slots.count - 1 }
  private func home(_ id: Identifier) -> Int { Int(truncatingIfNeeded: hash(id.high, id.low)) & mask }

  /// The slot of that ID, or the empty one where it would go. The table is never full, so there always is one.
  private func slot(_ id: Identifier) -> Int {
    var index = home(id)
    while !slots[index].isEmpty, slots[index].id != id { index = (index + 1) & mask }
    return index
  }

  /// The live entry of that ID.
  func find(_ id: Identifier, at now: UInt64) -> Entry? {
    let entry = slots[slot(id)]
    return entry.expires > now ? entry : nil
  }

  /// Inserts or replaces. False when the ID is new and the table is full of live entries.
  ///
  /// - expires: above 0.
  mutating func put(_ id: Identifier, _ address: Endpoint, expires: UInt64, at now: UInt64) -> Bool {
    let entry = Entry(id: id, high: address.high, low: address.low, expires: max(expires, 1), port: address.port, isIPv4: address.isIPv4)
    let known = slot(id)
    if !slots[known].isEmpty {
      slots[known] = entry
      return true
    }
    guard makeRoom(at: now) else { return false }
    slots[slot(id)] = entry
    count += 1
    return true
  }

  mutating func remove(_ id: Identifier) {
    let index = slot(id)
    if !slots[index].isEmpty { empty(index) }
  }

  private mutating func makeRoom(at now: UInt64) -> Bool {
    if count >= maximum {
      // A flood of new IDs into a full table must not cost a pass over it each time.
      guard lastFullSweep == 0 || now &- lastFullSweep >= .seconds(1) else { return false }
      lastFullSweep = max(now, 1)
      sweep(slots.count, at: now)
      guard count < maximum else { return false }
    }
    if (count + 1) * 8 > slots.count * 7 { resize(to: slots.count * 2) }
    return true
  }

  /// Looks at that many slots, going round, and drops what has expired.
  mutating func sweep(_ budget: Int, at now: UInt64) {
    for _ in 0..<min(budget, slots.count) {
      // What moves into an emptied slot is looked at as well.
      while !slots[hand].isEmpty, slots[hand].expires <= now { empty(hand) }
      hand = (hand + 1) & mask
    }
    if slots.count > Self.smallest, count * 8 < slots.count { resize(to: slots.count / 2) }
  }

  /// A 64th of the table: sixty-four of these look at everything.
  mutating func sweepSome(at now: UInt64) { sweep(max(1024, slots.count / 64), at: now) }

  /// Empties a slot and moves back what was displaced by it, so that no search ends too early.
  private mutating func empty(_ index: Int) {
    var hole = index
    var next = (hole + 1) & mask
    while !slots[next].isEmpty {
      if (next - home(slots[next].id)) & mask >= (next - hole) & mask {
        slots[hole] = slots[next]
        hole = next
      }
      next = (next + 1) & mask
    }
    slots[hole] = .empty
    count -= 1
  }

  private mutating func resize(to size: Int) {
    let old = slots
    slots = [Entry](repeating: .empty, count: size)
    hand = 0
    for entry in old where !entry.isEmpty { slots[slot(entry.id)] = entry }
  }

  /// Live entries, counted one by one.
  func liveCount(at now: UInt64) -> Int { slots.reduce(0) { $0 + ($1.expires > now ? 1 : 0) } }
}
