import S2WMPWire

/// How much each source asks, and what time does about it and about registrations.
extension BootstrapForge {
  /// The rate is counted for each source; who is banned in a case asks over one connection only.
  mutating func count(_ from: Int) throws(CaseFault) {
    let burst = session.limits.burst
    guard rate.ask(from) > burst else { return }
    guard isStream else { throw CaseFault("more than \(burst) requests of one source are sent over one connection, so that none is lost") }
    guard model.now == 0 else { throw CaseFault("how much a source may ask behind a pause is not known; let it be banned before") }
    instance.expected[instance.expected.count - 1].isOverRate = true
    connections[number].isFlooded = true
  }

  /// How a source stands with the server.
  func standing(of source: Int) throws(CaseFault) -> SourceRates.Standing {
    guard let standing = rate.standing(of: source, at: model.now, session.limits) else {
      throw CaseFault("a ban ends about then; make the pause shorter or longer")
    }
    return standing
  }

  /// The last packet is a request of a banned source: silence, and the ban goes on as it was.
  mutating func refuse(_ from: Int) throws(CaseFault) {
    rate.disturb(from)
    instance.packets[instance.packets.count - 1].checks = .banned
  }

  mutating func pause(_ span: ServerSpan, _ percent: Int) throws {
    let milliseconds = session.limits.milliseconds(span, percent: percent)
    guard session.limits.waits.contains(span) else {
      throw CaseFault("it takes \(ServerLimits.words(milliseconds)), and nobody said that there is time for it (--slow)")
    }
    try leave(for: nil)
    guard !connections.contains(where: { $0.isInside && !$0.isOver }) else { throw CaseFault("a pause inside a packet is a stall; say stall") }
    for number in connections.indices where connections[number].isUsed && !connections[number].isOver {
      connections[number].isStale = true
      connections[number].fate = .any
    }
    instance.actions.append(.pause(UInt64(milliseconds) &* 1_000_000))
    model.pass(milliseconds)
  }
}
