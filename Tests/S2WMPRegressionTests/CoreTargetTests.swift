import Foundation
import S2WMPPeer
import S2WMPWire
import Testing

@testable import S2WMPFuzzTargets

/// The `peer` and `bootstrap` targets: their seeds are what the code gives, and they notice what is wrong.
@Suite("Fuzz targets of the cores")
struct CoreTargetTests {
  private static let seeds = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "Corpus/seeds")

  @Test("Corpus/seeds/peer and bootstrap are what PeerSeeds and BootstrapSeeds give; S2WMP_RECORD=1 writes them")
  func files() throws {
    for (folder, scripts) in [("peer", PeerSeeds.all), ("bootstrap", BootstrapSeeds.all)] {
      for (name, script) in scripts {
        let file = Self.seeds.appending(path: folder).appending(path: name)
        if let kept = try? Data(contentsOf: file), [UInt8](kept) == script { continue }
        let records = ProcessInfo.processInfo.environment["S2WMP_RECORD"] == "1"
        if records { try Data(script).write(to: file) }
        let help = records ? "it was written, run again" : "to write it: S2WMP_RECORD=1 swift test --filter CoreTargetTests"
        Issue.record("Corpus/seeds/\(folder)/\(name) differs; \(help)")
      }
    }
  }

  @Test("The sound peer passes every seed")
  func soundPeer() {
    for (name, script) in PeerSeeds.all {
      if let violation = peerViolation(script) { Issue.record("\(name): \(violation)") }
    }
  }

  @Test("The sound bootstrap server passes every seed")
  func soundServer() {
    for (name, script) in BootstrapSeeds.all {
      if let violation = serverViolation(script, { $0 }) { Issue.record("\(name): \(violation)") }
    }
  }

  /// These only cost memory and time, which libFuzzer sees and the rules of a call do not.
  private static let unseen: Set<String> = ["leak", "slow-growth"]

  @Test("Every planted defect is noticed by a seed", arguments: PlantedDefect.all.map(\.name))
  func plantedDefects(_ name: String) throws {
    let defect = try #require(PlantedDefect(name: name))
    let violations = PeerSeeds.all.values.compactMap { peerViolation($0, { defect.rules }) }
    #expect(violations.isEmpty == Self.unseen.contains(name), "\(name): \(violations.first ?? "nobody noticed it")")
  }

  @Test("A wrong answer of the bootstrap server is noticed")
  func tamperedAnswers() {
    let wrong: [(String, ([UInt8]?) -> [UInt8]?)] = [
      ("silence", { _ in nil }),
      ("another type", { answer in answer.map { [$0[0], $0[1] ^ 1] + $0[2...] } }),
      ("a byte more", { answer in answer.map { $0 + [0] } }),
      ("another end", { answer in answer.map { $0.dropLast() + [$0[$0.count - 1] ^ 1] } }),
      ("another status", { answer in answer.map { answer in answer[1] == 9 ? [1, 9, answer[2] ^ 1] + answer[3...] : answer } }),
    ]
    for (what, tamper) in wrong {
      #expect(BootstrapSeeds.all["table"].flatMap { serverViolation($0, tamper) } != nil, "nobody noticed \(what)")
    }
    for name in ["malformed", "ban"] {
      let violation = BootstrapSeeds.all[name].flatMap { serverViolation($0, { $0 ?? [1, 9] + [UInt8](repeating: 0, count: 9) }) }
      #expect(violation != nil, "\(name): nobody noticed an answer to everything")
    }
  }

  private func peerViolation(_ script: [UInt8], _ rules: @escaping () -> PeerRules = { PeerRules() }) -> String? {
    script.withUnsafeBytes { bytes in
      do throws(FuzzViolation) { try PeerTarget.check(bytes, rules: rules) } catch { return "\(error)" }
      return nil
    }
  }

  private func serverViolation(_ script: [UInt8], _ tamper: @escaping ([UInt8]?) -> [UInt8]?) -> String? {
    script.withUnsafeBytes { bytes in
      do throws(FuzzViolation) { try BootstrapTarget.check(bytes, tamper: tamper) } catch { return "\(error)" }
      return nil
    }
  }
}
