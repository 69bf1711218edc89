import S2WMPReport
import S2WMPWire
import Testing

@testable import S2WMPFuzz

@Suite("Packets divided by their rows")
struct AnnotatedPacketTests {
  private func names(_ bytes: [UInt8], _ type: PacketType = .message) -> [String] { AnnotatedPacket(bytes, type, .v1).fields.map(\.name) }

  @Test func everyByteBelongsToOneField() {
    var random = RandomCases(seed: 4)
    for dialect in Dialect.allCases {
      for type in PacketType.all(dialect) {
        for _ in 0..<200 {
          var bytes = random.bytes(random.number(0...300))
          if random.number(0...1) == 0, let builder = PacketBuilder(type, dialect) { bytes = builder.build() + bytes.prefix(3) }
          let fields = AnnotatedPacket(bytes, type, dialect).fields
          #expect(fields.reduce(0) { $0 + $1.range.count } == bytes.count)
          #expect(zip(fields, fields.dropFirst()).allSatisfy { $0.range.upperBound == $1.range.lowerBound })
        }
      }
    }
  }

  @Test func lengthLiesCutsAndTrailers() throws {
    let message = SampleReport.message
    #expect(names(message).last == "body")
    #expect(names(message + [1]).last == "behind the packet")
    #expect(names(Array(message.prefix(20))).last == "sender_id")
    let cut = AnnotatedPacket(Array(message.prefix(20)), .message, .v1).fields
    #expect(try #require(cut.last).meaning == "4 of 16 bytes")
    var long = message
    long[3] = 0xff
    #expect(try #require(AnnotatedPacket(long, .message, .v1).fields.last).meaning == "150 of 65430 bytes")
    #expect(names([]).isEmpty)
    #expect(names([1, 2, 3], PacketType(rawValue: 0x40)) == ["no packet"])
  }
}
