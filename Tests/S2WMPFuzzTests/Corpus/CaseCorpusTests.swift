import Foundation
import S2WMPCrypto
import S2WMPFuzz
import S2WMPWire
import Testing

/// The cases that come with the sources: `Corpus/seeds/cases` and `Corpus/regressions/cases`.
@Suite("Case corpus")
struct CaseCorpusTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Corpus")

  static func files(_ kind: String) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(at: folder.appending(path: "\(kind)/cases"), includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "s2case" }.sorted { $0.path < $1.path }
  }

  static func bench() throws -> SessionTrial {
    let identity = try Identity.generate(suite: .dh, group: .x25519)
    let target = CoreTarget(identity: identity)
    let opening = SessionOpening(targetID: identity.userID, identity: nil, kinds: [(.dh, .x25519)], start: 1_800_000_000_000, seed: 1)
    return SessionTrial(target: target, session: try opening.open(target).0, opening: opening)
  }

  @Test("Every case parses and is answered as owed by the sound core", arguments: ["seeds", "regressions"])
  func soundCoreAnswers(_ kind: String) throws {
    let files = try Self.files(kind)
    #expect(!files.isEmpty)
    let bench = try Self.bench()
    for file in files {
      let cases = try CaseFile(text: Array(Data(contentsOf: file))).cases
      #expect(!cases.isEmpty, "\(file.lastPathComponent)")
      let mismatch = try bench.run(cases).mismatch
      #expect(mismatch == nil, "\(file.lastPathComponent)")
      if mismatch != nil { try bench.recover() }
    }
  }

  @Test func seedsAreFew() throws {
    let count = try Self.files("seeds").count
    #expect((1...60).contains(count))
  }

  @Test("A case that shows nothing new is dropped, the smaller one kept")
  func minimizerDropsWhatShowsNothingNew() throws {
    let plain = Case([.send([PacketPlan(.message)], .whole)])
    let wrongHash = Case([.send([PacketPlan(.message, [.hash(.zero)])], .whole)])
    let both = Case([.send([PacketPlan(.message, [.hash(.zero)])], .whole), .await, .send([PacketPlan(.message, [.hash(.zero)])], .whole)])
    let kept = try CorpusMinimizer(Self.bench()).keep([plain, plain, wrongHash, wrongHash, both])
    #expect(kept.contains(0) && !kept.contains(1))
    #expect(kept.contains(2) && !kept.contains(3))
  }

  @Test("A case that cannot be made here is kept")
  func minimizerKeepsWhatItCannotMake() throws {
    let forRSA = Case([.send([PacketPlan(.message, [.body(.wrappedZero)])], .whole)])
    let plain = Case([.send([PacketPlan(.message)], .whole)])
    #expect(try CorpusMinimizer(Self.bench()).keep([plain, forRSA]) == [0, 1])
  }

  @Test("Without counters in the program there is no coverage to steer by")
  func noCoverageWithoutCounters() { #expect(EdgeCoverage() == nil) }
}
