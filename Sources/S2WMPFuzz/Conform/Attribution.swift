/// Which requirement a mismatch speaks against, when several meet in one case.
enum Attribution {
  /// A packet that must be rejected can be accepted, or be rejected by another error: two requirements where the second is about the error alone.
  static func errorRequirement(of id: String) -> String? {
    switch id {
    case "6.1/5.hash", "5.4/plaintext", "5.4/direction", "5.4/previous", "5.4/sc", "5.4/whole": "6.1/5.error"
    case "6.1/3.client", "5.3/bound", "5.3/bound.status", "5.3/bound.datetime", "5.3/bound.undefined", "5.3/allowed", "5.3/pair": "6.1/3.client-error"
    case "6.1/cr.key": "6.1/cr.key-status"
    case "4/read-timeout": "4/read-timeout.answer"
    default: id.hasPrefix("5.1/") ? "6.1/cr.key-status" : nil
    }
  }

  /// Whether a mismatch met while `id` was checked says nothing against it, because what it breaks is checked by a row of its own.
  static func isElsewhere(_ mismatch: Mismatch, than id: String) -> Bool {
    guard mismatch.requirement != id, Requirements.requirement(mismatch.requirement) != nil else { return false }
    if mismatch.requirement == errorRequirement(of: id) { return mismatch.kind == .wrongError || mismatch.kind == .noReply }
    if answerForms.contains(id), [.acceptedMalformed, .wrongError, .rejectedValid].contains(mismatch.kind) { return true }
    return mismatch.kind == .wrongEcho
  }

  /// Requirements about what answers look like, and their order: whether the right ones come is for others to say.
  private static let answerForms: Set<String> = ["3.7/ack", "4/tcp.order", "6.1/echo.datetime", "6.1/echo.user-id"]

  /// Whether `id` is about the error of what was accepted here: nothing can be said then.
  static func isUndecided(_ mismatch: Mismatch, for id: String) -> Bool {
    guard mismatch.requirement != id, mismatch.kind == .acceptedMalformed || mismatch.kind == .hang else { return false }
    return errorRequirement(of: mismatch.requirement) == id
  }

  /// Whether the connection was closed between packets, which is a row of its own: what was to come after it cannot be decided.
  static func isCutShort(_ mismatch: Mismatch, for id: String) -> Bool {
    guard mismatch.kind == .connection, mismatch.requirement != id, id != "4/idle" else { return false }
    return mismatch.requirement == "4/tcp.many-packets" || mismatch.requirement == "4/server.many-packets"
  }

  /// Whether a rejection was owed and some other one came.
  static func isRejectionAnyway(_ mismatch: Mismatch, _ exchange: Exchange) -> Bool {
    guard mismatch.expected.isRejection else { return false }
    switch mismatch.kind {
    case .wrongError, .wrongEcho, .connection: return mismatch.observed.isRejection || isEndedByTarget(exchange)
    case .noReply: return isEndedByTarget(exchange)
    case .acceptedMalformed, .rejectedValid, .crash, .hang, .slow: return false
    }
  }

  private static func isEndedByTarget(_ exchange: Exchange) -> Bool {
    exchange.entries.contains { entry in
      if case .ended(byTarget: true, _) = entry.what { return true }
      return false
    }
  }

  /// Whether a control is accepted, though something else about it may be wrong.
  static func isAccepted(_ mismatch: Mismatch) -> Bool { mismatch.kind == .wrongEcho || mismatch.kind == .connection || mismatch.kind == .slow }
}

extension Outcome {
  /// An ACK with an error, or a response whose status is not 0.
  var isRejection: Bool {
    switch self {
    case .acknowledgement(_, let error, _): error != 0
    case .reply(_, let status): (status ?? 0) != 0
    case .silence, .other: false
    }
  }
}
