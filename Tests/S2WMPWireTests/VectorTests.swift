import Foundation
import S2WMPWire
import Testing

/// Every packet of both dialects as an independent implementation encodes it.
@Suite("Vectors of an independent implementation")
struct VectorTests {
  static let all = Result { try Vector.load() }
  static var packets: [Vector] { ((try? all.get()) ?? []).filter { $0.kind == nil } }
  static var crypto: [Vector] { ((try? all.get()) ?? []).filter { $0.kind == "crypto" } }

  @Test("The file holds every packet of both dialects")
  func isComplete() throws {
    _ = try Self.all.get()
    for dialect in Dialect.allCases {
      for type in PacketType.all(dialect) {
        #expect(Self.packets.contains { $0.dialect == dialect.name && $0.name == type.shortName }, "\(dialect.name) \(type)")
      }
    }
    #expect(Self.packets.count == 460 && Self.crypto.count == 41)
  }

  @Test("Frames, and gives exactly its fields", arguments: packets)
  func decodes(_ vector: Vector) throws {
    let (bytes, dialect) = try contents(vector)
    #expect(datagram(bytes, dialect) == .packet)
    #expect(bytes.count == vector.length)
    try withView(bytes, dialect) { view in
      #expect(view.type.shortName == vector.name)
      let pairs = view.layout.rows.map { ($0.name, Notation.value(view.value(of: $0), $0)) }
      #expect(Dictionary(uniqueKeysWithValues: pairs) == vector.fields)
      #expect(view.layout.rows.map(\.name) == fieldOrder(vector))
    }
  }

  @Test("Is rebuilt byte for byte, with its lengths and without", arguments: packets)
  func encodes(_ vector: Vector) throws {
    let (bytes, dialect) = try contents(vector)
    try withView(bytes, dialect) { view in
      let (rebuilt, filled) = (try rebuild(view), try rebuild(view, withoutLengths: true))
      #expect(rebuilt == bytes && filled == bytes)
    }
  }

  @Test("Is incomplete at every prefix, and one byte more is trailing", arguments: packets)
  func truncates(_ vector: Vector) throws {
    let (bytes, dialect) = try contents(vector)
    expectPrefixesIncomplete(bytes, dialect)
    #expect(datagram(bytes + [0], dialect) == .trailing(vector.name == "UB" && bytes.count != 43 ? 59 : bytes.count) || bytes.count == 43)
  }

  @Test("Worked packets of the cryptography frame too", arguments: crypto)
  func framesCrypto(_ vector: Vector) throws {
    let bytes = try #require(Hex.bytes(vector.hex))
    let dialect: Dialect = vector.text.contains("\"suite\": \"legacy\"") ? .legacy : .v1
    #expect(datagram(bytes, dialect) == .packet)
    expectPrefixesIncomplete(bytes, dialect)
    try withView(bytes, dialect) { #expect($0.type.shortName == vector.name) }
  }

  private func contents(_ vector: Vector) throws -> ([UInt8], Dialect) {
    (try #require(Hex.bytes(vector.hex)), try #require(vector.dialect.flatMap(Dialect.init(name:))))
  }

  /// The keys of `fields` as they stand in the line.
  private func fieldOrder(_ vector: Vector) -> [String] {
    guard let fields = vector.text.range(of: "\"fields\": {") else { return [] }
    let text = vector.text[fields.upperBound...]
    let places = (vector.fields ?? [:]).keys.compactMap { name in text.range(of: "\"\(name)\": ").map { ($0.lowerBound, name) } }
    return places.sorted { $0.0 < $1.0 }.map(\.1)
  }
}
