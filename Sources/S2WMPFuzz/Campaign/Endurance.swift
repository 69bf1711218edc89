import S2WMPWire

/// Whether a target grows: memory that packets leave behind which it refused, and time that the same exchange takes.
///
/// Accepted messages may rightly be kept. A refused packet leaves nothing behind in a sound peer, and a status change costs the same however many packets went
/// before it. Both are looked at now and then, with the numbers of the target's own process: a busy machine does not change them much.
struct Endurance {
  /// Nanoseconds of the target's processors for each exchange, one value a look.
  private var costs: [Double] = []
  private var leaks = 0

  private static let exchanges = 200
  private static let refusals = 48
  private static let refusedText = 60_000
  /// Slow is what costs several times as much as at first, and clearly more in time.
  private static let slowFactor = 3.0
  private static let slowStep = 15_000.0
  private static let looksNeeded = 2

  /// One look. Nil: nothing found, or not yet sure.
  mutating func look(_ venue: any FuzzVenue, _ trial: SessionTrial, _ cases: Int) throws -> Mismatch? {
    if let leak = try lookAtMemory(venue, trial, cases) { return leak }
    return try lookAtTime(venue, trial, cases)
  }

  private mutating func lookAtMemory(_ venue: any FuzzVenue, _ trial: SessionTrial, _ cases: Int) throws -> Mismatch? {
    var growth: [Int] = []
    for _ in 0..<4 {
      guard let before = venue.vitals?.residentBytes else { return nil }
      for _ in 0..<Self.refusals { if try trial.run([Self.refused]).mismatch != nil { return nil } }
      guard let after = venue.vitals?.residentBytes else { return nil }
      growth.append(Int(after) - Int(before))
    }
    let sent = Self.refusals * Self.refusedText
    // The first round may fill buffers; those after it must not go on like that.
    leaks = growth.dropFirst().allSatisfy { $0 > sent / 2 } ? leaks + 1 : 0
    guard leaks >= Self.looksNeeded else { return nil }
    let perPacket = growth.dropFirst().reduce(0, +) / (Self.refusals * (growth.count - 1))
    return Mismatch(
      "6.1/leak", .slow, expected: .other("a refused packet of \(Self.refusedText / 1000) kB leaves nothing behind"),
      observed: .other("the target's memory grows by \(perPacket / 1000) kB with each"), packet: nil)
  }

  private mutating func lookAtTime(_ venue: any FuzzVenue, _ trial: SessionTrial, _ cases: Int) throws -> Mismatch? {
    guard let before = venue.vitals?.processorNanoseconds else { return nil }
    for _ in 0..<Self.exchanges { if try trial.run([Self.exchange]).mismatch != nil { return nil } }
    guard let after = venue.vitals?.processorNanoseconds, after >= before else { return nil }
    costs.append(Double(after - before) / Double(Self.exchanges))
    guard costs.count > Self.looksNeeded, let first = costs.prefix(2).min() else { return nil }
    let last = costs.suffix(Self.looksNeeded)
    guard last.allSatisfy({ $0 > first * Self.slowFactor && $0 > first + Self.slowStep }) else { return nil }
    return Mismatch(
      "6.1/slow", .slow, expected: .other("a status change costs the target \(Int(first / 1000)) µs, as at first"),
      observed: .other("\(Int(costs[costs.count - 1] / 1000)) µs after \(cases) cases"), packet: nil)
  }

  /// An M for somebody else, of much text.
  private static let refused = Case([.send([PacketPlan(.message, [.text(.letters(refusedText)), .set("receiver_id", .party(.nobody))])], .whole)])
  private static let exchange = Case([.send([PacketPlan(.statusChange)], .whole)])

  /// What a finding shows as its case.
  static func example(_ mismatch: Mismatch) -> Case { mismatch.requirement == "6.1/leak" ? refused : exchange }
}
