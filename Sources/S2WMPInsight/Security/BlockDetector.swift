import S2WMPAnalysis
import S2WMPWire

/// Equal blocks in the ciphertext of a pair: the legacy dialect's AES-128 in ECB mode shows where texts are equal (wire format, appendix L).
struct BlockDetector {
  private struct Tally {
    var blocks: UInt64 = 0
    var repeated: UInt64 = 0
    var evidence = Evidence()
  }

  private static let blockSize = 16
  private let hash = SeededHash()
  /// The frames in which blocks came first.
  private let seen = RecentTable<UInt64>(131_072)
  private var pairs = BoundedMap<Pair<Identifier>, Tally>(1024)

  mutating func note(_ packet: borrowing Dissection, _ view: PacketView) {
    let body = view[LegacyMessaging.body]
    // AES with padding fills whole blocks: anything else is another cipher, or noise.
    guard !body.isEmpty, body.count % Self.blockSize == 0 else { return }
    let (frame, sender, receiver) = (packet.frame, view[LegacyMessaging.senderID], view[LegacyMessaging.receiverID])
    let pair = Pair(sender, receiver)
    let earlier = repetitions(body, pair, frame)
    pairs.update(pair, Tally()) { tally in
      tally.blocks &+= UInt64(body.count / Self.blockSize)
      tally.repeated &+= UInt64(earlier.count)
      for first in Set(earlier).sorted() { tally.evidence.addOnce(first) }
      if earlier.isEmpty { return }
      tally.evidence.addOnce(frame)
      tally.evidence.add(user: sender)
      tally.evidence.add(user: receiver)
    }
  }

  /// Frames in which blocks of this body came first, one for each that is not new.
  private func repetitions(_ body: UnsafeRawBufferPointer, _ pair: Pair<Identifier>, _ frame: UInt64) -> [UInt64] {
    var earlier: [UInt64] = []
    let (first, second) = (pair.first, pair.second)
    let start = hash.of(hash.of(first.high, first.low, second.high), second.low, 0)
    for offset in stride(from: 0, to: body.count, by: Self.blockSize) {
      let block = hash.of(start, Self.word(body, offset), Self.word(body, offset + 8))
      if let first = seen.value(block, orAdd: frame) { earlier.append(first) }
    }
    return earlier
  }

  private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 { bytes[offset..<offset + 8].reduce(0) { $0 << 8 | UInt64($1) } }

  func findings() -> [SecurityFinding] {
    let repeating = pairs.entries.filter { $0.value.repeated > 0 }
    let rest = repeating.dropFirst(SecurityWords.subjectLimit).reduce(0 as UInt64) { $0 &+ $1.value.repeated }
    return repeating.prefix(SecurityWords.subjectLimit).map { pair, tally in
      let who = "\(SecurityWords.user(pair.first)) and \(SecurityWords.user(pair.second))"
      return tally.evidence.finding(.ecbRepetition, "\(tally.repeated) of \(tally.blocks) ciphertext blocks between \(who) repeat an earlier one")
    } + SecurityWords.leftOut(.ecbRepetition, rest)
  }
}
