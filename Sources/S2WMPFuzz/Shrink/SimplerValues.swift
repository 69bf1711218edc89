import S2WMPWire

/// Values that are simpler than a change's own: fewer, smaller, nearer to a boundary, or nobody's.
extension Change {
  /// The simplest first. Each comes earlier than this one in an order of their own, so that making things simpler ends.
  var simpler: [Change] {
    switch self {
    case .set(let field, let value): value.simpler(field).map { .set(field, $0) }
    case .tamper(let field, let value): value.simpler(field).map { .tamper(field, $0) }
    case .flip(let field, let bit): bit != 0 ? [.flip(field, bit: 0)] : []
    case .text(.letters(let count)): [0, 1].filter { $0 < count }.map { .text(.letters($0)) }
    case .text(.bytes(let bytes)): Self.shorter(bytes).map { .text(.bytes($0)) }
    case .time(.exact(let value)): value != 0 && value != .max ? [.time(.exact(0)), .time(.exact(.max))] : []
    case .client(let choice): choice != .program("other") && choice.isPlain ? [.client(.program("other"))] : []
    case .hash(let choice): choice != .zero ? [.hash(.zero)] : []
    case .body(.bit(let bit)): bit != -1 ? [.body(.bit(-1))] : []
    case .append(let bytes): Self.shorter(bytes).map { .append($0) }
    case .body, .key, .time, .cut: []
    }
  }

  private static func shorter(_ bytes: [UInt8]) -> [[UInt8]] {
    guard bytes.count > 1 else { return [] }
    let half = bytes.count / 2
    var candidates = [Array(bytes[..<half]), Array(bytes[half...])]
    if bytes.count < 16 { candidates += bytes.indices.map { index in bytes.enumerated().filter { $0.offset != index }.map(\.element) } }
    return candidates
  }

  /// What is counted in it; nil where nothing is.
  var size: Int? {
    switch self {
    case .set("name", .bytes(let bytes)), .set("body", .bytes(let bytes)), .text(.bytes(let bytes)), .append(let bytes): bytes.count
    case .set(_, .number(let number)): number <= 1 << 20 ? Int(number) : nil
    case .text(.letters(let count)), .cut(let count), .body(.short(let count)), .body(.garbage(let count)): count
    case .key(.garbage(let count)), .key(.trailing(let count)), .key(.truncated(let count)): count
    default: nil
    }
  }

  /// The same with another count.
  func withSize(_ count: Int) -> Change {
    switch self {
    case .set(let field, .bytes(let bytes)): .set(field, .bytes(Array(bytes.prefix(count))))
    case .set(let field, .number): .set(field, .number(UInt64(max(0, count))))
    case .text(.letters): .text(.letters(count))
    case .text(.bytes(let bytes)): .text(.bytes(Array(bytes.prefix(count))))
    case .append(let bytes): .append(Array(bytes.prefix(count)))
    case .cut: .cut(count)
    case .body(.short): .body(.short(count))
    case .body(.garbage): .body(.garbage(count))
    case .key(.garbage): .key(.garbage(count))
    case .key(.trailing): .key(.trailing(count))
    case .key(.truncated): .key(.truncated(count))
    default: self
    }
  }
}

extension ClientChoice {
  /// Wrong by itself, not by what went before.
  fileprivate var isPlain: Bool {
    switch self {
    case .program, .otherPair: true
    case .unbound, .previous: false
    }
  }
}

extension Value {
  fileprivate func simpler(_ field: String) -> [Value] {
    switch self {
    case .number(let number): Self.boundaries(field).filter { $0 < number }.map { .number($0) }
    case .party(let party): Self.parties.prefix { $0 != party }.map { .party($0) }
    case .bytes: []
    }
  }

  private static let parties: [Party] = [.nobody, .zero, .stranger, .other, .friend, .own, .target]

  /// Small numbers, and those that are just too much.
  private static func boundaries(_ field: String) -> [UInt64] {
    switch field {
    case "status": [0, 1, 2, 3, 4]
    case "type": [0, 7, 16]
    case "version": [0, 2]
    case "key_length": [0, 1, 8193]
    case "name_length": [0, 1, 256]
    default: [0, 1, 2]
    }
  }
}
