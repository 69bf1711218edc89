import S2WMPWire

/// One worker's addresses, and what it has in flight.
final class ServerLane: CasesInFlight {
  let session: BootstrapSession
  let examiner: any Examiner

  init(_ session: BootstrapSession, _ dialect: Dialect) {
    self.session = session
    examiner = session.examiner(dialect)
  }
}
