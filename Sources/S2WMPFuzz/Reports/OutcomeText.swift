import S2WMPWire

extension Outcome {
  /// For people: `ACK 0, error 2 (hash didn't match); connection open`.
  public func text(_ dialect: Dialect = .v1) -> String {
    switch self {
    case .acknowledgement(let ack, let error, let ending):
      let meaning = error == 0 ? nil : Codes.error.code(error)?.text
      return "ACK \(ack), error \(error)\(meaning.map { " (\($0))" } ?? ""); connection \(ending.text)"
    case .reply(let name, let status): return status.map { "\(name) with status \($0)\(Self.meaning(name, $0, dialect))" } ?? name
    case .silence: return "no answer"
    case .other(let words): return words
    }
  }

  private static func meaning(_ name: String, _ status: UInt8, _ dialect: Dialect) -> String {
    let layout = PacketType(shortName: name).flatMap { LayoutID($0, dialect) }
    return layout?.row(named: "status")?.codes?.code(status).map { " (\($0.text))" } ?? ""
  }
}

extension Ending {
  /// As reports have it; a connection that was refused never opened.
  var text: String { self == .refused ? Ending.closed.rawValue : rawValue }
}

extension FindingKind {
  /// A sentence's beginning: what the target did.
  var title: String {
    switch self {
    case .wrongError: "answered with the wrong error"
    case .acceptedMalformed: "accepted what it has to reject"
    case .rejectedValid: "rejected what is valid"
    case .noReply: "did not answer"
    case .wrongEcho: "echoed the wrong values"
    case .connection: "did the wrong thing with the connection"
    case .crash: "ended"
    case .hang: "stopped answering"
    case .slow: "became slow or large"
    }
  }
}
