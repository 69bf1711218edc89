import S2WMPWire

/// Whether a target grows: memory that packets leave behind which it refused, and time that the same exchange takes.
///
/// Accepted messages may rightly be kept. A refused packet leaves nothing behind in a sound peer, and a status change costs the same however many packets went
/// before it. Both are looked at now and then, with the numbers of the target's own process: a busy machine does not change them much.
struct Endurance {
  private var memory = MemoryGrowth()
  private var time = TimeGrowth()

  static let exchanges = 200
  private static let refusals = 48
  private static let refusedText = 60_000

  /// What was found: how it shows, and how to see it again.
  struct Found {
    var mismatch: Mismatch
    var example: Case
    var repetition: Repetition
  }

  /// One look. Nil: nothing found, or not yet sure.
  ///
  /// - cases: how many were run so far.
  mutating func look(_ venue: any FuzzVenue, _ trial: SessionTrial, _ cases: Int) throws -> Found? {
    if let leak = try lookAtMemory(venue, trial) { return leak }
    return try lookAtTime(venue, trial, cases)
  }

  private mutating func lookAtMemory(_ venue: any FuzzVenue, _ trial: SessionTrial) throws -> Found? {
    var growth: [Int] = []
    for _ in 0..<MemoryGrowth.rounds {
      guard let before = venue.vitals?.residentBytes else { return nil }
      for _ in 0..<Self.refusals { if try trial.run([Self.refused]).mismatch != nil { return nil } }
      guard let after = venue.vitals?.residentBytes else { return nil }
      growth.append(Int(after) - Int(before))
    }
    guard memory.note(growth, sent: Self.refusals * Self.refusedText, cases: Self.refusals) else { return nil }
    let count = Self.refusals * MemoryGrowth.rounds * MemoryGrowth.looksNeeded
    return Found(mismatch: .leak(memory, packet: Self.refusedText), example: Self.refused, repetition: Repetition(count, .memory))
  }

  private mutating func lookAtTime(_ venue: any FuzzVenue, _ trial: SessionTrial, _ cases: Int) throws -> Found? {
    guard let before = venue.vitals?.processorNanoseconds else { return nil }
    for _ in 0..<Self.exchanges { if try trial.run([Self.exchange]).mismatch != nil { return nil } }
    guard let after = venue.vitals?.processorNanoseconds, after >= before else { return nil }
    guard time.note(Double(after - before) / Double(Self.exchanges)) else { return nil }
    return Found(mismatch: .slow(time, "a status change", cases: cases), example: Self.exchange, repetition: Repetition(Self.repeats(cases), .time))
  }

  /// How many exchanges do to a target at least what that many cases did: most cases have more packets than one.
  static func repeats(_ cases: Int) -> Int { min(max(4 &* min(cases, Repetition.limit), 20_000), Repetition.limit) }

  /// An M for somebody else, of much text.
  private static let refused = Case([.send([PacketPlan(.message, [.text(.letters(refusedText)), .set("receiver_id", .party(.nobody))])], .whole)])
  private static let exchange = Case([.send([PacketPlan(.statusChange)], .whole)])
}

extension Mismatch {
  /// - packet: bytes of what leaves something behind.
  static func leak(_ growth: MemoryGrowth, packet: Int) -> Mismatch {
    Mismatch(
      "6.1/leak", .slow, expected: .other("a refused packet of \(bytes(packet)) leaves nothing behind"),
      observed: .other("the target's memory grows by \(bytes(growth.bytesPerCase)) with each"), packet: nil)
  }

  /// - what: `a status change`.
  static func slow(_ growth: TimeGrowth, _ what: String, cases: Int) -> Mismatch {
    Mismatch(
      "6.1/slow", .slow, expected: .other("\(what) costs the target \(Int(growth.first / 1000)) µs, as at first"),
      observed: .other("\(Int(growth.last / 1000)) µs after \(cases) cases"), packet: nil)
  }

  private static func bytes(_ count: Int) -> String { count < 1000 ? "\(count) bytes" : "\(count / 1000) kB" }
}
