import S2WMPCrypto
import S2WMPWire

/// What can be done to a field, read from its row: boundary values, undefined ones, lies and flips.
struct ChangeMenu {
  let suite: Suite
  let group: KeyGroup
  let targetIsKnown: Bool

  /// One change to that field of that packet; nil when nothing is known to try there.
  func change(_ row: FieldRow, _ type: PacketType, _ random: inout SeededRandom) -> Change? {
    switch row.relation {
    case .version: return random.below(3) == 0 ? .flip("version", bit: random.below(8)) : .set("version", .number(pick([0, 2, 3, 16, 255], &random)))
    case .type: return typeChange(type, &random)
    case .code: return code(row, type, &random)
    case .length(let of): return length(row, "\(of)", type, &random)
    case .time: return time(row, type, &random)
    case .userID, .idOfKey: return id(row, type, &random)
    case .requestID: return .set(row.name, row.kind == .unsigned ? .number(random.next()) : .bytes(bytes(rowSize(row), &random)))
    case .clientID: return client(type, &random)
    case .hash: return hash(&random)
    case .key: return key(type, &random)
    case .encrypted: return type == .message ? body(&random) : nil
    case .userName: return type == .chatRequest ? .set("name", .bytes(name(&random))) : nil
    case .reserved: return .set(row.name, .number(pick([1, 0x80_0000, 0xff_ffff], &random)))
    case .place: return .set(row.name, row.kind == .unsigned ? .number(random.next() & 0xffff) : .bytes(bytes(rowSize(row), &random)))
    }
  }

  private func rowSize(_ row: FieldRow) -> Int {
    if case .fixed(let size) = row.extent { return size }
    return 0
  }

  private func pick<Value>(_ values: [Value], _ random: inout SeededRandom) -> Value { values[random.below(values.count)] }

  func bytes(_ count: Int, _ random: inout SeededRandom) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) } }

  private func typeChange(_ type: PacketType, _ random: inout SeededRandom) -> Change {
    if type == .message || type == .statusChange, random.below(4) == 0 { return .set("type", .number(type == .message ? 3 : 1)) }
    return .set("type", .number(pick([0, 7, 7, 16, 17, 127, 128, 255], &random)))
  }

  private func code(_ row: FieldRow, _ type: PacketType, _ random: inout SeededRandom) -> Change? {
    let defined = row.codes?.codes.map { UInt64($0.value) } ?? []
    if type == .message || type == .statusChange {
      switch random.below(6) {
      case 0...2: return .set(row.name, .number(pick(defined, &random)))
      case 3: return .flip(row.name, bit: random.below(8))
      default: return .set(row.name, .number(pick([4, 5, 127, 128, 255], &random)))
      }
    }
    let value = random.below(2) == 0 ? pick(defined, &random) : pick([2, 4, 5, 128, 255], &random)
    if type == .chatRequestResponse, value == 0 { return nil }
    return .set(row.name, .number(value))
  }

  private func length(_ row: FieldRow, _ of: String, _ type: PacketType, _ random: inout SeededRandom) -> Change {
    switch (row.name, type) {
    case ("length", .message):
      return random.below(3) == 0
        ? .tamper("length", .number(pick([0, 1, 27, 28, 29], &random))) : .set("length", .number(pick([0, 0, 1, 16, 27, 28, 29, 32], &random)))
    case ("length", _): return .set("length", .number(pick([1, 2, 28, 33, 256], &random)))
    case ("key_length", .chatRequest), ("key_length", .idChange):
      return .set(row.name, .number(pick([0, 8193, 8192 + 256, 65_535, 1 << 24, 1 << 31, 0xffff_ffff], &random)))
    case ("name_length", .chatRequest): return .set(row.name, .number(pick([0, 256, 257, 65_535, 1 << 24, 0xffff_ffff], &random)))
    default: return .set(row.name, .number(pick([1, 2, 255, 8192, 8193, 0xffff_ffff], &random)))
    }
  }

  private func time(_ row: FieldRow, _ type: PacketType, _ random: inout SeededRandom) -> Change {
    switch random.below(9) {
    case 0, 1: .time(.again)
    case 2, 3: .time(.late)
    case 4: .time(.exact(0))
    case 5: .time(.exact(.max))
    case 6: .time(.exact(pick([1, 0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, 0xffff_ffff, 0x1_0000_0000], &random)))
    case 7: .flip(row.name, bit: random.below(64))
    default: .tamper(row.name, .number(random.next()))
    }
  }

  private func id(_ row: FieldRow, _ type: PacketType, _ random: inout SeededRandom) -> Change {
    if random.below(3) == 0 { return .flip(row.name, bit: random.below(128)) }
    return .set(row.name, .party(pick(Party.allCases, &random)))
  }

  private func client(_ type: PacketType, _ random: inout SeededRandom) -> Change {
    let choices = 8
    switch random.below(choices) {
    case 0, 1: return .flip("client_id", bit: random.below(128))
    case 2: return .client(.program("s2wmp-swift/2"))
    case 3: return .client(.program(""))
    case 4: return .client(.otherPair)
    case 5: return .client(.unbound)
    case 6: return type == .idChange ? .client(.otherPair) : .client(.previous)
    default: return .set("client_id", .party(.zero))
    }
  }

  private func hash(_ random: inout SeededRandom) -> Change {
    switch random.below(5) {
    case 0: .flip("hash", bit: random.below(128))
    case 1: .hash(.zero)
    case 2: .hash(.otherText)
    case 3: .hash(.otherDirection)
    default: .hash(.previous)
    }
  }

  private func body(_ random: inout SeededRandom) -> Change {
    let count = suite == .rsa ? 11 : 7
    switch random.below(count) {
    case 0: return .flip("body", bit: random.below(33 * 8))
    case 1: return .body(.bit(-1 - random.below(128)))
    case 2: return .body(.short(pick([1, 2, 11, 12, 27], &random)))
    case 3: return .body(.garbage(pick([1, 12, 28, 29, 100], &random)))
    case 4: return .body(.otherKey)
    case 5: return .body(.previous)
    case 6: return .text(text(&random))
    case 7: return .body(.wrappedForOther)
    case 8: return .body(.wrappedZero)
    case 9: return .body(.wrappedOnes)
    default: return .body(.contentKey(pick([1, 16, 31, 33, 48, 64], &random)))
    }
  }

  /// Plaintexts: empty, at the edges of blocks and buffers, valid and not.
  func text(_ random: inout SeededRandom) -> Plaintext {
    switch random.below(8) {
    case 0: .letters(0)
    case 1: .letters(pick([1, 15, 16, 17, 127, 128, 255, 256], &random))
    case 2: .letters(pick([1000, 4000, 4096, 4097, 5000], &random))
    case 3: .bytes(pick(Self.validTexts, &random))
    case 4: .bytes([UInt8](repeating: 0, count: 1 + random.below(8)))
    default: .bytes(pick(Self.invalidTexts, &random))
    }
  }

  static let validTexts: [[UInt8]] = [
    Array("Grüße".utf8), Array("\u{10ffff}\u{fffd}\u{feff}".utf8), Array("a\r\n\u{1b}[2J".utf8), [0xf4, 0x8f, 0xbf, 0xbf], [0xed, 0x9f, 0xbf],
    [0xe0, 0xa0, 0x80],
  ]
  static let invalidTexts: [[UInt8]] = [
    [0xff], [0x80], [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x9f, 0xbf], [0xed, 0xa0, 0x80], [0xf0, 0x8f, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80], [0x61, 0xe2, 0x82],
    [0xf5, 0x80, 0x80, 0x80], Array("hello".utf8) + [0xc3],
  ]

  func name(_ random: inout SeededRandom) -> [UInt8] {
    switch random.below(5) {
    case 0: [pick([0, 0x0a, 0x1b, 0x1f, 0x7f, 0x80, 0xff], &random)]
    case 1: Array("name".utf8) + [pick([0, 0x0d, 0x7f, 0xc3], &random)]
    case 2: [UInt8](repeating: 0x7e, count: pick([1, 2, 254, 255], &random))
    case 3: Array("<b>&amp; name</b>".utf8)
    default: [0x20]
    }
  }

  private func key(_ type: PacketType, _ random: inout SeededRandom) -> Change {
    while true {
      let choice = pick(Self.keys, &random)
      if choice.isPossible(suite, group), targetIsKnown || choice != .ofTarget { return .key(choice) }
    }
  }

  static let keys: [KeyChoice] = [
    .garbage(1), .garbage(44), .garbage(8192), .truncated(1), .truncated(10), .trailing(1), .trailing(100), .otherGroup, .otherSuite, .valueZero, .valueOne,
    .valueMinusOne, .valuePrime, .valueAbovePrime, .valueLong, .lowOrderPoint(0), .lowOrderPoint(1), .lowOrderPoint(2), .lowOrderPoint(3), .lowOrderPoint(4),
    .lowOrderPoint(5), .lowOrderPoint(6), .x942, .otherPrime, .otherGenerator, .longLength, .leadingZero, .rsaBits(1024), .rsaBits(2047), .rsaBits(4097),
    .rsaExponent3, .rsaEven, .rsaNoNull, .rsaFirst, .rsaOnly, .third, .ofOther, .ofTarget,
  ]
}
