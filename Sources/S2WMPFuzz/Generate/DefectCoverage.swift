import S2WMPWire

/// How much of what can be done to a packet was done: each packet type with each kind of change to each of its fields, of all that the menu offers.
struct DefectCoverage {
  private var open: Set<UInt64> = []
  private let total: Int

  /// Draws for a field: enough that even the rarest kind of change comes up.
  private static let draws = 400
  private static let types: [PacketType] = [.message, .statusChange, .chatRequest, .idChange]

  init(_ menu: ChangeMenu) {
    var random = SeededRandom(seed: 1)
    for type in Self.types {
      for row in LayoutID(type, .v1)?.rows ?? [] {
        for _ in 0..<Self.draws {
          if let change = menu.change(row, type, &random) { open.insert(Self.key(change, type)) }
        }
      }
    }
    total = open.count
  }

  mutating func take(_ given: Case) {
    if open.isEmpty { return }
    for step in given.steps {
      guard case .send(let plans, _) = step else { continue }
      for plan in plans {
        for change in plan.changes { open.remove(Self.key(change, plan.type)) }
      }
    }
  }

  /// Of a hundred.
  var percent: Int { total == 0 ? 100 : (total - open.count) * 100 / total }

  /// The type, what is done, and the field or the choice: what `M set status` and `CR key garbage` say. By number, as it is asked for most cases of a run.
  private static func key(_ change: Change, _ type: PacketType) -> UInt64 {
    let (kind, word) = change.manner
    return Features.mix(UInt64(type.rawValue) << 8 ^ kind ^ Features.number(of: word))
  }
}

extension Change {
  /// What is done, and to which field or by which choice; whatever the value.
  fileprivate var manner: (kind: UInt64, word: String) {
    switch self {
    case .set(let field, _): (1, field)
    case .tamper(let field, _): (2, field)
    case .flip(let field, _): (3, field)
    case .text(.letters): (4, "letters")
    case .text(.bytes): (4, "bytes")
    case .time(.next): (5, "next")
    case .time(.again): (5, "again")
    case .time(.late): (5, "late")
    case .time(.exact): (5, "exact")
    case .client(.program): (6, "program")
    case .client(.unbound): (6, "unbound")
    case .client(.previous): (6, "previous")
    case .client(.otherPair): (6, "other-pair")
    case .hash(let choice): (7, choice.spelled.0)
    case .body(let choice): (8, choice.spelled.0)
    case .key(let choice): (9, choice.spelled.0)
    case .cut: (10, "")
    case .append: (11, "")
    }
  }
}
