import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// Messages that came before. From the same address a repetition is what a lost acknowledgement makes; from another one it is somebody's doing.
struct ReplayDetector {
  private struct First: BitwiseCopyable {
    var (high, low): (UInt64, UInt64)
    var frame: UInt64
    var content: UInt32
    var isIPv4: Bool

    init(_ packet: borrowing Dissection, _ content: UInt32) {
      (high, low, isIPv4) = (packet.source.high, packet.source.low, packet.source.isIPv4)
      (frame, self.content) = (packet.frame, content)
    }

    func isFrom(_ endpoint: Endpoint) -> Bool { high == endpoint.high && low == endpoint.low && isIPv4 == endpoint.isIPv4 }
  }

  private struct Repetition {
    var sender: Identifier
    var first: UInt64
    /// Whether its acknowledgement shows that it counted: a v1 peer has to acknowledge the very same message again.
    var isTelling: Bool
  }

  private struct Story {
    var evidence = Evidence()
    var hosts: [Endpoint] = []
    var acknowledged: UInt64 = 0
    /// With other bytes than the first time.
    var others: UInt64 = 0
  }

  private let hash = SeededHash()
  private let seen = RecentTable<First>(65_536)
  private var awaited = RecentMap<UInt64, Repetition>(4096)
  private var replays = BoundedMap<Identifier, Story>(SecurityWords.subjectLimit)
  private var accepted = BoundedMap<Identifier, Evidence>(SecurityWords.subjectLimit)
  private var resent = Evidence()

  /// True when the message came before.
  mutating func note(_ packet: borrowing Dissection, _ view: PacketView) -> Bool {
    let isLegacy = view.layout == .legacyMessaging
    let sender = isLegacy ? view[LegacyMessaging.senderID] : view[Messaging.senderID]
    let key = hash.of(sender.high, sender.low, isLegacy ? view[LegacyMessaging.datetime] : view[Messaging.datetime])
    let content = Mix.hash(view.bytes, seed: hash.seed)
    guard let first = seen.value(key, orAdd: First(packet, content)) else { return packet.findings.contains(.replay) }
    // Twice on one connection with the same bytes is nothing that the analysis reports.
    guard packet.findings.contains(.replay) else { return true }
    let (isSame, isFromHome) = (first.content == content, first.isFrom(packet.source))
    if isSame && isFromHome {
      noteResent(packet, first, sender)
    } else {
      noteReplay(packet, first, sender, isTelling: !isFromHome && (isLegacy || !isSame), isOther: !isSame)
    }
    return true
  }

  private mutating func noteResent(_ packet: borrowing Dissection, _ first: First, _ sender: Identifier) {
    resent.addOnce(first.frame)
    resent.add(packet.frame, sender)
  }

  private mutating func noteReplay(_ packet: borrowing Dissection, _ first: First, _ sender: Identifier, isTelling: Bool, isOther: Bool) {
    let (frame, host) = (packet.frame, packet.source.host)
    awaited.add(frame, Repetition(sender: sender, first: first.frame, isTelling: isTelling))
    replays.update(sender, Story()) { story in
      story.evidence.addOnce(first.frame)
      story.evidence.add(frame, sender)
      story.others &+= isOther ? 1 : 0
      if !story.hosts.contains(host) && story.hosts.count < 8 { story.hosts.append(host) }
    }
  }

  mutating func noteAnswer(_ packet: borrowing Dissection, _ view: PacketView) {
    guard packet.replyTo != 0, view[Acknowledgement.ack] == 1, view[Acknowledgement.error] == 0, let repetition = awaited[packet.replyTo] else { return }
    let (request, answer) = (packet.replyTo, packet.frame)
    replays.update(repetition.sender, Story()) { $0.acknowledged &+= 1 }
    guard repetition.isTelling else { return }
    accepted.update(repetition.sender, Evidence()) { evidence in
      for frame in [repetition.first, request, answer] { evidence.addOnce(frame) }
      evidence.add(user: repetition.sender)
    }
  }

  func findings() -> [SecurityFinding] {
    var out = accepted.entries.map { sender, evidence in
      evidence.finding(.replayAccepted, "a message of \(SecurityWords.user(sender)) that was sent before was accepted again")
    }
    out += replays.entries.map { sender, story in
      let hosts = SecurityWords.list(story.hosts.map(\.addressText))
      let others = story.others > 0 ? ", \(story.others) with other bytes" : ""
      let acknowledged = story.acknowledged > 0 ? ", \(story.acknowledged) acknowledged" : ""
      return story.evidence.finding(.replay, "messages of \(SecurityWords.user(sender)) came again from \(hosts)\(others)\(acknowledged)")
    }
    out += SecurityWords.leftOut(.replay, replays.leftOut)
    if resent.count > 0 { out.append(resent.finding(.resent, "messages of \(SecurityWords.users(resent)) came again from their own address")) }
    return out
  }
}
