import S2WMPAnalysis
import S2WMPCrypto
import S2WMPWire

/// Keys that are weak, broken, another's, or not the one that came before.
struct KeyDetector {
  private struct Known {
    /// Half of a SHA-256, which tells keys apart.
    var digest: UInt64
    var frame: UInt64
  }

  private var known = BoundedMap<Identifier, Known>(16_384)
  private var substitutions = BoundedMap<Identifier, Evidence>(SecurityWords.subjectLimit)
  private var falseIDs = BoundedMap<Identifier, Evidence>(SecurityWords.subjectLimit)
  private var accepted = BoundedMap<Identifier, Evidence>(SecurityWords.subjectLimit)
  private var weak = Evidence()
  private var invalid = Evidence()
  private var leastBits = Int.max
  /// Frames of requests under a false ID that may yet be answered.
  private var awaited = RecentMap<UInt64, Identifier>(1024)

  mutating func note(_ packet: borrowing Dissection, _ view: PacketView) {
    guard let (owner, key) = Self.key(view) else { return }
    noteStrength(packet, owner, key, view.layout.dialect)
    if packet.findings.contains(.idMismatch) {
      falseIDs.update(owner, Evidence()) { $0.add(packet.frame, owner) }
      awaited.add(packet.frame, owner)
    }
    noteChange(packet.frame, owner, Digest.identifier(sha256: key).high)
  }

  private mutating func noteStrength(_ packet: borrowing Dissection, _ owner: Identifier, _ key: UnsafeRawBufferPointer, _ dialect: Dialect) {
    if packet.findings.contains(.keyInvalid) { invalid.add(packet.frame, owner) }
    guard packet.findings.contains(.keyWeak) else { return }
    weak.add(packet.frame, owner)
    guard let field = PublicKeyField.parse(key, dialect) else { return }
    leastBits = min(leastBits, field.group == .x25519 ? .max : field.groupBits, field.rsaBits ?? .max)
  }

  private mutating func noteChange(_ frame: UInt64, _ owner: Identifier, _ digest: UInt64) {
    let earlier = known.update(owner, Known(digest: digest, frame: frame)) { $0 }
    guard let earlier, earlier.digest != digest else { return }
    substitutions.update(owner, Evidence()) {
      if $0.count == 0 { $0.add(earlier.frame) }
      $0.add(frame, owner)
    }
  }

  /// The answer to a request under a false ID.
  mutating func noteAnswer(_ packet: borrowing Dissection, isAccepted: Bool) {
    guard isAccepted, packet.replyTo != 0, let owner = awaited[packet.replyTo] else { return }
    let (request, answer) = (packet.replyTo, packet.frame)
    accepted.update(owner, Evidence()) {
      $0.add(request, owner)
      $0.add(answer)
    }
  }

  /// Whose key a packet carries, and the key.
  static func key(_ view: PacketView) -> (owner: Identifier, key: UnsafeRawBufferPointer)? {
    switch view.layout {
    case .chatRequest: (view[ChatRequest.requestorID], view[ChatRequest.publicKey])
    case .chatRequestResponse where view[ChatRequestResponse.status] == 0:
      (view[ChatRequestResponse.userID], view[ChatRequestResponse.publicKey])
    case .idChange: (view[IDChange.newID], view[IDChange.publicKey])
    case .legacyChatRequest where view[LegacyChatRequest.status] == 1:
      (view[LegacyChatRequest.requestorID], view[LegacyChatRequest.publicKey])
    default: nil
    }
  }

  func findings() -> [SecurityFinding] {
    let user = SecurityWords.user
    var out: [SecurityFinding] = []
    out += substitutions.entries.map { $1.finding(.keySubstitution, "\(user($0)) came with another key than before") }
    out += SecurityWords.leftOut(.keySubstitution, substitutions.leftOut)
    out += accepted.entries.map { $1.finding(.falseIDAccepted, "\(user($0)) was accepted with a key that is not its own") }
    out += falseIDs.entries.map { $1.finding(.falseID, "\(user($0)) came with a key that is not its own") }
    out += SecurityWords.leftOut(.falseID, falseIDs.leftOut)
    if weak.count > 0 {
      let size = leastBits == .max ? "below 2048 bits" : weak.users.count > 1 ? "down to \(leastBits) bits" : "of \(leastBits) bits"
      out.append(weak.finding(.weakKey, "\(SecurityWords.users(weak)) sent keys \(size)"))
    }
    if invalid.count > 0 { out.append(invalid.finding(.invalidKey, "\(SecurityWords.users(invalid)) sent a key that does not parse")) }
    return out
  }
}
