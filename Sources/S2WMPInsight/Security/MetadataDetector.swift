import S2WMPAnalysis
import S2WMPWire

/// What every listener reads of messages: who, with whom, when, how much, in which status. And how much of it is of the legacy dialect, where nothing proves
/// who sent it: the hash is a SHA-1 of the ciphertext that anybody can make again, the client ID is a constant in the clear (wire format, appendix L).
struct MetadataDetector {
  private var pairs = BoundedMap<Pair<Identifier>, Void>(4096)
  private var latest = LatestKeys<Pair<Identifier>>()
  private var evidence = Evidence()
  private var legacy = Evidence()
  private var messages: UInt64 = 0
  private var statuses: UInt64 = 0
  private var ciphertext: UInt64 = 0
  private var legacyMessages: UInt64 = 0

  mutating func note(_ packet: borrowing Dissection, _ view: PacketView) {
    evidence.add(packet.frame)
    let isMessage = view.type == .message
    if isMessage { messages &+= 1 } else { statuses &+= 1 }
    switch view.layout {
    case .messaging:
      notePair(view[Messaging.senderID], view[Messaging.receiverID])
      ciphertext &+= UInt64(view[Messaging.length])
    case .legacyMessaging:
      let (sender, receiver) = (view[LegacyMessaging.senderID], view[LegacyMessaging.receiverID])
      notePair(sender, receiver)
      ciphertext &+= UInt64(view[LegacyMessaging.length])
      legacyMessages &+= 1
      legacy.add(packet.frame, sender)
      legacy.add(user: receiver)
    default: legacy.add(packet.frame)
    }
  }

  private mutating func notePair(_ sender: Identifier, _ receiver: Identifier) {
    let pair = Pair(sender, receiver)
    let slot = sender.low ^ receiver.low
    if latest.contains(pair, slot) { return }
    let known = pairs.count
    if pairs.update(pair, (), { _ in true }) == true { latest.add(pair, slot) }
    guard pairs.count > known else { return }
    evidence.add(user: sender)
    evidence.add(user: receiver)
  }

  func findings() -> [SecurityFinding] {
    var out: [SecurityFinding] = []
    if legacy.count > 0 {
      let what = [Self.part(legacyMessages, "message"), Self.part(legacy.count &- legacyMessages, "status change")].filter { !$0.isEmpty }
      out.append(legacy.finding(.legacyUnauthenticated, "\(what.joined(separator: " and ")) of the legacy dialect that anybody could have made or changed"))
    }
    if evidence.count > 0 {
      let more = pairs.leftOut > 0 ? " or more" : ""
      let parts = [
        "\(SecurityWords.count(pairs.count, "pair"))\(more) of users", "\(SecurityWords.count(messages, "message")) of \(ciphertext) encrypted bytes",
        Self.part(statuses, "status change"),
      ].filter { !$0.isEmpty }
      out.append(evidence.finding(.clearMetadata, "anybody who listens learns who talks with whom, when and how much: \(parts.joined(separator: ", "))"))
    }
    return out
  }

  private static func part(_ count: UInt64, _ noun: String) -> String { count == 0 ? "" : SecurityWords.count(count, noun) }
}
