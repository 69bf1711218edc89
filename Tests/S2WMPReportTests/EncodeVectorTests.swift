import S2WMPWire
import Testing

@testable import S2WMPReport

@Suite("Encoding: every vector, whatever form the input has")
struct EncodeVectorTests {
  @Test("Each line gives its bytes, with lengths and without, and whether hex stands beside the fields or not")
  func everyLine() throws {
    let lines = try EncodeSamples.lines()
    #expect(lines.count == 460)
    for line in lines {
      let hex = try EncodeSamples.hex(line)
      for text in [line, try EncodeSamples.withoutHex(line), try EncodeSamples.withoutDerived(line)] {
        #expect(try EncodeSamples.hexLines(text) == [hex], "\(text.prefix(200))")
      }
      #expect(try EncodeSamples.packets(line).allSatisfy { $0.remark == nil && $0.type != nil })
    }
  }

  @Test("Lines, an array, and objects without anything between them are the same")
  func forms() throws {
    let lines = try EncodeSamples.lines()
    let expected = try lines.map(EncodeSamples.hex)
    #expect(try EncodeSamples.hexLines(lines.joined(separator: "\n")) == expected)
    #expect(try EncodeSamples.hexLines(lines.joined()) == expected)
    #expect(try EncodeSamples.hexLines("\u{feff}[\n" + lines.joined(separator: ",\r\n") + "\n]\n") == expected)
  }

  @Test("The whole file encodes, its worked packets of cryptography as they are")
  func wholeFile() throws {
    let text = try EncodeSamples.text.get()
    let packets = try EncodeSamples.packets(text)
    #expect(packets.count == 501)
    let hex = try text.split(separator: "\n").map { try EncodeSamples.hex(String($0)) }
    #expect(packets.map { Hex.string($0.bytes) } == hex)
  }

  @Test("Input without objects gives no packets")
  func empty() throws {
    #expect(try EncodeSamples.packets("").isEmpty)
    #expect(try EncodeSamples.packets(" \n\t\r\n").isEmpty)
    #expect(try EncodeSamples.packets("[ ]").isEmpty)
  }
}
