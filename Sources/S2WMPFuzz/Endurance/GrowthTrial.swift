/// Tries what needs many repetitions, and judges growth by the rules of a fuzz run (`MemoryGrowth`, `TimeGrowth`).
public struct GrowthTrial {
  private let cases: [Case]
  private let repetition: Repetition
  private let trying: any CaseTrying
  private let vitals: () -> Vitals?
  private let isCancelled: () -> Bool

  /// - vitals: what the target's process uses now; nil when it is not known.
  /// - isCancelled: asked often: whether to end, with nothing found.
  public init(
    _ cases: [Case], _ repetition: Repetition, on trying: any CaseTrying, isCancelled: @escaping () -> Bool = { false }, vitals: @escaping () -> Vitals?
  ) {
    (self.cases, self.repetition, self.trying, self.isCancelled, self.vitals) = (cases, repetition, trying, isCancelled, vitals)
  }

  /// The first time that the cases are not answered as owed, or what grew; nil when nothing did. Throws `TargetFault` when nothing can be watched.
  public func run() throws -> Mismatch? {
    switch repetition.watched {
    case .memory: try watchMemory()
    case .time: try watchTime()
    }
  }

  /// Carries the cases out that often; what went wrong, and how many bytes were sent.
  private func repeated(_ count: Int) throws -> (mismatch: Mismatch?, sent: Int) {
    var sent = 0
    for _ in 0..<count where !isCancelled() {
      let tried = try trying.run(cases)
      if let mismatch = tried.mismatch { return (mismatch, sent) }
      sent += tried.exchange.sent.count
    }
    return (nil, sent)
  }

  private func known() throws(TargetFault) -> Vitals {
    guard let vitals = vitals() else {
      throw TargetFault("the target's \(repetition.watched == .memory ? "memory" : "processor time") cannot be read: its process is gone, or this is no Linux")
    }
    return vitals
  }

  private func watchMemory() throws -> Mismatch? {
    var rule = MemoryGrowth()
    let round = max(1, repetition.count / (MemoryGrowth.rounds * MemoryGrowth.looksNeeded))
    for _ in 0..<MemoryGrowth.looksNeeded {
      var growth: [Int] = []
      var sent = 0
      for _ in 0..<MemoryGrowth.rounds {
        let before = try known().residentBytes
        let result = try repeated(round)
        if let mismatch = result.mismatch { return mismatch }
        if isCancelled() { return nil }
        growth.append(Int(try known().residentBytes) - Int(before))
        sent = result.sent
      }
      if rule.note(growth, sent: sent, cases: round) { return .leak(rule, packet: sent / round) }
    }
    return nil
  }

  private func watchTime() throws -> Mismatch? {
    var rule = TimeGrowth()
    let stretch = max(1, min(Endurance.exchanges, repetition.count / (TimeGrowth.firstLooks + TimeGrowth.looksNeeded)))
    var done = 0
    while done < repetition.count {
      let before = try known().processorNanoseconds
      if let mismatch = try repeated(stretch).mismatch { return mismatch }
      if isCancelled() { return nil }
      done += stretch
      let after = try known().processorNanoseconds
      if rule.note(Double(after &- min(before, after)) / Double(stretch)) { return .slow(rule, "the same", cases: done) }
    }
    return nil
  }
}
