import S2WMPWire

/// Compares what the target told its user with what it acknowledged: messages are delivered once, status changes applied when newer than the last one.
///
/// For a target that can be heard, after all replies were as owed. It takes the session's times as they usually are: a time given exactly is used once.
public struct HeardCheck {
  /// A packet that was accepted.
  private struct Accepted {
    var index: Int
    var type: PacketType
    var sender: Identifier
    var datetime: UInt64
    var status: UserStatusCode?
  }

  private let accepted: [Accepted]
  private let heard: [HeardEvent]

  public init(_ instance: Instance, _ seen: Observation) {
    heard = seen.heard
    var answered: [Int: Int] = [:]
    for reply in seen.replies { answered[reply.connection, default: 0] += 1 }
    var found: [Accepted] = []
    for reply in instance.expected {
      guard let left = answered[reply.connection], left > 0 else { continue }
      answered[reply.connection] = left - 1
      if reply.form == .acknowledgement, reply.status == 0, let packet = Self.packet(reply.packet, instance) { found.append(packet) }
    }
    accepted = found
  }

  private static func packet(_ index: Int, _ instance: Instance) -> Accepted? {
    guard instance.packets.indices.contains(index), instance.packets[index].range.count >= Messaging.headerLength else { return nil }
    let sent = instance.packets[index]
    guard sent.type == .message || sent.type == .statusChange else { return nil }
    return instance.buffer[sent.range].withUnsafeBytes { bytes in
      bytes.baseAddress.map { base in
        Accepted(
          index: index, type: sent.type, sender: Messaging.senderID.load(base), datetime: Messaging.datetime.load(base),
          status: UserStatusCode(rawValue: Messaging.status.load(base)))
      }
    }
  }

  /// The first difference.
  public func mismatch() -> Mismatch? { undelivered() ?? misapplied() }

  // Messages.

  private func undelivered() -> Mismatch? {
    var seen: Set<HeardEvent> = []
    var newest: [Identifier: UInt64] = [:]
    for packet in accepted where packet.type == .message {
      let event = HeardEvent.message(from: packet.sender, datetime: packet.datetime)
      let isLate = newest[packet.sender].map { packet.datetime < $0 } ?? false
      newest[packet.sender] = max(newest[packet.sender] ?? 0, packet.datetime)
      guard seen.insert(event).inserted else { continue }
      let count = heard.count { $0 == event }
      if count == 1 { continue }
      let isRepeated = accepted.count { $0.type == .message && $0.sender == packet.sender && $0.datetime == packet.datetime } > 1
      return Mismatch(
        count > 1 ? "6.1/duplicate.deliver" : isLate ? "6.1/duplicate.late" : "6.1/deliver", count > 1 && isRepeated ? .acceptedMalformed : .rejectedValid,
        expected: .other("delivered once"), observed: .other(count == 0 ? "acknowledged, and not delivered" : "delivered \(count) times"), packet: packet.index)
    }
    return nil
  }

  // Status changes. A message may carry a status as well, and nothing says what becomes of that one: cases with messages say nothing here.

  private func misapplied() -> Mismatch? {
    if accepted.contains(where: { $0.type == .message }) { return nil }
    for sender in Set(accepted.map(\.sender)) {
      if let found = misapplied(accepted.filter { $0.sender == sender }) { return found }
    }
    return nil
  }

  private func misapplied(_ changes: [Accepted]) -> Mismatch? {
    var told = heard.compactMap { event -> UserStatusCode? in
      if case .status(of: changes[0].sender, let status) = event { status } else { nil }
    }[...]
    var newest: UInt64?
    var last: UserStatusCode?
    for change in changes {
      let isNewer = newest.map { change.datetime > $0 } ?? true
      if isNewer {
        if told.first == change.status { told.removeFirst() } else if let last, last != change.status { return unapplied(change) }
        (newest, last) = (change.datetime, change.status)
      } else if told.first == change.status, change.status != last {
        return Mismatch(
          "6.1/sc.stale", .acceptedMalformed, expected: .other("acknowledged, and not applied"), observed: .other("applied"), packet: change.index)
      }
    }
    return nil
  }

  private func unapplied(_ change: Accepted) -> Mismatch {
    Mismatch("6.1/sc.applied", .rejectedValid, expected: .other("applied"), observed: .other("acknowledged, and not applied"), packet: change.index)
  }
}
