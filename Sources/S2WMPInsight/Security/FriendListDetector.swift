import S2WMPAnalysis
import S2WMPWire

/// Who looked whom up, by a bootstrap server or by asking everybody (S2WMP §6: "it is possible to track the friend lists of peers").
struct FriendListDetector {
  private struct Asker {
    var wanted: [Identifier] = []
    var isCut = false
  }

  private static let wantedLimit = 256
  private var askers = BoundedMap<Identifier, Asker>(1024)
  private var evidence = Evidence()

  mutating func note(_ packet: borrowing Dissection, _ view: PacketView) {
    switch view.layout {
    case .lookup where view.type != .broadcastServer: note(packet.frame, view[Lookup.userID], view[Lookup.lookupID])
    case .legacyLookup: note(packet.frame, view[LegacyLookup.userID], view[LegacyLookup.lookupID])
    default: return
    }
  }

  private mutating func note(_ frame: UInt64, _ asker: Identifier, _ wanted: Identifier) {
    if asker.isZero || wanted.isZero { return }
    evidence.add(frame, asker)
    evidence.add(user: wanted)
    askers.update(asker, Asker()) { known in
      if known.wanted.contains(wanted) { return }
      if known.wanted.count < Self.wantedLimit { known.wanted.append(wanted) } else { known.isCut = true }
    }
  }

  func findings() -> [SecurityFinding] {
    if evidence.count == 0 { return [] }
    let asked = askers.entries.prefix(3).map { asker, known in
      "\(SecurityWords.user(asker)) looked up \(SecurityWords.list(known.wanted.map(SecurityWords.user), more: known.isCut ? 1 : 0))"
    }
    let rest = askers.count - asked.count
    let further = rest > 0 || askers.leftOut > 0 ? "; and \(rest)\(askers.leftOut > 0 ? " or more" : "") others" : ""
    return [evidence.finding(.friendList, "\(SecurityWords.count(evidence.count, "lookup")) in the clear: \(asked.joined(separator: "; "))\(further)")]
  }
}
