import Foundation
import Testing

/// Ctrl-C ends a run in order: with its report, and the exit status that it would have had.
@Suite("Interrupted runs") struct InterruptionTests {
  private static let files = ["report.json", "junit.xml", "report.sarif", "report.html"]

  /// Starts a command, sends SIGINT once it listens for that and the condition holds, and ends with its status.
  ///
  /// Whoever runs the tests may have SIGINT ignored: then one that comes before the program listens is lost.
  private static func interrupted(_ command: String, when condition: String, writing output: String) throws -> Program.Result {
    try Program.shell(
      """
      timeout --signal=KILL 120 \(command) >\(output) & guard=$!
      ready() {
        program=$(cat /proc/$guard/task/*/children 2>/dev/null | tr -d ' ')
        caught=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$program/status" 2>/dev/null)
        [ -n "$caught" ] && [ $((0x$caught & 2)) -ne 0 ] && \(condition)
      }
      tries=0
      until ready || [ $tries -ge 900 ]; do tries=$((tries + 1)); sleep 0.1; done
      kill -INT "$program"
      wait $guard
      """)
  }

  @Test func aSoundTarget() throws {
    let scratch = try Scratch()
    let out = scratch.folder.appending(path: "out").path
    let result = try Self.interrupted("s2wmp fuzz --in-process --seed 3 --out \(out)", when: "sleep 1", writing: "/dev/null")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains(" cases, 0 findings, seed 3\n"), "\(result.errors)")
    for file in Self.files { #expect(FileManager.default.fileExists(atPath: "\(out)/\(file)"), "\(file)") }
  }

  @Test func aTargetWithADefect() throws {
    let scratch = try Scratch()
    let out = scratch.folder.appending(path: "out").path
    let output = scratch.folder.appending(path: "output").path
    let peer = "exec s2wmp peer --listen 127.0.0.1:0 --accept auto --no-discovery --suite dh --group x25519 --defect hash-unchecked"
    let result = try Self.interrupted(
      "s2wmp fuzz --spawn '\(peer)' --seed 3 --no-stalls --reply-timeout 0.5 --out \(out)",
      when: "grep -q '^finding 1  6.1/5.hash  accepted-malformed' \(output)", writing: output)
    #expect(result.status == 1, "\(result.errors)")
    #expect(result.errors.contains(" findings, seed 3\n"), "\(result.errors)")
    for file in Self.files + ["6.1-5.hash.accepted-malformed.s2case", "6.1-5.hash.accepted-malformed.pcap", "6.1-5.hash.accepted-malformed.keys"] {
      #expect(FileManager.default.fileExists(atPath: "\(out)/\(file)"), "\(file)")
    }
  }
}
