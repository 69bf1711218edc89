import S2WMPAnalysis
import S2WMPWire
import Testing

@testable import S2WMPReport

@Suite("Lua dissector: findings in tshark", .enabled(if: SchemaTshark.isUsable, "tshark cannot run the dissector here"))
struct SchemaTsharkFindingTests {
  private static let zeros = [UInt8](repeating: 0, count: 80)

  @Test("Streams that cannot be framed: one malformed item with its code, then nothing")
  func malformedStreams() throws {
    let good = try SchemaVector.first("ACK")
    let faults: [(ExpertCode, [UInt8])] = [
      (.malformedVersion, [2, 1]), (.malformedType, [1, 7]), (.malformedType, [1, 0x10]),
      (.malformedLength, [1, 8] + Self.zeros.prefix(40)), (.malformedLength, [1, 10, 1] + [UInt8](repeating: 1, count: 40)),
    ]
    for (code, bytes) in faults {
      var capture = SchemaCapture()
      capture.segment(try SchemaVector.first("SC"))
      capture.segment(good + bytes)
      capture.segment(good)
      let rows = try SchemaTshark.rows(capture, ["frame.number", "s2wmp.name", "s2wmp.expert.\(code.name)"])
      #expect(rows == [["3", "SC", ""], ["4", "ACK|malformed", "1"]], "\(code.name)")
    }
  }

  @Test("Datagrams that are not exactly one packet")
  func malformedDatagrams() throws {
    let good = try SchemaVector.first("REG")
    let faults: [(ExpertCode, [UInt8])] = [
      (.malformedVersion, [2] + good.dropFirst()), (.malformedType, [1, 0x20] + good.dropFirst(2)), (.malformedTruncated, Array(good.dropLast())),
      (.malformedTrailing, good + [0]),
    ]
    for (code, bytes) in faults {
      var capture = SchemaCapture()
      capture.datagram(good, to: DefaultPort.bootstrap)
      capture.datagram(bytes, to: DefaultPort.bootstrap)
      let rows = try SchemaTshark.rows(capture, ["s2wmp.name", "s2wmp.data", "s2wmp.expert.\(code.name)"])
      #expect(rows == [["REG", "", ""], ["malformed", Hex.string(bytes), "1"]], "\(code.name)")
    }
  }

  /// A packet of a type with some bytes replaced.
  private func packet(_ name: String, _ changes: [Int: UInt8], _ dialect: Dialect = .v1) throws -> [UInt8] {
    var bytes = try SchemaVector.first(name, dialect)
    for (offset, value) in changes { bytes[offset] = value }
    return bytes
  }

  @Test("Values that no layout defines")
  func undefinedValues() throws {
    let cases: [(ExpertCode, [UInt8])] = [
      (.fieldStatus, try packet("M", [2: 9])), (.fieldStatus, try packet("RREG", [2: 9], .legacy)),
      (.fieldLength, [1, 1, 0] + Self.zeros.prefix(77)), (.fieldBroadcast, try packet("BPM", [19: 0])),
      (.fieldBroadcast, try packet("LP", [19: 1])), (.fieldAck, try packet("ACK", [2: 2, 3: 1])), (.fieldError, try packet("ACK", [2: 0, 3: 9])),
      (.fieldUndefined, try packet("SC", [15: 1])), (.ackInconsistent, try packet("ACK", [2: 1, 3: 1])), (.ackRejected, try packet("ACK", [2: 0, 3: 1])),
      (.clockSkew, try packet("SC", [5: 0x7f])),
    ]
    for (code, bytes) in cases {
      var capture = SchemaCapture()
      capture.datagram(bytes, to: DefaultPort.peer)
      #expect(try SchemaTshark.rows(capture, ["s2wmp.expert.\(code.name)"]) == [["1"]], "\(code.name)")
    }
  }

  @Test("A sound packet has no finding")
  func sound() throws {
    var capture = SchemaCapture()
    let now = withUnsafeBytes(of: (UInt64(SchemaCapture.start) * 1000).bigEndian) { Array($0) }
    capture.segment([1, 3, 1, 0, 0] + now + [0, 0, 0] + [UInt8](repeating: 9, count: 64))
    #expect(try SchemaTshark.rows(capture, ["s2wmp.name", "_ws.expert.message"]) == [["SC", ""]])
  }
}
