import S2WMPWire

/// The quick look at every run, the same for all kinds of targets: each reply is the one owed, none is missing, and no connection ended otherwise than it may.
public protocol ReplyMatching {
  /// Whether a reply, framed already, is exactly what is owed.
  func matches(_ expected: ExpectedReply, _ seen: Observation, _ reply: Reply) -> Bool
  /// Whether a connection's replies are as owed where they do not simply follow one another; nil: they do.
  func isAsOwedOtherwise(_ instance: Instance, _ seen: Observation, connection: Int) -> Bool?
}

extension ReplyMatching {
  public func isAsOwedOtherwise(_ instance: Instance, _ seen: Observation, connection: Int) -> Bool? { nil }

  /// Whether all is as owed. Allocates nothing.
  public func isAsOwed(_ instance: Instance, _ seen: Observation) -> Bool {
    guard seen.death == nil else { return false }
    for number in -1..<max(instance.fates.count, 1) where !isAsOwed(instance, seen, connection: number) { return false }
    return true
  }

  private func isAsOwed(_ instance: Instance, _ seen: Observation, connection: Int) -> Bool {
    if let answer = isAsOwedOtherwise(instance, seen, connection: connection) { return answer }
    return isAsOwedInOrder(instance, seen, connection) || connection < 0 && areDatagramsAsOwed(instance, seen)
  }

  private func isAsOwedInOrder(_ instance: Instance, _ seen: Observation, _ connection: Int) -> Bool {
    var next = 0
    for reply in seen.replies where reply.connection == connection {
      guard let expected = expected(instance, connection, &next), !reply.isGarbage, matches(expected, seen, reply) else { return false }
    }
    while let missing = expected(instance, connection, &next) {
      guard missing.isOptional, mayBeMissing(instance, seen, connection) else { return false }
    }
    guard connection >= 0, connection < instance.fates.count else { return true }
    return fateHolds(instance.fates[connection], ending(seen, connection))
  }

  /// Datagrams may overtake each other.
  private func areDatagramsAsOwed(_ instance: Instance, _ seen: Observation) -> Bool {
    let owed = instance.expected.filter { $0.connection < 0 }
    let came = replies(seen, owed, connection: -1)
    return came.count == owed.count && came.indices.allSatisfy { !came[$0].isGarbage && matches(owed[$0], seen, came[$0]) }
  }

  /// What came on a connection. Datagrams have no order: each stands where the request stands that it answers, by its request ID.
  func replies(_ seen: Observation, _ owed: [ExpectedReply], connection: Int) -> [Reply] {
    let came = seen.replies.filter { $0.connection == connection }
    guard connection < 0, came.count > 1 else { return came }
    var left = came
    var places = owed.map { expected in take(&left) { !$0.isGarbage && matches(expected, seen, $0) } }
    for index in owed.indices where places[index] == nil {
      places[index] = take(&left) { !$0.isGarbage && ReplyForm.requestID(seen.received[$0.range]) == owed[index].requestID }
    }
    left.reverse()
    return places.compactMap { $0 ?? left.popLast() } + left.reversed()
  }

  private func take(_ replies: inout [Reply], _ isWanted: (Reply) -> Bool) -> Reply? {
    replies.firstIndex(where: isWanted).map { replies.remove(at: $0) }
  }

  /// The next reply owed on a connection, from index `next` on.
  private func expected(_ instance: Instance, _ connection: Int, _ next: inout Int) -> ExpectedReply? {
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

  func ending(_ seen: Observation, _ connection: Int) -> Ending { seen.endings.indices.contains(connection) ? seen.endings[connection] : .open }

  func fateHolds(_ fate: Fate, _ ending: Ending) -> Bool {
    switch fate {
    case .open: ending == .open
    case .closed: ending == .closed
    case .any, .dropped: true
    }
  }
}
