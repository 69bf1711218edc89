import S2WMPWire

extension CaseWords {
  /// `ACK 0, error 2 (hash didn't match); connection open`, `CRR 4 (invalid key)`, `no answer`.
  public static func outcome(_ outcome: Outcome, _ dialect: Dialect = .v1) -> String {
    switch outcome {
    case .acknowledgement(let ack, let error, let ending): "ACK \(ack), error \(named(error, error == 0 ? nil : Codes.error)); \(connection(ending))"
    case .reply(let name, let status): reply(name, status, dialect)
    case .silence: "no answer"
    case .other(let words): safe(words)
    }
  }

  static func connection(_ ending: Ending) -> String {
    switch ending {
    case .open: "connection open"
    case .closed: "connection closed"
    case .reset: "connection reset"
    case .refused: "no connection"
    }
  }

  private static func reply(_ name: String, _ status: UInt8?, _ dialect: Dialect) -> String {
    guard let status else { return safe(name) }
    let layout = PacketType(shortName: name).flatMap { LayoutID($0, dialect) }
    return "\(safe(name)) \(named(status, layout?.row(named: "status")?.codes))"
  }

  /// A code and what it is called.
  static func named(_ value: UInt8, _ codes: CodeTable?) -> String {
    guard let codes else { return "\(value)" }
    return "\(value) (\(codes.code(value)?.text ?? "not defined"))"
  }
}
