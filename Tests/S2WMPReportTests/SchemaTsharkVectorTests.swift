import S2WMPWire
import Testing

@testable import S2WMPReport

@Suite("Lua dissector: every vector in tshark", .enabled(if: SchemaTshark.isUsable, "tshark cannot run the dissector here"))
struct SchemaTsharkVectorTests {
  /// Names of packets that only travel over TCP.
  private static let overTCP: Set<String> = ["M", "SC", "ACK", "CR", "CRR", "IC"]

  @Test("Every field of every packet has the vector's value", arguments: [Dialect.v1, .legacy])
  func fields(dialect: Dialect) throws {
    let vectors = try SchemaVector.all().filter { $0.dialect == dialect.name }
    #expect(vectors.count > 150)
    var capture = SchemaCapture()
    for (index, vector) in vectors.enumerated() {
      let port = UInt16(20_000 + index)
      if Self.overTCP.contains(vector.name) {
        capture.segment(vector.bytes, port: port)
      } else {
        capture.datagram(vector.bytes, from: port, to: DefaultPort.bootstrap)
      }
    }
    try compare(capture, vectors)
  }

  @Test("Every packet is known as one datagram too, whatever it usually travels on", arguments: [Dialect.v1, .legacy])
  func datagrams(dialect: Dialect) throws {
    let vectors = try SchemaVector.all().filter { $0.dialect == dialect.name }
    var capture = SchemaCapture()
    for (index, vector) in vectors.enumerated() { capture.datagram(vector.bytes, from: UInt16(20_000 + index), to: DefaultPort.peer) }
    try compare(capture, vectors)
  }

  private func compare(_ capture: SchemaCapture, _ vectors: [SchemaVector]) throws {
    let rows = LayoutID.allCases.flatMap { layout in layout.rows.map { (layout, $0) } }
    let names = ["s2wmp.name", "s2wmp.dialect", "s2wmp.length"] + rows.map { $0.filter($1) }
    let seen = try SchemaTshark.rows(capture, names)
    try #require(seen.count == vectors.count)
    for (values, vector) in zip(seen, vectors) {
      #expect(Array(values.prefix(3)) == [vector.name, vector.seenDialect, "\(vector.length)"])
      for ((layout, row), value) in zip(rows, values.dropFirst(3)) {
        let expected = layout == vector.layout ? vector.fields[row.name]?.text : ""
        #expect(notation(value, row) == expected, "\(layout.filter(row)) of \(vector.hex.prefix(64))")
      }
    }
  }

  /// tshark's text in the notation of the vectors, whose names hold printable characters only.
  private func notation(_ value: String, _ row: FieldRow) -> String {
    switch row.kind {
    case .address: value.contains(".") ? value.replacing("::ffff:", with: "") : value
    case .text, .text16: value.replacing("\\\\", with: "\\").replacing("\\", with: row.kind == .text ? "\\x5c" : "\\u005c")
    default: value
    }
  }
}
