import S2WMPWire

extension CaseWords {
  /// `ACK 0, error 2 (hash didn't match); connection open`, `CRR with status 4 (invalid key)`, `no answer`; harmless on a terminal.
  public static func outcome(_ outcome: Outcome, _ dialect: Dialect = .v1) -> String { safe(outcome.text(dialect)) }

  /// A code and what it is called.
  static func named(_ value: UInt8, _ codes: CodeTable) -> String { "\(value) (\(codes.code(value)?.text ?? "not defined"))" }
}
