import S2WMPWire

/// Trials whose cases are made and judged by an examiner, one after the other.
struct ExaminedTrial {
  private let target: any CaseTarget
  let examiner: any Examiner
  /// For the names in what is recorded.
  private let names: PeerSession
  private(set) var instance = Instance()
  private(set) var seen = Observation()

  init(_ target: any CaseTarget, _ examiner: any Examiner, names: PeerSession) {
    (self.target, self.examiner, self.names) = (target, examiner, names)
  }

  mutating func make(_ given: Case, before run: (Instance) -> Void = { _ in }) throws {
    try examiner.make(given, checksAlive: false, into: &instance)
    run(instance)
    try target.run(instance, into: &seen)
  }

  /// Stops at the first that is not answered as owed. `Mismatch.packet` counts the packets of all cases, as `Exchange.packets` does.
  mutating func run(_ cases: [Case], before run: (Instance) -> Void = { _ in }) throws -> Tried {
    var recorder = ExchangeRecorder(names, isReadable: false)
    for (index, given) in cases.enumerated() {
      try make(given, before: run)
      let before = recorder.exchange.packets.count
      recorder.record(given, instance, seen)
      guard !examiner.isAsOwed(instance, seen), var mismatch = examiner.mismatch(given, instance, seen) else { continue }
      mismatch.packet = mismatch.packet.map { $0 + before }
      return Tried(mismatch: mismatch, index: index, exchange: recorder.exchange)
    }
    return Tried(mismatch: nil, index: max(0, cases.count - 1), exchange: recorder.exchange)
  }
}
