import S2WMPCrypto
import S2WMPWire
import Testing

@testable import S2WMPFuzz

@Suite("Coverage of fields and kinds of change")
struct DefectCoverageTests {
  private static let generator = CaseGenerator(seed: 9, scope: .init(suite: .dh, group: .x25519))

  @Test("nothing was tried at first, one change is one more, valid packets are none")
  func grows() {
    var coverage = DefectCoverage(Self.generator.menu)
    #expect(coverage.percent == 0)
    coverage.take(Case([.send([PacketPlan(.message)], .whole)]))
    #expect(coverage.percent == 0)
    let fields = ["version", "status", "sender_id", "receiver_id"]
    for _ in 0..<3 { coverage.take(Case([.send(fields.map { PacketPlan(.message, [.flip($0, bit: 1)]) }, .whole)])) }
    #expect((1..<10).contains(coverage.percent))
  }

  @Test("generated cases come to try nearly everything that the menu offers")
  func isReached() {
    var coverage = DefectCoverage(Self.generator.menu)
    for index in 0..<2000 { coverage.take(Self.generator.make(index)) }
    let early = coverage.percent
    for index in 2000..<60_000 { coverage.take(Self.generator.make(index)) }
    #expect(early > 30 && early < coverage.percent && coverage.percent >= 95, "\(early) \(coverage.percent)")
  }

  @Test("so do those for bootstrap servers")
  func isReachedForServers() {
    let generator = BootstrapGenerator(seed: 9, scope: .init(sources: 1 << 20))
    var coverage = DefectCoverage(ServerMenu())
    #expect(coverage.percent == 0)
    for index in 0..<20_000 { coverage.take(generator.make(index)) }
    #expect(coverage.percent >= 95, "\(coverage.percent)")
  }
}
