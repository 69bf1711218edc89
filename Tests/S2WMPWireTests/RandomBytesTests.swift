import S2WMPWire
import Testing

/// Strangers' bytes: every answer is total and stays inside what it was given.
@Suite("Random bytes")
struct RandomBytesTests {
  @Test("Never frame beyond their count; what frames can be read and rebuilt", arguments: 0..<4)
  func frames(_ seed: Int) throws {
    var random = SeededGenerator(state: UInt64(seed))
    var framed = 0
    for _ in 0..<5000 {
      let bytes = header(&random) + random.bytes(Int.random(in: 0...200, using: &random))
      for dialect in Dialect.allCases where try check(bytes, dialect) { framed += 1 }
    }
    #expect(framed > 500)
  }

  /// Mostly the start of something, so that the deeper branches are reached; small numbers are likely where lengths stand.
  private func header(_ random: inout SeededGenerator) -> [UInt8] {
    switch Int.random(in: 0..<8, using: &random) {
    case 0: return []
    case 1: return [1, 8] + random.bytes(32) + [0, 0, 0, UInt8.random(in: 0...9, using: &random)]
    case 2: return [1, 10, UInt8.random(in: 0...1, using: &random)] + random.bytes(32) + [0, 0, 0, UInt8.random(in: 0...3, using: &random)]
    case 3: return [1, UInt8.random(in: 1...3, using: &random), 0, 0, UInt8.random(in: 0...99, using: &random)]
    default: return [1, UInt8.random(in: 0...17, using: &random)]
    }
  }

  /// Whether the bytes framed.
  private func check(_ bytes: [UInt8], _ dialect: Dialect) throws -> Bool {
    guard case .framed(let length) = frame(bytes, dialect, whole: true) else {
      if case .incomplete(let needed) = frame(bytes, dialect) { #expect(needed > bytes.count) }
      return false
    }
    #expect(length <= bytes.count && length >= 2)
    try bytes.prefix(length).withUnsafeBytes { packet in
      let view = try #require(PacketView(packet, dialect))
      _ = view.undefinedValues
      let ranges = view.layout.rows.map { view.range(of: $0) }
      #expect(ranges.first?.lowerBound == 0 && ranges.last?.upperBound == length)
      #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound }, "rows cover every byte once")
      let rebuilt = try rebuild(view)
      #expect(rebuilt == Array(packet))
    }
    return true
  }
}
