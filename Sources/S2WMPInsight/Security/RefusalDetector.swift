import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// What was refused, broken or out of its time: bursts of it look like somebody testing a peer; single ones like damage or meddling.
struct RefusalDetector {
  /// One address at another's door.
  private struct Visit: Hashable {
    var from: Endpoint
    var to: Endpoint
  }

  private struct Story {
    /// The last ones that were refused, a ring.
    var recent: [(time: Int64, frame: UInt64)] = []
    var next = 0
    var burst = Evidence()
    var total: UInt64 = 0
  }

  private static let burst = 10
  private static let span: Int64 = 10_000_000_000
  private var visits = BoundedMap<Visit, Story>(4096)
  private var tampered = BoundedMap<Identifier, Evidence>(SecurityWords.subjectLimit)
  private var conflicts = Evidence()
  private var skewed = Evidence()

  mutating func note(_ packet: borrowing Dissection) {
    if packet.findings.contains(.tcpOverlap) { conflicts.add(packet.frame) }
    guard let view = packet.view else { return refused(packet, from: packet.source.host, to: packet.destination.host) }
    switch view.layout {
    case .messaging: noteMessage(packet, view[Messaging.senderID])
    case .legacyMessaging: noteMessage(packet, view[LegacyMessaging.senderID])
    case .acknowledgement where view[Acknowledgement.error] != 0: noteRefusal(packet, view)
    case .chatRequestResponse where view[ChatRequestResponse.status] > 1: refused(packet, from: packet.destination.host, to: packet.source.host)
    case .idChange where packet.findings.contains(.clockSkew): skewed.add(packet.frame, view[IDChange.userID])
    default: return
    }
  }

  private mutating func noteMessage(_ packet: borrowing Dissection, _ sender: Identifier) {
    if packet.findings.contains(.hashMismatch) { tampered(with: sender, packet.frame) }
    if packet.findings.contains(.clockSkew) { skewed.add(packet.frame, sender) }
  }

  private mutating func noteRefusal(_ packet: borrowing Dissection, _ view: PacketView) {
    let sender = view[Acknowledgement.userID]
    // The answer to bytes that frame no packet: those were counted themselves.
    if sender.isZero && view[Acknowledgement.datetime] == 0 { return }
    refused(packet, from: packet.destination.host, to: packet.source.host)
    guard view[Acknowledgement.error] == 2 || view[Acknowledgement.error] == 4 else { return }
    if packet.replyTo != 0 { tampered(with: sender, packet.replyTo) }
    tampered(with: sender, packet.frame)
  }

  private mutating func tampered(with sender: Identifier, _ frame: UInt64) {
    tampered.update(sender, Evidence()) { evidence in
      evidence.addOnce(frame)
      evidence.add(user: sender)
    }
  }

  private mutating func refused(_ packet: borrowing Dissection, from: Endpoint, to: Endpoint) {
    let this = (time: packet.time.isNone ? 0 : packet.time.nanoseconds, frame: packet.frame)
    visits.update(Visit(from: from, to: to), Story()) { story in
      story.total &+= 1
      if story.recent.count < Self.burst {
        story.recent.append(this)
      } else {
        story.recent[story.next] = this
        story.next = (story.next + 1) % Self.burst
      }
      guard story.recent.count == Self.burst, this.time &- story.recent[story.next % Self.burst].time <= Self.span else { return }
      if story.burst.count == 0 { for refusal in story.recent { story.burst.addOnce(refusal.frame) } } else { story.burst.add(this.frame) }
    }
  }

  func findings() -> [SecurityFinding] {
    let user = SecurityWords.user
    var out = tampered.entries.map { sender, evidence in
      evidence.finding(.tampering, "messages of \(user(sender)) reached their receiver damaged or forged")
    }
    out += SecurityWords.leftOut(.tampering, tampered.leftOut)
    if conflicts.count > 0 { out.append(conflicts.finding(.segmentConflict, "segments of a connection were sent again with other bytes")) }
    let bursts = visits.entries.filter { $0.value.burst.count > 0 }
    out += bursts.prefix(SecurityWords.subjectLimit).map { visit, story in
      let (from, to) = (visit.from.addressText, visit.to.addressText)
      return story.burst.finding(.probing, "\(story.total) packets from \(from) to \(to) were refused or malformed, most of them in bursts")
    }
    out += SecurityWords.leftOut(.probing, UInt64(max(0, bursts.count - SecurityWords.subjectLimit)))
    if skewed.count > 0 { out.append(skewed.finding(.clockSkew, "\(SecurityWords.users(skewed)) sent messages dated more than 24 hours away")) }
    return out
  }
}
