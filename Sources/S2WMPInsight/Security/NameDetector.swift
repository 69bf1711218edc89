import S2WMPAnalysis
import S2WMPReport
import S2WMPWire

/// Names that a second ID comes with although no ID change (IC) joins the two: a key made anew without telling, or somebody else under the name.
struct NameDetector {
  private struct Claim {
    var owners: [Identifier]
    var frame: UInt64
  }

  private static let longest = 48
  private static let ownerLimit = 8
  /// By what a name looks like.
  private var claims = BoundedMap<[UInt8], Claim>(8192)
  /// From an ID to the one that it began as.
  private var origins = BoundedMap<Identifier, Identifier>(8192)
  private var reused = BoundedMap<[UInt8], Evidence>(SecurityWords.subjectLimit)

  mutating func note(_ packet: borrowing Dissection, _ view: PacketView) {
    if packet.findings.contains(.idMismatch) { return }
    switch view.layout {
    case .chatRequest: note(packet.frame, view[ChatRequest.requestorID], view[ChatRequest.name])
    case .chatRequestResponse where view[ChatRequestResponse.status] == 0:
      note(packet.frame, view[ChatRequestResponse.userID], view[ChatRequestResponse.name])
    case .legacyChatRequest where view[LegacyChatRequest.status] == 1:
      note(packet.frame, view[LegacyChatRequest.requestorID], view[LegacyChatRequest.name])
    case .legacyUserBroadcast where view.bytes.count != UserBroadcast.shortLength:
      // The cut form repeats the asker's own bytes.
      view.broadcastName.withUnsafeBytes { note(packet.frame, view[UserBroadcast.userID], $0) }
    case .idChange: join(view[IDChange.userID], view[IDChange.newID])
    default: return
    }
  }

  private mutating func join(_ old: Identifier, _ new: Identifier) {
    let origin = origin(of: old)
    if origin != new { origins.update(new, origin) { $0 = origin } }
  }

  private func origin(of id: Identifier) -> Identifier { origins[id] ?? id }

  private mutating func note(_ frame: UInt64, _ id: Identifier, _ name: UnsafeRawBufferPointer) {
    if id.isZero || name.isEmpty { return }
    let appearance = LookAlike.appearance(name.prefix(Self.longest))
    if appearance.isEmpty { return }
    let owner = origin(of: id)
    let before = claims.update(appearance, Claim(owners: [owner], frame: frame)) { claim in
      let before = claim
      if !claim.owners.contains(owner) && claim.owners.count < Self.ownerLimit { claim.owners.append(owner) }
      return before
    }
    guard let before, before.owners.first != owner else { return }
    reused.update(appearance, Evidence()) { evidence in
      if evidence.count == 0 {
        evidence.add(before.frame)
        if let first = before.owners.first { evidence.add(user: first) }
      }
      // Every new claimant is evidence once; what it says later is its usual traffic.
      if !before.owners.contains(owner) { evidence.add(frame, id) }
    }
  }

  func findings() -> [SecurityFinding] {
    reused.entries.map { _, evidence in evidence.finding(.nameReused, "\(SecurityWords.users(evidence)) go by one name, and no ID change joins them") }
      + SecurityWords.leftOut(.nameReused, reused.leftOut)
  }
}
