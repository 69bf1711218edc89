import Foundation
import TerminalSupport
import Testing

/// `s2wmp sniff --live` on real terminals, with two chats that talk over a loopback device of their own, really captured.
@Suite("Live screen in tmux", .serialized) struct TmuxLiveTests {
  private let tmux: Tmux?

  init() throws {
    if let obstacle = Tmux.obstacle(ownNetwork: true) {
      print("skipped: \(obstacle)")
      tmux = nil
    } else {
      tmux = try Tmux(ownNetwork: true)
    }
  }

  private var quietly: String { "SWIFT_BACKTRACE=enable=no \(BuiltProgram.path)" }

  private func startLive(_ tmux: Tmux, _ options: String = "") throws {
    try tmux.start("live", "cd \(tmux.folder.path); touch alice.keylog; \(quietly) sniff --live lo --keys alice.keylog \(options); echo EXIT $?; exec cat")
    try tmux.wait("live", for: "Waiting for packets")
  }

  private func startChat(_ tmux: Tmux, _ name: String, _ address: String) throws -> String {
    let options = "--no-discovery --suite dh --group x25519 --keylog \(tmux.folder.path)/\(name).keylog"
    try tmux.start(name, "\(quietly) chat --name \(name) --listen \(address):5000 \(options); exec cat")
    let screen = try tmux.wait(name) { $0.contains("Listening on") && $0.contains(">") }
    return String(try #require(screen.firstMatch(of: /ID ([0-9a-f]{32})/)?.1))
  }

  /// Two friends, and a message from each.
  private func talk(_ tmux: Tmux) throws {
    _ = try startChat(tmux, "alice", "127.0.0.1")
    let bob = try startChat(tmux, "bob", "127.0.0.2")
    try tmux.type("alice", "/add \(bob) 127.0.0.2:5000")
    try tmux.keys("alice", "Enter")
    try tmux.wait("bob", for: "/accept 1")
    try tmux.type("bob", "/accept")
    try tmux.keys("bob", "Enter")
    try tmux.wait("alice", for: "bob is your friend now")
    try say(tmux, "alice", "lunch? 日本")
  }

  private func say(_ tmux: Tmux, _ name: String, _ text: String) throws {
    try tmux.type(name, text)
    try tmux.keys(name, "Enter")
    try tmux.wait(name) { $0.contains(/✓ you +/) && $0.contains(text) }
  }

  @Test func packetsAreSeenFilteredOpenedPausedAndSaved() throws {
    guard let tmux else { return }
    try startLive(tmux)
    try talk(tmux)
    let seen = try tmux.wait("live") { $0.contains("alice → bob") && $0.contains("\"lunch? 日本\"") && $0.contains("alice ↔ bob") }
    #expect(seen.contains("CR") && seen.contains("accepted") && seen.contains("── Users 2 "), "\(seen)")
    try tmux.type("live", "/type == M and plaintext contains \"lunch")
    try tmux.wait("live", for: "^")
    try tmux.type("live", "\"")
    let filtered = try tmux.wait("live") { !$0.contains("^") && !$0.contains("accepted by") && $0.contains("1 of ") }
    #expect(filtered.contains(">") && filtered.contains("\"lunch? 日本\""), "\(filtered)")
    try tmux.keys("live", "Enter", "Enter")
    let detail = try tmux.wait("live") { $0.contains("sender_id") && $0.contains("Message, ") }
    #expect(detail.contains("hash          matches"), "\(detail)")
    try tmux.keys("live", "End")
    try tmux.wait("live") { $0.contains("  body") && $0.contains("AES-256-GCM") && !$0.contains("TCP conversation") }
    try tmux.keys("live", "Escape")
    try tmux.wait("live") { !$0.contains("  body") && $0.contains("Conversations") }
    try tmux.keys("live", "Escape")
    try tmux.wait("live", for: "no filter, / to type one")
    try tmux.keys("live", "Space")
    try tmux.wait("live", for: "PAUSED")
    try say(tmux, "bob", "at noon")
    try tmux.wait("live") { $0.contains("wait") && !$0.contains("at noon") }
    try tmux.keys("live", "Space", "f")
    try tmux.wait("live") { $0.contains("\"at noon\"") && !$0.contains("PAUSED") }
    try save(tmux)
    try tmux.keys("live", "q")
    try tmux.wait("live") { $0.contains("packets in ") && $0.contains("EXIT 0") }
    #expect(try tmux.isCooked("live") && tmux.ask("live", "#{alternate_on}") == "0")
  }

  /// Twice under one name: the second time it asks first. Then `decode` reads it.
  private func save(_ tmux: Tmux) throws {
    for isFirst in [true, false] {
      try tmux.keys("live", "s")
      try tmux.wait("live", for: "Save all as: s2wmp-")
      try tmux.keys("live", "C-u")
      try tmux.type("live", "kept.pcapng")
      try tmux.keys("live", "Enter")
      if !isFirst {
        try tmux.wait("live", for: "kept.pcapng exists: y replaces it")
        try tmux.keys("live", "y")
      }
      try tmux.wait("live", for: "to kept.pcapng.")
      try tmux.keys("live", "Escape")
      try tmux.wait("live") { !$0.contains("to kept.pcapng.") }
    }
    try tmux.start("decode", "cd \(tmux.folder.path); \(quietly) decode kept.pcapng --keys alice.keylog -Y 'type == M'; exec cat", columns: 160)
    let decoded = try tmux.wait("decode", for: "2 packets")
    #expect(decoded.contains("\"lunch? 日本\"") && decoded.contains("\"at noon\""), "\(decoded)")
  }

  @Test func savedCapturesCarryTheKeysThatWereNamedForThem() throws {
    guard let tmux else { return }
    try startLive(tmux, "--embed-keys alice.keylog")
    try talk(tmux)
    try tmux.wait("live", for: "\"lunch? 日本\"")
    try tmux.keys("live", "s")
    try tmux.wait("live", for: "Save all as: s2wmp-")
    try tmux.keys("live", "C-u")
    try tmux.type("live", "kept.pcapng")
    try tmux.keys("live", "Enter")
    try tmux.wait("live", for: "to kept.pcapng.")
    try tmux.start("decode", "cd \(tmux.folder.path); \(quietly) decode kept.pcapng -Y 'type == M'; exec cat", columns: 160)
    let decoded = try tmux.wait("decode", for: "1 packet")
    #expect(decoded.contains("\"lunch? 日本\""), "\(decoded)")
    try tmux.keys("live", "Escape", "q")
    try tmux.wait("live", for: "EXIT 0")
  }

  @Test func sizesChange() throws {
    guard let tmux else { return }
    try startLive(tmux)
    try talk(tmux)
    try tmux.wait("live", for: "\"lunch? 日本\"")
    try tmux.resize("live", columns: 120, rows: 40)
    try tmux.wait("live") { $0.contains("127.0.0.2:5000") && $0.contains("┬── Users 2 ") && $0.contains("┬── Findings ") }
    try tmux.resize("live", columns: 39, rows: 9)
    try tmux.wait("live", for: "This window is 39×9")
    try tmux.resize("live", columns: 40, rows: 10)
    let small = try tmux.wait("live") { $0.contains("q quit") && $0.contains("accepted") }
    #expect(small.split(separator: "\n").allSatisfy { $0.count <= 40 })
    try tmux.resize("live", columns: 80, rows: 24)
    try tmux.wait("live") { $0.contains("── Conversations ") && $0.contains("\"lunch? 日本\"") }
    try tmux.keys("live", "C-c")
    try tmux.wait("live", for: "EXIT 0")
  }

  @Test func theTerminalComesBackOnEveryWayOut() throws {
    guard let tmux else { return }
    for signal in [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGABRT, SIGSEGV] {
      let name = "out\(signal)"
      try tmux.start(name, "echo before; \(quietly) sniff --live lo; echo EXIT; exec cat")
      try tmux.wait(name, for: "Waiting for packets")
      #expect(try !tmux.isCooked(name) && tmux.ask(name, "#{alternate_on}") == "1")
      kill(try tmux.child(name), signal)
      let screen = try tmux.wait(name, for: "EXIT")
      #expect(screen.contains("before") && !screen.contains("Waiting"), "after signal \(signal): \(screen)")
      #expect(try tmux.isCooked(name) && tmux.ask(name, "#{alternate_on} #{cursor_flag} #{wrap_flag}") == "0 1 1", "after signal \(signal)")
    }
  }

  @Test func itStopsAndGoesOnLikeAnyJob() throws {
    guard let tmux else { return }
    try tmux.start("job", "exec bash --norc -i")
    try tmux.type("job", "PS1='shell: '; \(quietly) sniff --live lo")
    try tmux.keys("job", "Enter")
    try tmux.wait("job", for: "Waiting for packets")
    try tmux.type("job", "/type == ")
    try tmux.wait("job", for: "filter: type ==")
    try tmux.keys("job", "C-z")
    try tmux.wait("job") { $0.contains("Stopped") && $0.contains("shell: ") }
    #expect(try tmux.ask("job", "#{alternate_on}") == "0")
    try tmux.type("job", "echo $((6*7)); fg")
    try tmux.keys("job", "Enter")
    try tmux.wait("job", for: "filter: type ==")
    try tmux.type("job", "M")
    try tmux.wait("job", for: "filter: type == M")
    try tmux.keys("job", "C-c")
    try tmux.wait("job") { $0.contains("\n42\n") && $0.trimmingCharacters(in: .whitespacesAndNewlines).hasSuffix("shell:") }
  }

  @Test func optionsOfSniffGoOnWorking() throws {
    guard let tmux else { return }
    let command = "sniff --live lo --bpf 'udp port 5001' --filter 'udp' --duration 3 -w \(tmux.folder.path)/all.pcap"
    try tmux.start("short", "\(quietly) \(command); echo EXIT $?; exec cat")
    try tmux.wait("short", for: "filter: udp")
    try tmux.start("send", "for n in 1 2 3; do printf x > /dev/udp/127.0.0.1/5001; printf x > /dev/udp/127.0.0.1/5000; done; exec cat")
    let screen = try tmux.wait("short", for: "EXIT 0")
    #expect(screen.contains("3 frames taken"), "\(screen)")
    try tmux.start("read", "\(quietly) decode \(tmux.folder.path)/all.pcap; echo EXIT $?; exec cat")
    try tmux.wait("read", for: "EXIT 0")
  }
}
