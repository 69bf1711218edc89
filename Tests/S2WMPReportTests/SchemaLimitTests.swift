import S2WMPWire
import Testing

@testable import S2WMPReport

@Suite("Generated files: the limits of lengths are the framer's")
struct SchemaLimitTests {
  @Test("Inside the limits a packet frames, outside it does not", arguments: LengthLimit.all)
  func limits(limit: LengthLimit) throws {
    #expect(try isFault(limit, limit.smallest) == false)
    #expect(try isFault(limit, limit.largest) == false)
    #expect(try isFault(limit, limit.largest + 1))
    if limit.smallest > 0 { #expect(try isFault(limit, limit.smallest - 1)) }
    guard limit.whenZero != nil else { return }
    #expect(try isFault(limit, 0, code: 1) == false)
    #expect(try isFault(limit, limit.smallest, code: 1))
  }

  @Test("Length fields without limits may have every value")
  func unlimited() throws {
    for layout in LayoutID.allCases {
      for row in layout.rows where LengthLimit.of(layout, row.name) == nil {
        guard case .length = row.relation, case .fixed(let size) = row.extent else { continue }
        let all = LengthLimit(layout: layout, field: row.name, smallest: 0, largest: 1 << UInt64(size * 8) - 1, whenZero: nil)
        #expect(try isFault(all, all.smallest) == false && isFault(all, all.largest) == false)
      }
    }
  }

  /// Whether a packet with that length, and everything else as it has to be, is a fault at that field.
  private func isFault(_ limit: LengthLimit, _ value: UInt64, code: UInt64 = 0) throws -> Bool {
    let type = try #require(limit.layout.types.first)
    var builder = try #require(PacketBuilder(type, limit.layout.dialect))
    if let field = limit.whenZero { try builder.set(field, .unsigned(code)) }
    for row in limit.layout.rows {
      guard case .counted(let count) = row.extent, count != limit.field, let other = LengthLimit.of(limit.layout, count) else { continue }
      let bytes = [UInt8](repeating: 0x41, count: code == 0 ? Int(other.smallest) : 0)
      try builder.set(row.name, row.kind == .text ? .text(bytes) : .bytes(bytes))
    }
    try builder.set(limit.field, .unsigned(value))
    return builder.build().withUnsafeBytes { bytes in
      guard case .fault(let fault) = Framer.frame(bytes, limit.layout.dialect) else { return false }
      return fault.fieldName == limit.field
    }
  }
}
