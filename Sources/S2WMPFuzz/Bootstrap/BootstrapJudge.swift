import S2WMPWire

/// Compares what a bootstrap server answered with what it owed, and says which requirement a difference breaks.
public struct BootstrapJudge {
  let session: BootstrapSession

  public init(_ session: BootstrapSession) { self.session = session }

  /// The quick look at every run: whether all is as owed.
  public func isAsOwed(_ instance: Instance, _ seen: Observation) -> Bool {
    guard seen.death == nil else { return false }
    for number in -1..<max(instance.fates.count, 1) where !isAsOwed(instance, seen, connection: number) { return false }
    return true
  }

  private func isAsOwed(_ instance: Instance, _ seen: Observation, connection: Int) -> Bool {
    if Flood.isOne(instance, connection) { return Flood(instance, seen, connection).difference(self) == nil }
    var next = 0
    for reply in seen.replies where reply.connection == connection {
      guard let expected = Judge.expected(instance, connection, &next), !reply.isGarbage, matches(expected, seen, reply) else { return false }
    }
    while let missing = Judge.expected(instance, connection, &next) {
      guard missing.isOptional, connection >= 0, ending(seen, connection) != .open else { return false }
    }
    guard connection >= 0, connection < instance.fates.count else { return true }
    return fateHolds(instance.fates[connection], ending(seen, connection))
  }

  func ending(_ seen: Observation, _ connection: Int) -> Ending { seen.endings.indices.contains(connection) ? seen.endings[connection] : .open }

  func fateHolds(_ fate: Fate, _ ending: Ending) -> Bool {
    switch fate {
    case .open: ending == .open
    case .closed: ending == .closed
    case .any, .dropped: true
    }
  }

  func matches(_ expected: ExpectedReply, _ seen: Observation, _ reply: Reply) -> Bool {
    seen.received.withUnsafeBytes { all in
      let bytes = UnsafeRawBufferPointer(rebasing: all[reply.range])
      guard expected.form != .acknowledgement else { return ReplyForm.acknowledgement(bytes)?.isExactly(expected) ?? false }
      guard let answer = ServerReply(bytes), answer.fault(expected, seen.places, serverID: session.serverID) == nil else { return false }
      if answer.type == .broadcastServerResponse, session.serverID == nil { session.serverID = answer.lookupID }
      return true
    }
  }
}
