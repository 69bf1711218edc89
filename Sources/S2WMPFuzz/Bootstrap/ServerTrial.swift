import S2WMPWire

/// Trials on a bootstrap server, to look closer at a finding. Every case has IDs of its own, so a server need not begin anew for each; but one that did something
/// wrong does where it can, as what it took wrongly (the zero ID, say) may be in the way of what is tried next.
public final class ServerTrial: CaseTrying {
  private let target: any CaseTarget
  private let session: BootstrapSession
  private let dialect: Dialect
  private let pace: ServerPace
  private var trial: ExaminedTrial

  public init(target: any CaseTarget, session: BootstrapSession, dialect: Dialect = .v1) {
    (self.target, self.session, self.dialect) = (target, session, dialect)
    pace = ServerPace(session)
    trial = ExaminedTrial(target, session.examiner(dialect), names: session.standIn)
  }

  public var lastRun: (instance: Instance, seen: Observation)? { (trial.instance, trial.seen) }

  public func run(_ cases: [Case]) throws -> Tried { try trial.run(cases) { pace.wait(for: $0) } }

  public func recover() throws {
    target.disconnect()
    if try target.restart() { session.forget() } else { session.distrust() }
  }

  /// Whether a packet is not simply accepted: for controls.
  func isHarmful(_ plan: PacketPlan, isDatagram: Bool) -> Bool {
    if dialect == .legacy { return LegacyServerForm.isHarmful(plan) }
    let keySize = ServerPackets.keySize(plan)
    let datagram = isDatagram ? try? RequestForm.ofDatagram(plan, keySize: keySize) : nil
    let stream = isDatagram ? nil : try? RequestForm.ofStream(plan, keySize: keySize) { Consequence() }
    guard let form = datagram ?? stream, form.isRequest, form.framing == .whole else { return true }
    return plan.changes.contains { change in
      switch change {
      case .set("user_id", let value), .tamper("user_id", let value), .set("new_id", let value), .tamper("new_id", let value): value != .party(.own)
      case .set("lookup_id", .party(let party)): party == .zero || party == .nobody || party == .target
      case .flip(let field, _): ["user_id", "new_id", "lookup_id", "public_key"].contains(field)
      case .key(let key): key != .own
      case .time(.again): true
      default: false
      }
    }
  }
}

extension Investigation {
  /// For findings about a bootstrap server.
  public init(_ trial: ServerTrial) { self.init(trial, isHarmful: trial.isHarmful) }
}
