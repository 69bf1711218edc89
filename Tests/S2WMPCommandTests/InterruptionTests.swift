import Foundation
import Testing

/// Ctrl-C ends a run in order: with its report, and the exit status that it would have had.
@Suite("Interrupted runs") struct InterruptionTests {
  private static let files = ["report.json", "junit.xml", "report.sarif", "report.html"]

  @Test func aSoundTarget() throws {
    let scratch = try Scratch()
    let out = scratch.folder.appending(path: "out").path
    let result = try Program.shell("timeout --preserve-status --signal=INT --kill-after=60 2 s2wmp fuzz --in-process --seed 3 --out \(out)")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains(" cases, 0 findings, seed 3\n"), "\(result.errors)")
    for file in Self.files { #expect(FileManager.default.fileExists(atPath: "\(out)/\(file)"), "\(file)") }
  }

  @Test func aTargetWithADefect() throws {
    let scratch = try Scratch()
    let out = scratch.folder.appending(path: "out").path
    let peer = "exec s2wmp peer --listen 127.0.0.1:0 --accept auto --no-discovery --suite dh --group x25519 --defect hash-unchecked"
    let result = try Program.shell(
      "timeout --preserve-status --signal=INT --kill-after=60 20 s2wmp fuzz --spawn '\(peer)' --seed 3 --no-stalls --reply-timeout 0.5 --out \(out)")
    #expect(result.status == 1, "\(result.errors)")
    #expect(result.output.contains("finding 1  6.1/5.hash  accepted-malformed"))
    #expect(result.errors.contains(" findings, seed 3\n"))
    for file in Self.files + ["6.1-5.hash.accepted-malformed.s2case", "6.1-5.hash.accepted-malformed.pcap", "6.1-5.hash.accepted-malformed.keys"] {
      #expect(FileManager.default.fileExists(atPath: "\(out)/\(file)"), "\(file)")
    }
  }
}
