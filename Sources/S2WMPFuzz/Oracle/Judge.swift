import S2WMPCrypto
import S2WMPWire

/// Compares what came with what was owed, and says which requirement a difference breaks.
public struct Judge {
  let session: PeerSession

  public init(_ session: PeerSession) { self.session = session }

  /// The quick look at every run: whether all is as owed. Allocates nothing.
  public func isAsOwed(_ instance: Instance, _ seen: Observation) -> Bool {
    guard seen.death == nil else { return false }
    for number in -1..<max(instance.fates.count, 1) where !isAsOwed(instance, seen, connection: number) { return false }
    return true
  }

  private func isAsOwed(_ instance: Instance, _ seen: Observation, connection: Int) -> Bool {
    var next = 0
    for reply in seen.replies where reply.connection == connection {
      guard let expected = Self.expected(instance, connection, &next), !reply.isGarbage, matches(expected, seen, reply) else { return false }
    }
    while let missing = Self.expected(instance, connection, &next) {
      guard missing.isOptional, mayBeMissing(instance, seen, connection) else { return false }
    }
    guard connection >= 0, connection < instance.fates.count else { return true }
    return fateHolds(instance.fates[connection], ending(seen, connection))
  }

  /// The next reply owed on a connection, from index `next` on.
  static func expected(_ instance: Instance, _ connection: Int, _ next: inout Int) -> ExpectedReply? {
    while next < instance.expected.count {
      next += 1
      if instance.expected[next - 1].connection == connection { return instance.expected[next - 1] }
    }
    return nil
  }

  /// Whether replies that are owed only while the connection lasts may be missing.
  func mayBeMissing(_ instance: Instance, _ seen: Observation, _ connection: Int) -> Bool {
    guard connection >= 0 else { return false }
    return ending(seen, connection) != .open || instance.fates.indices.contains(connection) && instance.fates[connection] == .dropped
  }

  func ending(_ seen: Observation, _ connection: Int) -> Ending {
    seen.endings.indices.contains(connection) ? seen.endings[connection] : .open
  }

  func fateHolds(_ fate: Fate, _ ending: Ending) -> Bool {
    switch fate {
    case .open: ending == .open
    case .closed: ending == .closed
    case .any, .dropped: true
    }
  }

  /// Whether a reply is exactly what is owed.
  func matches(_ expected: ExpectedReply, _ seen: Observation, _ reply: Reply) -> Bool {
    seen.received.withUnsafeBytes { all in
      let bytes = UnsafeRawBufferPointer(rebasing: all[reply.range])
      switch expected.form {
      case .acknowledgement: return ReplyForm.acknowledgement(bytes)?.isExactly(expected) ?? false
      case .chatResponse: return ReplyForm.chatResponse(bytes)?.isExactly(expected, key: session.target.field) ?? false
      case .peerFound, .serverFound, .lookup: return ReplyForm.lookup(bytes)?.isExactly(expected) ?? false
      case .registration: return ReplyForm.registration(bytes)?.isExactly(expected) ?? false
      }
    }
  }
}
