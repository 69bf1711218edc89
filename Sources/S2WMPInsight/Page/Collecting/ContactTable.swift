import S2WMPWire

/// Who was seen to have to do with whom: the friend graph that a passive listener can draw. Bounded.
struct ContactTable {
  struct Pair: Hashable {
    var from: Identifier
    var to: Identifier
  }

  struct Contact {
    /// By `ContactKind`.
    var counts: [UInt64] = [0, 0, 0]
    var firstFrame: UInt64

    var total: UInt64 { counts.reduce(0, &+) }
  }

  private(set) var contacts: [Pair: Contact] = [:]
  /// Packets of pairs beyond the limit.
  private(set) var leftOut: UInt64 = 0

  private static let most = 8192

  mutating func note(_ from: Identifier, _ to: Identifier, _ kind: ContactKind, frame: UInt64) {
    let pair = Pair(from: from, to: to)
    if contacts[pair] == nil {
      guard contacts.count < Self.most else { return leftOut += 1 }
      contacts[pair] = Contact(firstFrame: frame)
    }
    contacts[pair]?.counts[kind.rawValue] += 1
  }
}
