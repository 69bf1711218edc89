import S2WMPWire

/// How much of what can be done to a packet was done: each packet type with each kind of change to each of its fields, of all that the menu offers.
struct DefectCoverage {
  private var open: Set<String> = []
  private let total: Int

  /// Draws for a field: enough that even the rarest kind of change comes up.
  private static let draws = 400
  private static let types: [PacketType] = [.message, .statusChange, .chatRequest, .idChange]

  init(_ menu: ChangeMenu) {
    var random = SeededRandom(seed: 1)
    for type in Self.types {
      for row in LayoutID(type, .v1)?.rows ?? [] {
        for _ in 0..<Self.draws {
          if let change = menu.change(row, type, &random) { open.insert(Self.name(change, type)) }
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
        for change in plan.changes { open.remove(Self.name(change, plan.type)) }
      }
    }
  }

  /// Of a hundred.
  var percent: Int { total == 0 ? 100 : (total - open.count) * 100 / total }

  /// The type, what is done, and the field or the choice: `M set status`, `CR key garbage`.
  private static func name(_ change: Change, _ type: PacketType) -> String {
    let what = if case .text(.bytes) = change { "text bytes" } else { CasePrinter.line(change).split(separator: " ").prefix(2).joined(separator: " ") }
    return "\(type.rawValue) \(what)"
  }
}
