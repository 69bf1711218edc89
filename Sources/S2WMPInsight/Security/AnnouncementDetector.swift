import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// Where user IDs register and announce themselves from: an ID at two addresses in turn, or refused by a server, has two claimants (S2WMP §4.4).
struct AnnouncementDetector {
  /// A machine has addresses of several kinds and uses them side by side.
  private enum Kind: Hashable {
    case ipv4
    case ipv6
    case linkLocal
    case loopback
  }

  private struct Subject: Hashable {
    var id: Identifier
    var kind: Kind
  }

  private struct Story {
    var hosts: [Endpoint] = []
    var current: Endpoint?
    var lastFrame: UInt64 = 0
    var evidence = Evidence()
    var hasReturned = false
    var refusals: UInt64 = 0
  }

  private static let hostLimit = 8
  private var stories = BoundedMap<Subject, Story>(16_384)
  private var awaited = RecentMap<UInt64, Subject>(4096)

  mutating func note(_ packet: borrowing Dissection, _ view: PacketView) {
    switch view.layout {
    case .registration: announce(packet, view[Registration.userID], isRegistration: true)
    case .lookup where view.type != .lookup: announce(packet, view[Lookup.userID])
    case .lookupResponse where view.type == .broadcastPeerResponse: announce(packet, view[LookupResponse.lookupID])
    case .legacyRegistration: announce(packet, view[LegacyRegistration.userID], isRegistration: true)
    case .legacyUserBroadcast where view.bytes.count != UserBroadcast.shortLength: announce(packet, view[UserBroadcast.userID])
    case .registrationResponse where view[RegistrationResponse.status] == 1: refuse(packet)
    case .legacyRegistrationResponse where view[LegacyRegistrationResponse.status] == 1: refuse(packet)
    default: return
    }
  }

  private mutating func announce(_ packet: borrowing Dissection, _ id: Identifier, isRegistration: Bool = false) {
    if id.isZero { return }
    let (frame, host) = (packet.frame, packet.source.host)
    let subject = Subject(id: id, kind: Self.kind(host))
    if isRegistration { awaited.add(frame, subject) }
    stories.update(subject, Story()) { story in
      if let current = story.current, current != host {
        story.evidence.addOnce(story.lastFrame)
        story.evidence.add(frame, id)
        if story.hosts.contains(host) { story.hasReturned = true }
      }
      if !story.hosts.contains(host) && story.hosts.count < Self.hostLimit { story.hosts.append(host) }
      story.current = host
      story.lastFrame = frame
    }
  }

  private mutating func refuse(_ packet: borrowing Dissection) {
    guard packet.replyTo != 0, let subject = awaited[packet.replyTo] else { return }
    let (request, answer) = (packet.replyTo, packet.frame)
    stories.update(subject, Story()) { story in
      story.refusals &+= 1
      story.evidence.addOnce(request)
      story.evidence.add(answer, subject.id)
    }
  }

  private static func kind(_ host: Endpoint) -> Kind {
    if host.isIPv4 { return UInt32(truncatingIfNeeded: host.low) >> 24 == 127 ? .loopback : .ipv4 }
    if host.high == 0 && host.low == 1 { return .loopback }
    return host.high >> 54 == 0x3fa ? .linkLocal : .ipv6
  }

  func findings() -> [SecurityFinding] {
    var out: [SecurityFinding] = []
    var more: [SecurityCode: UInt64] = [:]
    for (subject, story) in stories.entries where story.evidence.count > 0 {
      let code: SecurityCode = story.hasReturned || story.refusals > 0 ? .squatting : .idMoved
      if out.count >= 2 * SecurityWords.subjectLimit { more[code, default: 0] &+= story.evidence.count } else { out.append(finding(code, subject.id, story)) }
    }
    return out + [.squatting, .idMoved].flatMap { SecurityWords.leftOut($0, more[$0] ?? 0) }
  }

  private func finding(_ code: SecurityCode, _ id: Identifier, _ story: Story) -> SecurityFinding {
    let (user, hosts) = (SecurityWords.user(id), SecurityWords.list(story.hosts.map(\.addressText)))
    if code == .idMoved { return story.evidence.finding(code, "\(user) was announced from \(hosts), one after the other") }
    let refused = "the server refused \(SecurityWords.count(story.refusals, "registration"))"
    if story.hosts.count < 2 { return story.evidence.finding(code, "\(refused) of \(user) from \(hosts): somebody else has the ID") }
    let refusals = story.refusals > 0 ? "; \(refused)" : ""
    return story.evidence.finding(code, "\(user) is claimed from \(hosts)\(refusals)")
  }
}
