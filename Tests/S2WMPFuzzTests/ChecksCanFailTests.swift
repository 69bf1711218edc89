import S2WMPWire
import Testing

@testable import S2WMPFuzz

/// A check that passes whatever the target does checks nothing. So each is carried out on the sound core, and what comes of its last packet is changed.
@Suite("Conformance: every check can fail") struct ChecksCanFailTests {
  private static let checks = Requirements.checks(for: .peer, .v1).filter { $0.unchecked == nil }

  /// Checks that pass under a change that changed something, and how many were changed.
  ///
  /// - change: gives whether it did.
  private func passing(_ ids: [String], _ change: @escaping (Instance, inout Observation) -> Bool) throws -> (passed: [String], changed: Int) {
    var (isChanged, count) = (false, 0)
    let run = try CoreRun(.dh, .x25519) { instance, seen in if change(instance, &seen) { isChanged = true } }
    let passed = try ids.filter { id in
      isChanged = false
      run.changed = id
      let status = try run.run(only: [id]).results.first { $0.requirement.id == id }?.status
      count += isChanged ? 1 : 0
      return isChanged && status == .pass
    }
    return (passed, count)
  }

  /// The last packet of the case itself, not what only proves that the target still answers.
  private static func last(_ instance: Instance) -> Int? { instance.packets.lastIndex { $0.step >= 0 } }

  /// Where the replies to that packet and later ones of its connection begin in the observation.
  private static func replies(_ instance: Instance, _ seen: Observation, from packet: Int) -> [Int] {
    let connection = instance.packets[packet].connection
    let before = instance.expected.count { $0.connection == connection && $0.packet < packet }
    return Array(seen.replies.indices.filter { seen.replies[$0].connection == connection }.dropFirst(before))
  }

  // MARK: Changes

  /// The target closes, or drops what comes by datagram, where the answer to the last packet is owed.
  private static func lose(_ instance: Instance, _ seen: inout Observation) -> Bool {
    guard let packet = last(instance), case let lost = replies(instance, seen, from: packet), !lost.isEmpty else { return false }
    guard instance.expected.contains(where: { $0.packet == packet }) else { return false }
    for index in lost.reversed() { seen.replies.remove(at: index) }
    let connection = instance.packets[packet].connection
    guard connection >= 0 else { return true }
    while seen.endings.count <= connection { seen.endings.append(.open) }
    seen.endings[connection] = .closed
    return true
  }

  /// The answer to the last packet says the opposite, or something else.
  private static func contradict(_ instance: Instance, _ seen: inout Observation) -> Bool {
    guard let packet = last(instance), instance.expected.contains(where: { $0.packet == packet }),
      let index = replies(instance, seen, from: packet).first
    else { return false }
    let start = seen.replies[index].range.lowerBound
    switch seen.received[start + 1] {
    case 0x06:
      let isAccepted = seen.received[start + 2] == 1
      (seen.received[start + 2], seen.received[start + 3]) = isAccepted ? (0, 2) : (1, 0)
    case 0x0a: seen.received[start + 2] = seen.received[start + 2] == 0 ? 1 : 0
    default: seen.received[start + 18] ^= 1
    }
    return true
  }

  /// An answer comes to the last packet though none is owed to it.
  private static func add(_ instance: Instance, _ seen: inout Observation) -> Bool {
    guard let packet = last(instance), !instance.expected.contains(where: { $0.packet == packet }) else { return false }
    let connection = instance.packets[packet].connection
    let start = seen.received.count
    seen.received += [1, 6, 1, 0] + [UInt8](repeating: 7, count: 24)
    let reply = Reply(range: start..<seen.received.count, connection: connection, at: 0, isGarbage: false)
    seen.replies.insert(reply, at: replies(instance, seen, from: packet).first ?? seen.replies.count)
    return true
  }

  private static let all = checks.map(\.id)

  /// Of these two others have the last word: answers behind a rejection may be missing, and how a stall is answered is a requirement of its own.
  private static let mayLose = ["4/tcp.order", "4/read-timeout"]

  @Test func whenTheLastAnswerIsMissing() throws {
    let (passed, changed) = try passing(Self.all, Self.lose)
    #expect(passed == Self.mayLose)
    #expect(changed > 120)
  }

  @Test func whenTheLastAnswerIsAnother() throws {
    let (passed, changed) = try passing(Self.all, Self.contradict)
    #expect(passed == [])
    #expect(changed > 120)
  }

  @Test func whenSomethingIsAnsweredThatDeservesNothing() throws {
    let (passed, changed) = try passing(Self.all, Self.add)
    #expect(passed == [])
    #expect(changed > 7)
  }

  @Test func everyCheckIsTriedInOneOfTheseWays() throws {
    let (_, changed) = try passing(Self.all) { instance, seen in
      if !Self.lose(instance, &seen) { return Self.add(instance, &seen) }
      return true
    }
    let carriedOut = try CoreRun(.dh, .x25519).run().summary.passed
    #expect(changed == carriedOut)
  }

  @Test func whenNothingIsDelivered() throws {
    let ids = ["6.1/deliver", "6.1/sc.applied", "6.1/duplicate.late", "6.1/duplicate.sender"]
    let (passed, changed) = try passing(ids) { _, seen in
      defer { seen.heard.removeAll() }
      return !seen.heard.isEmpty
    }
    #expect(passed == [] && changed == ids.count)
  }

  @Test func whenEverythingIsDeliveredTwice() throws {
    let ids = ["6.1/deliver", "6.1/duplicate.deliver"]
    let (passed, changed) = try passing(ids) { _, seen in
      seen.heard += seen.heard
      return !seen.heard.isEmpty
    }
    #expect(passed == [] && changed == ids.count)
  }

  /// Each ending `from` becomes `to`.
  private func passingEnded(_ ids: [String], _ from: Ending, as to: Ending) throws -> [String] {
    try passing(ids) { instance, seen in
      while seen.endings.count < instance.fates.count { seen.endings.append(.open) }
      // Where the specification leaves room, it makes no difference.
      let changed = instance.fates.indices.filter { seen.endings[$0] == from && instance.fates[$0] != .any }
      for index in changed { seen.endings[index] = to }
      return !changed.isEmpty
    }.passed
  }

  @Test func whenAConnectionStaysThatHasToEnd() throws {
    let ids = ["6.1/1.close", "6.1/1.version", "6.1/1.type", "4/half-close.inside", "4/half-close.between", "4/read-timeout", "4/closing"]
    let passed = try passingEnded(ids, .closed, as: .open)
    #expect(passed == [])
  }

  @Test func whenAConnectionIsResetThatHasToBeClosed() throws {
    let passed = try passingEnded(["4/closing", "4/half-close.inside", "4/half-close.between"], .closed, as: .reset)
    #expect(passed == [])
  }

  @Test func whenAConnectionEndsThatHasToStay() throws {
    let passed = try passingEnded(["4/tcp.many-packets", "4/tcp.ignored", "6.1/ignored.ack", "6.1/crr.status", "6.1/cr.name", "4/idle"], .open, as: .closed)
    #expect(passed == [])
  }
}
