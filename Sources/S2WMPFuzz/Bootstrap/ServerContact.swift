import S2WMPWire

/// Getting to know a bootstrap server: one registration by TCP, one by UDP; of the legacy dialect by UDP alone.
public struct ServerContact: Hashable, Sendable {
  /// Whether its UDP port answers.
  public var answersDatagrams = true

  /// Throws when the target is no server that can be talked to.
  public init(_ target: any CaseTarget, _ session: BootstrapSession, _ dialect: Dialect = .v1) throws {
    // Its sockets hold addresses that the run needs.
    defer { target.disconnect() }
    var trial = ExaminedTrial(target, session.examiner(dialect), names: session.standIn)
    let reg = PacketPlan(.registration)
    if dialect == .v1 {
      try trial.make(Case(role: .bootstrap, [.send([reg], .whole)]))
      try Self.judge(trial.seen, target.name)
    }
    // A datagram may get lost.
    for _ in 0..<3 {
      try trial.make(Case(role: .bootstrap, dialect: dialect, [.datagram(reg)]))
      let seen = trial.seen
      if let death = seen.death { throw TargetFault("\(target.name) ended at its first registration by UDP: \(death)") }
      if !seen.replies.isEmpty { return }
    }
    guard dialect == .v1 else {
      throw TargetFault("\(target.name) does not answer a legacy registration on UDP port 5002; start the server there, or name another target")
    }
    answersDatagrams = false
  }

  private static func judge(_ seen: Observation, _ name: String) throws(TargetFault) {
    if let death = seen.death { throw TargetFault("\(name) ended at its first registration: \(death)") }
    if seen.endings.first == .refused { throw TargetFault("nothing takes connections at \(name); start the server there, or name another target") }
    guard let reply = seen.replies.first else {
      throw TargetFault("\(name) does not answer a registration; it is no bootstrap server, or it has banned this machine: then wait a minute")
    }
    if reply.isGarbage { throw TargetFault("\(name) answers a registration with bytes that are no S2WMP packet, so it is no server that can be tested") }
    if seen.replies.count > 1 { throw TargetFault("\(name) answers one registration with several packets, so it is no server that can be tested") }
    let type = PacketType(rawValue: seen.received[reply.range.lowerBound + 1])
    guard type == .registrationResponse || type == .acknowledgement else {
      throw TargetFault("\(name) answers a registration with \(type.shortName ?? "another packet"), so it is no server that can be tested")
    }
  }
}
