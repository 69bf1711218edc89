import S2WMPCrypto
import S2WMPFuzz
import S2WMPWire

/// Cases with everything that a case can say, from a seed.
struct RandomCases: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  mutating func pick<Value>(_ values: [Value]) -> Value { values[number(0...values.count - 1)] }

  /// Any bytes, often ones that are text, sometimes ones that are all the same.
  mutating func bytes(_ count: Int) -> [UInt8] {
    switch number(0...3) {
    case 0: [UInt8](repeating: UInt8(number(0...255)), count: count)
    case 1: (0..<count).map { _ in pick(Array("abc \"\\\n\t#xé".utf8)) }
    default: (0..<count).map { _ in UInt8(number(0...255)) }
    }
  }

  mutating func file() -> CaseFile {
    var file = CaseFile(
      cases: (0..<number(1...4)).map { _ in oneCase() }, requirement: pick([nil, "6.1/5.hash", "with \"quotes\" and \u{202e}"]),
      kind: pick(FindingKind.allCases + [nil]), suite: pick(Suite.allCases + [nil]), group: pick(KeyGroup.allCases + [nil]),
      seed: pick([nil, 0, 9_120_447, UInt64.max]), notes: pick([[], ["found after 1204 cases"], ["", "# no comment", "a\nb\u{1b}[31m é \\ \u{2028}"]]))
    file.repetition = pick([nil, Repetition(number(1...Repetition.limit), pick(Repetition.Watched.allCases))])
    return file
  }

  mutating func oneCase() -> Case {
    let dialect = pick(Dialect.allCases)
    return Case(
      role: pick(TargetRole.allCases), dialect: dialect, requirement: pick([nil, "4/1.stall"]), isFresh: pick([false, true]),
      (0..<number(1...8)).map { _ in step(dialect) })
  }

  mutating func step(_ dialect: Dialect) -> Step {
    switch number(0...12) {
    case 0: return .noise([pick([0, 2, 0xff])] + bytes(number(0...200)))
    case 1: return .await
    case 2: return .end
    case 3: return .reset
    case 4: return .stall
    case 5: return .connection(number(0...63))
    case 6: return .source(number(0...15))
    case 7: return .datagram(packet(dialect))
    case 8: return .datagramNoise(bytes(number(0...70)))
    case 10: return .pause(pick(ServerSpan.allCases), percent: number(1...1000))
    case 9: return .status(pick(UserStatusCode.allCases))
    default: return .send((0..<number(1...3)).map { _ in packet(dialect) }, cuts())
    }
  }

  mutating func cuts() -> Cuts {
    switch number(0...3) {
    case 0: return .whole
    case 1: return .packets
    case 2: return .every(number(1...100))
    default: return .at((1...number(1...5)).map { $0 * 7 })
    }
  }

  mutating func packet(_ dialect: Dialect) -> PacketPlan {
    let type = pick(PacketType.all(dialect))
    let rows = LayoutID(type, dialect)?.rows ?? []
    return PacketPlan(type, from: pick(Sender.allCases), (0..<number(0...4)).map { _ in change(pick(rows)) })
  }

  mutating func change(_ row: FieldRow) -> Change {
    switch number(0...10) {
    case 0: return .set(row.name, value(row))
    case 1: return .tamper(row.name, value(row))
    case 2:
      if case .fixed(let size) = row.extent { return .flip(row.name, bit: number(0...(size * 8 - 1))) }
      return .flip(row.name, bit: number(0...500_000))
    case 3: return .text(pick([.letters(number(0...65_535)), .bytes(bytes(number(0...80)))]))
    case 4: return .time(pick([.next, .again, .late, .exact(next())]))
    case 5: return .client(pick([.program("other \"client\"/1 é\u{7}"), .unbound, .previous, .otherPair]))
    case 6: return .hash(pick([.zero, .otherText, .otherDirection, .previous]))
    case 7: return .body(pick(bodies))
    case 8: return .key(pick(keys))
    case 9: return .cut(number(0...600))
    default: return .append(bytes(number(0...300)))
    }
  }

  private mutating func value(_ row: FieldRow) -> Value {
    guard case .fixed(let size) = row.extent else { return .bytes(bytes(number(0...150))) }
    switch number(0...2) {
    case 0 where size == 16: return .party(pick(Party.allCases))
    case 1: return .bytes(bytes(size))
    default: return .number(size >= 8 ? next() : next() & (1 << UInt64(size * 8) - 1))
    }
  }

  private var bodies: [BodyChoice] {
    [
      .short(0), .otherKey, .previous, .bit(5), .bit(-1), .garbage(700), .wrappedForOther, .wrappedZero, .wrappedOnes, .contentKey(16),
    ]
  }

  private var keys: [KeyChoice] {
    [
      .garbage(8192), .truncated(1), .trailing(3), .otherGroup, .otherSuite, .valueZero, .valueOne, .valueMinusOne, .valuePrime, .valueAbovePrime,
      .valueLong, .lowOrderPoint(4), .x942, .otherPrime, .otherGenerator, .longLength, .leadingZero, .privateValueLength, .rsaBits(1024), .rsaExponent3,
      .rsaEven, .rsaNoNull, .rsaFirst, .rsaOnly, .third, .ofOther, .ofTarget, .own,
    ]
  }
}
