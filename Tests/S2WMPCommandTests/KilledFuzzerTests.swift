import Foundation
import Testing

/// What `--spawn` started does not outlive a fuzzer that is killed and cannot end it.
@Suite("Killed fuzzers", .timeLimit(.minutes(10))) struct KilledFuzzerTests {
  private static let peer = "s2wmp peer --listen 127.0.0.1:0 --accept auto --no-discovery --suite dh --group x25519"

  /// Runs the command until the target listens and everybody's number is in NUMBERS, kills it, and says who is left after a while.
  private static func left(_ command: String, numbers: String, count: Int) throws -> Program.Result {
    try Program.shell(
      """
      setsid \(command) >/dev/null 2>&1 & fuzzer=$!
      running() { for number in $(cat \(numbers)); do grep -qs '^State:[[:space:]]*[^ZX]' "/proc/$number/status" && echo "$number"; done; }
      tries=0
      until [ "$(cat \(numbers) 2>/dev/null | wc -l)" -ge \(count) ] && [ "$(running | wc -l)" -ge \(count) ] || [ $tries -ge 300 ]; do
        tries=$((tries + 1)); sleep 0.1
      done
      [ "$(running | wc -l)" -ge \(count) ] || echo "not all of it ran"
      sleep 1
      kill -KILL "$fuzzer"
      wait "$fuzzer" 2>/dev/null
      tries=0
      until [ -z "$(running)" ] || [ $tries -ge 100 ]; do tries=$((tries + 1)); sleep 0.1; done
      running
      kill -KILL $(running) 2>/dev/null
      """)
  }

  @Test(arguments: ["fuzz", "conform"]) func takeTheirTargetAlong(_ command: String) throws {
    let scratch = try Scratch()
    let numbers = scratch.folder.appending(path: "numbers").path
    let result = try Self.left("s2wmp \(command) --spawn 'echo $$ >\(numbers); exec \(Self.peer)'", numbers: numbers, count: 1)
    #expect(result.output.isEmpty, "\(result.output)")
  }

  @Test func takeAllOfItAlong() throws {
    let scratch = try Scratch()
    let numbers = scratch.folder.appending(path: "numbers").path
    let spawn = "trap \"\" TERM HUP; echo $$ >\(numbers); sleep 600 & echo $! >>\(numbers); \(Self.peer) & echo $! >>\(numbers); wait"
    let result = try Self.left("s2wmp fuzz --spawn '\(spawn)'", numbers: numbers, count: 3)
    #expect(result.output.isEmpty, "\(result.output)")
  }
}
