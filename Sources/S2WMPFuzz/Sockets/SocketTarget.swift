import S2WMPFlow
import S2WMPWire

/// A peer or a server behind sockets, for instances run alone: to check requirements, to make findings small, to try them again.
///
/// Connection 0 stays open for the next instance, unless that one is fresh, or the connection ended or was left in doubt.
public final class SocketTarget: CaseTarget {
  private let wire: SocketWire
  private let slot: CaseSlot
  private let spawned: SpawnedTarget?

  /// - spawned: the target's process, when this program started it.
  public convenience init(_ settings: TargetSettings, spawned: SpawnedTarget? = nil) throws(TargetFault) {
    try self.init(settings, process: spawned?.process, spawned: spawned)
  }

  init(_ settings: TargetSettings, process: SpawnedProcess?, spawned: SpawnedTarget?) throws(TargetFault) {
    self.spawned = spawned
    wire = try SocketWire(settings, process: process)
    slot = CaseSlot(wire, index: 0)
  }

  public var settings: TargetSettings { wire.settings }
  public var name: String { wire.settings.endpoint.description }
  public var isHeard: Bool { spawned?.isHeard ?? false }
  public var sources: Int { wire.settings.sources }

  public func disconnect() { slot.disconnect() }

  public func setPatience(isShort: Bool) { wire.times.isShort = isShort }

  public func restart() throws(TargetFault) -> Bool {
    guard let spawned else { return false }
    slot.disconnect()
    return try spawned.restart()
  }

  public func run(_ instance: Instance, into observation: inout Observation) throws(TargetFault) {
    if wire.meetNewProcess() { slot.disconnect() }
    slot.instance = instance
    swap(&slot.observation, &observation)
    defer {
      swap(&slot.observation, &observation)
      // The caller may change its own again without a copy being made.
      slot.instance = Instance()
    }
    do {
      try slot.start()
      repeat { try carryOut() } while try !slot.finish(thorough: true)
    } catch {
      slot.abandon()
      throw error
    }
    wire.complete(slot, isAlone: true)
    if !slot.observation.isLate, !instance.stalls { wire.times.note(slot.observation.duration) }
    slot.settle(keeping: true)
  }

  private func carryOut() throws(TargetFault) {
    while try !slot.advance() {
      let now = MonotonicTime.now
      let count = wire.poller.wait(until: slot.deadline, now: now)
      for index in 0..<count {
        let token = wire.poller.token(index)
        if token & SocketWire.processToken != 0 { wire.hearProcess(token) } else { slot.receive(Int32(truncatingIfNeeded: token & 0xffff_ffff)) }
      }
      if count == 0, now >= slot.deadline || MonotonicTime.now >= slot.deadline { slot.expire() }
    }
  }
}

extension SocketWire {
  /// Adds what else is known about a run: what the target was heard to say, and its death.
  ///
  /// - isAlone: nothing else is being run, so that there is time to listen and to wait.
  func complete(_ slot: CaseSlot, isAlone: Bool) {
    if let words = deathWords(slot.broken, isLate: slot.observation.isLate, isAlone: isAlone) { slot.observation.death = words }
    guard let process else { return }
    if isAlone { process.hearAll() }
    process.takeEvents(into: &slot.observation.heard)
  }

  /// Words for the target's end, when there is reason to think of it and it has ended.
  func deathWords(_ broken: CaseSlot.Break?, isLate: Bool, isAlone: Bool) -> String? {
    guard broken != nil || isLate else { return nil }
    // The connections of a process break a moment before it has ended; one that writes down why it crashes does not even break them.
    if let process { return process.deathWords(patience: isAlone && !times.isShort ? 1000 : 100) }
    switch broken {
    case .refused, .early: return listens() ? nil : "nothing listens on \(settings.endpoint) any more"
    case .late, nil: return nil
    }
  }
}
