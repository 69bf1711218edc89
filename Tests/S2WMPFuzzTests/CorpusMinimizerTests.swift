import S2WMPCrypto
import S2WMPWire
import Testing

@testable import S2WMPFuzz

@Suite("A corpus made small")
struct CorpusMinimizerTests {
  @Test func keepsWhatShowsSomething() {
    #expect(CorpusMinimizer.cover([:], sizes: []).isEmpty)
    let shown: [Int: Set<UInt64>] = [0: [1, 2], 1: [1], 2: [3], 3: [2, 3, 4], 4: []]
    let kept = CorpusMinimizer.cover(shown, sizes: [1, 1, 1, 1, 1])
    #expect(kept.contains(3) && kept.count == 2 && !kept.contains(4))
    #expect(kept.reduce(into: Set<UInt64>()) { $0.formUnion(shown[$1] ?? []) } == [1, 2, 3, 4])
  }

  @Test func prefersTheShorterOne() {
    #expect(CorpusMinimizer.cover([0: [1, 2], 1: [1, 2]], sizes: [5, 2]) == [1])
  }

  @Test func coversAsMuch() {
    var random = SeededRandom(seed: 5)
    for _ in 0..<50 {
      var shown: [Int: Set<UInt64>] = [:]
      for index in 0..<40 { shown[index] = Set((0..<random.below(6)).map { _ in UInt64(random.below(30)) }) }
      let kept = CorpusMinimizer.cover(shown, sizes: (0..<40).map { _ in random.below(9) })
      let all = shown.values.reduce(into: Set<UInt64>()) { $0.formUnion($1) }
      #expect(kept.reduce(into: Set<UInt64>()) { $0.formUnion(shown[$1] ?? []) } == all)
      #expect(kept.count <= all.count)
    }
  }

  @Test func onOurOwnCore() throws {
    let identity = try Identity.generate(suite: .dh, group: .x25519)
    let target = CoreTarget(identity: identity, defect: nil)
    let opening = SessionOpening(targetID: identity.userID, identity: nil, kinds: [(.dh, .x25519)], start: 1_800_000_000_000, seed: 1)
    let session = try opening.open(target).0
    let plain = Case([.send([PacketPlan(.statusChange)], .whole)])
    let wrong = Case([.send([PacketPlan(.statusChange, [.hash(.zero)])], .whole)])
    let unmakeable = Case([.send([PacketPlan(.message, [.body(.wrappedZero)])], .whole)])
    let kept = try CorpusMinimizer(PeerExaminer(session), target).kept([plain, plain, wrong, plain, unmakeable])
    #expect(kept.contains(2) && kept.contains(4) && kept.intersection([0, 1, 3]).count <= 1)
  }
}
