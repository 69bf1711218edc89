import S2WMPFlow
import S2WMPWire

/// The part of judging a packet that needs keys. It comes in the order of frames, so that a key opens only what follows it.
extension Analyzer {
  func unlock(_ view: PacketView, _ keys: KeyRing, _ record: inout PacketRecord) {
    let opened: OpenedPacket?
    switch view.layout {
    case .messaging: opened = keys.openMessage(view, &record.findings)
    case .legacyMessaging: opened = keys.openLegacyMessage(view, &record.findings)
    case .idChange:
      opened = keys.openIDChange(view)
      keys.learn(view[IDChange.publicKey])
    case .chatRequest: return keys.learn(view[ChatRequest.publicKey])
    case .chatRequestResponse where view[ChatRequestResponse.status] == 0:
      keys.noteMeeting(view[ChatRequestResponse.requestorID], view[ChatRequestResponse.userID])
      return keys.learn(view[ChatRequestResponse.publicKey])
    case .legacyChatRequest: return keys.legacy.learn(view[LegacyChatRequest.requestorID], view[LegacyChatRequest.publicKey])
    default: return
    }
    if let opened { details.keep(opened, at: &record.details) }
  }
}
