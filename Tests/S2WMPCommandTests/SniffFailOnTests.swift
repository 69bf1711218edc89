import Foundation
import Testing

/// `sniff --fail-on` on a real device: loopback in a network namespace of its own. Skipped where none can be made.
@Suite("Findings of a live capture as exit status", .timeLimit(.minutes(10))) struct SniffFailOnTests {
  /// An SC of nobody to nobody, of 1970: its time is a warning, and that the peer refuses it a note.
  private static let refused = #"\1\3"# + String(repeating: #"\0"#, count: 78)
  /// A type that v1 does not define.
  private static let malformed = #"\1\20"# + String(repeating: #"\0"#, count: 26)

  private static let isPossible = (try? Program.shell("unshare -n ip link set lo up").status) == 0

  /// Sniffs while those bytes are sent to a peer, and ends with the status of `sniff`.
  private static func sniffed(_ bytes: String, failOn severity: String) throws -> Program.Result {
    let scratch = try Scratch()
    let folder = scratch.folder.path
    return try Program.shell(
      """
      exec unshare -n bash -c '
      ip link set lo up
      until_said() { tries=0; until grep -q "$1" "$2" || [ $tries -ge 300 ]; do tries=$((tries + 1)); sleep 0.1; done; }
      timeout 60 s2wmp peer --listen 127.0.0.1:5000 --no-discovery --suite dh --group x25519 >\(folder)/peer & peer=$!
      until_said listening \(folder)/peer
      timeout 60 s2wmp sniff lo --duration 3 --fail-on \(severity) >\(folder)/packets 2>\(folder)/errors & sniff=$!
      until_said "listening on lo" \(folder)/errors
      exec 3<>/dev/tcp/127.0.0.1/5000
      printf "\(bytes)" >&3
      timeout 5 head -c 28 <&3 >/dev/null
      exec 3>&-
      wait $sniff; status=$?
      kill $peer
      cat \(folder)/packets; cat \(folder)/errors >&2
      exit $status'
      """)
  }

  @Test(arguments: [
    (refused, "warning", Int32(1), "--fail-on warning: clock.skew"), (refused, "error", 0, ""), (malformed, "error", 1, "--fail-on error: malformed.type"),
  ])
  func statuses(_ bytes: String, _ severity: String, _ status: Int32, _ words: String) throws {
    guard Self.isPossible else { return print("skipped: no network namespace can be made here") }
    let result = try Self.sniffed(bytes, failOn: severity)
    #expect(result.status == status, "\(result.output)\(result.errors)")
    #expect(words.isEmpty ? !result.errors.contains("--fail-on") : result.errors.contains(words), "\(result.errors)")
    #expect(result.output.contains("ACK"), "the exchange was seen")
  }
}
