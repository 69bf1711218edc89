import S2WMPAnalysis
import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// Users who spoke v1 and are then met in the legacy dialect: under their ID, or under their name at their address.
struct DialectDetector {
  private struct Named: Hashable {
    var appearance: [UInt8]
    var host: Endpoint
  }

  private var ids = BoundedMap<Identifier, UInt64>(16_384)
  private var latest = LatestKeys<Identifier>()
  private var names = BoundedMap<Named, UInt64>(8192)
  private var downgrades = BoundedMap<Identifier, Evidence>(SecurityWords.subjectLimit)

  mutating func note(_ packet: borrowing Dissection, _ view: PacketView) {
    let (frame, host) = (packet.frame, packet.source.host)
    switch view.layout {
    case .messaging: spoke(frame, view[Messaging.senderID])
    case .chatRequest: spoke(frame, view[ChatRequest.requestorID], view[ChatRequest.name], host)
    case .chatRequestResponse where view[ChatRequestResponse.status] == 0:
      spoke(frame, view[ChatRequestResponse.userID], view[ChatRequestResponse.name], host)
    case .legacyMessaging: met(frame, view[LegacyMessaging.senderID], nil)
    case .legacyChatRequest where view[LegacyChatRequest.status] == 1:
      met(frame, view[LegacyChatRequest.requestorID], named(view[LegacyChatRequest.name], host))
    case .legacyUserBroadcast where view.bytes.count != UserBroadcast.shortLength:
      met(frame, view[UserBroadcast.userID], view.broadcastName.withUnsafeBytes { named($0, host) })
    default: return
    }
  }

  private mutating func spoke(_ frame: UInt64, _ id: Identifier) {
    if id.isZero || latest.contains(id, id.low) { return }
    if ids.update(id, frame, { _ in true }) == true { latest.add(id, id.low) }
  }

  private mutating func spoke(_ frame: UInt64, _ id: Identifier, _ name: UnsafeRawBufferPointer, _ host: Endpoint) {
    spoke(frame, id)
    if let named = named(name, host) { names.update(named, frame) { _ in } }
  }

  private func named(_ name: UnsafeRawBufferPointer, _ host: Endpoint) -> Named? {
    let appearance = LookAlike.appearance(name.prefix(48))
    return appearance.isEmpty ? nil : Named(appearance: appearance, host: host)
  }

  private mutating func met(_ frame: UInt64, _ id: Identifier, _ named: Named?) {
    guard !ids.isEmpty, let earlier = ids[id] ?? named.flatMap({ names[$0] }) else { return }
    downgrades.update(id, Evidence()) { evidence in
      evidence.addOnce(earlier)
      evidence.add(frame, id)
    }
  }

  func findings() -> [SecurityFinding] {
    downgrades.entries.map { id, evidence in
      evidence.finding(.downgrade, "\(SecurityWords.user(id)) speaks the legacy dialect after v1 was spoken under the same ID, or the same name and address")
    } + SecurityWords.leftOut(.downgrade, downgrades.leftOut)
  }
}
