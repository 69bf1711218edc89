import S2WMPWire

/// Trials on a bootstrap server, to look closer at a finding. Every case has IDs of its own, so a server need not begin anew for each.
public final class ServerTrial: CaseTrying {
  private let target: any CaseTarget
  private let session: BootstrapSession
  private let examiner: any Examiner
  private let pace: ServerPace
  private var instance = Instance()
  private var seen = Observation()
  private var isDead = false

  public init(target: any CaseTarget, session: BootstrapSession, dialect: Dialect = .v1) {
    self.target = target
    self.session = session
    examiner = dialect == .v1 ? BootstrapExaminer(session) : LegacyServerExaminer(session)
    pace = ServerPace(session)
  }

  public var lastRun: (instance: Instance, seen: Observation)? { (instance, seen) }

  /// `Mismatch.packet` counts the packets of all cases, as `Exchange.packets` does.
  public func run(_ cases: [Case]) throws -> Tried {
    var recorder = ExchangeRecorder(session.standIn, isReadable: false)
    for (index, given) in cases.enumerated() {
      try examiner.make(given, checksAlive: false, into: &instance)
      pace.wait(for: instance)
      try target.run(instance, into: &seen)
      let before = recorder.exchange.packets.count
      recorder.record(given, instance, seen)
      guard !examiner.isAsOwed(instance, seen), var mismatch = examiner.mismatch(given, instance, seen) else { continue }
      isDead = seen.death != nil
      mismatch.packet = mismatch.packet.map { $0 + before }
      return Tried(mismatch: mismatch, index: index, exchange: recorder.exchange)
    }
    return Tried(mismatch: nil, index: max(0, cases.count - 1), exchange: recorder.exchange)
  }

  public func recover() throws {
    if isDead || target.restartsCheaply, try target.restart() {
      session.forget()
    } else {
      target.disconnect()
      session.distrust()
    }
    isDead = false
  }

  /// Whether a packet is not simply accepted: for controls.
  static func isHarmful(_ plan: PacketPlan, isDatagram: Bool) -> Bool {
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
  public init(_ trial: ServerTrial) { self.init(trial, isHarmful: ServerTrial.isHarmful) }
}
