import S2WMPWire

/// Compares what a bootstrap server answered with what it owed, and says which requirement a difference breaks.
public struct BootstrapJudge: ReplyMatching {
  let session: BootstrapSession

  public init(_ session: BootstrapSession) { self.session = session }

  /// Requests over the rate have answers of their own.
  public func isAsOwedOtherwise(_ instance: Instance, _ seen: Observation, connection: Int) -> Bool? {
    Flood.isOne(instance, connection) ? Flood(instance, seen, connection).difference(self) == nil : nil
  }

  public func matches(_ expected: ExpectedReply, _ seen: Observation, _ reply: Reply) -> Bool {
    seen.received.withUnsafeBytes { all in
      let bytes = UnsafeRawBufferPointer(rebasing: all[reply.range])
      guard expected.form != .acknowledgement else { return ReplyForm.acknowledgement(bytes)?.isExactly(expected) ?? false }
      guard let answer = ServerReply(bytes), answer.fault(expected, seen.places, serverID: session.serverID) == nil else { return false }
      if answer.type == .broadcastServerResponse, session.serverID == nil { session.serverID = answer.lookupID }
      return true
    }
  }
}
