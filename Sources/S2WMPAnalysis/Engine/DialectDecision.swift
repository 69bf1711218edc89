import S2WMPFlow
import S2WMPWire

/// Decides whose a TCP conversation is, and in which dialect (appendix L).
struct DialectDecision {
  var isPortNamed: Bool
  var isDefaultPort: Bool
  var forced: Dialect?

  enum Answer: Equatable {
    case wait
    case foreign
    case ours(Dialect)
  }

  /// - closing: nothing more will come; decide with what is there.
  func decide(_ backlog: Backlog, closing: Bool) -> Answer {
    switch ownership(backlog, closing: closing) {
    case .undecided: return .wait
    case .foreign: return .foreign
    case .ours: break
    }
    if let forced { return .ours(forced) }
    if let dialect = dialect(backlog, closing: closing) { return .ours(dialect) }
    return .wait
  }

  private func ownership(_ backlog: Backlog, closing: Bool) -> Conversation.Ownership {
    if isPortNamed || forced != nil { return .ours }
    return isDefaultPort ? byFirstByte(backlog, closing) : byFirstPacket(backlog, closing)
  }

  /// On a default port: ours unless neither direction begins with V = 1.
  private func byFirstByte(_ backlog: Backlog, _ closing: Bool) -> Conversation.Ownership {
    let first = backlog.forward.bytes.first
    let second = backlog.backward.bytes.first
    if first == protocolVersion || second == protocolVersion { return .ours }
    return closing || (first != nil && second != nil) ? .foreign : .undecided
  }

  /// On other ports: ours when the first packet frames.
  private func byFirstPacket(_ backlog: Backlog, _ closing: Bool) -> Conversation.Ownership {
    guard let direction = backlog.firstDirection else { return closing ? .foreign : .undecided }
    let evidence = backlog[direction]
    if evidence.v1.packets > 0 || evidence.legacy.packets > 0 { return .ours }
    let isOver = closing || evidence.isClosed || (cannotFrame(evidence.v1) && cannotFrame(evidence.legacy))
    return isOver ? .foreign : .undecided
  }

  /// The very first packet is meant: one that would only begin at a later segment is not it.
  private func cannotFrame(_ tiling: DirectionEvidence.Tiling) -> Bool { tiling.hasFailed || tiling.isSeeking || tiling.nextStart > 0 }

  private func dialect(_ backlog: Backlog, closing: Bool) -> Dialect? {
    let isOver = closing || (backlog.forward.isClosed && backlog.backward.isClosed)
    let (v1, legacy) = (fails(.v1, backlog), fails(.legacy, backlog))
    if v1 == legacy {
      guard v1 || isOver else { return nil }
      // The direction that has not spoken yet may still tell.
      let isKnown = isOver || min(backlog.forward.bytes.count, backlog.backward.bytes.count) >= Messaging.undefined.end
      return byFirstPackets(backlog) ?? (isKnown ? unharmed(backlog) : nil)
    }
    let survivor = v1 ? Dialect.legacy : .v1
    // The survivor may still fail, and then the first packets decide: wait if they say otherwise.
    if isOver || byFirstPackets(backlog) ?? survivor == survivor { return survivor }
    return nil
  }

  private func fails(_ dialect: Dialect, _ backlog: Backlog) -> Bool {
    backlog.forward[dialect].hasFailed || backlog.backward[dialect].hasFailed
  }

  /// The rules for when both dialects tile the stream, or neither: type, then status, then the undefined space of the first packets.
  private func byFirstPackets(_ backlog: Backlog) -> Dialect? {
    let leader = backlog.firstDirection ?? .forward
    let packets = [backlog[leader].firstPacket(), backlog[leader.opposite].firstPacket()]
    for packet in packets { if let type = packet.type { return type } }
    for packet in packets { if let status = packet.status { return status } }
    for packet in packets { if let space = packet.space { return space } }
    return nil
  }

  /// No rule decides: a dialect whose last packet is only cut short is likelier than one in which something is wrong. The same in both is v1.
  private func unharmed(_ backlog: Backlog) -> Dialect {
    let isWrong = { dialect in backlog.forward[dialect].isWrong || backlog.backward[dialect].isWrong }
    return isWrong(Dialect.v1) && !isWrong(.legacy) ? .legacy : .v1
  }
}
