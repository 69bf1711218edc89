import S2WMPWire

/// More requests over one connection than a source may make: answered as ever until the rate is exceeded, then once with status 2, then not at all
/// (S2WMP wire format, section 6.2).
struct Flood {
  private let owed: [ExpectedReply]
  private let came: [Reply]
  private let seen: Observation

  static func isOne(_ instance: Instance, _ connection: Int) -> Bool {
    connection >= 0 && instance.expected.contains { $0.connection == connection && $0.isOverRate }
  }

  init(_ instance: Instance, _ seen: Observation, _ connection: Int) {
    owed = instance.expected.filter { $0.connection == connection }
    came = seen.replies.filter { $0.connection == connection }
    self.seen = seen
  }

  /// What is not as owed; nil: all is.
  func difference(_ judge: BootstrapJudge) -> Mismatch? {
    var isBanned = false
    for (index, reply) in came.enumerated() {
      let observed = judge.outcome(seen, reply)
      if isBanned {
        return Mismatch("6.2/rate.silence", .acceptedMalformed, expected: .silence, observed: observed, packet: index < owed.count ? owed[index].packet : nil)
      }
      guard index < owed.count else { return Mismatch("4/server.pipelined", .wrongEcho, expected: .silence, observed: observed, packet: nil) }
      if !reply.isGarbage, judge.matches(owed[index], seen, reply) { continue }
      var exceeded = owed[index]
      (exceeded.status, exceeded.place) = (2, nil)
      guard !reply.isGarbage, judge.matches(exceeded, seen, reply) else { return judge.make("6.2/rate.exceeded", .wrongError, exceeded, observed) }
      guard owed[index].isOverRate else { return judge.make("6.2/rate.exceeded", .rejectedValid, owed[index], observed) }
      isBanned = true
    }
    return isBanned ? nil : unbanned(judge)
  }

  private func unbanned(_ judge: BootstrapJudge) -> Mismatch? {
    guard came.count < owed.count else {
      var last = owed[owed.count - 1]
      last.status = 2
      return judge.make("6.2/rate.exceeded", .acceptedMalformed, last, .other("all \(owed.count) requests are answered"))
    }
    var missed = owed[came.count]
    if missed.isOverRate { missed.status = 2 }
    return judge.make("6.2/rate.exceeded", .noReply, missed, .silence)
  }
}
