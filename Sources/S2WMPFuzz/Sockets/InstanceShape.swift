import S2WMPWire

extension Observation {
  /// Adds a reply.
  mutating func note(_ bytes: UnsafeRawBufferPointer, connection: Int, at: UInt64, isGarbage: Bool) {
    let start = received.count
    received.append(contentsOf: bytes)
    replies.append(Reply(range: start..<start + bytes.count, connection: connection, at: at, isGarbage: isGarbage))
  }
}

extension Instance {
  /// Bytes on connection 0, answers on it, and nothing that must end it. Where something is rejected the target may end it.
  var isPlain: Bool {
    guard !isFresh, fates.count == 1, fates[0] == .open || fates[0] == .any, !expected.isEmpty else { return false }
    var index = 0
    while index < actions.count {
      switch actions[index] {
      case .send(_, connection: 0), .awaitReplies(_, connection: 0, .reply): index += 1
      default: return false
      }
    }
    return true
  }

  /// Whether the target may close the connection after it.
  var mayEnd: Bool { fates.first == .any }

  /// Whether it waits for the target's read timeout.
  var stalls: Bool {
    actions.contains { if case .awaitReplies(_, _, .stall) = $0 { true } else { false } }
  }

  /// How many replies a plain instance waits for in all.
  var awaited: Int {
    var most = 0
    for action in actions {
      if case .awaitReplies(let count, _, _) = action, count > most { most = count }
    }
    return most
  }
}
