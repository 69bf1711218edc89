import Foundation
import TerminalSupport
import Testing

/// `s2wmp chat` on real terminals of 80×24.
@Suite("Chat in tmux", .serialized) struct TmuxChatTests {
  private let tmux: Tmux?

  init() throws {
    if let obstacle = Tmux.obstacle() {
      print("skipped: \(obstacle)")
      tmux = nil
    } else {
      tmux = try Tmux()
    }
  }

  /// Starts a chat and waits until it listens; gives its ID and address.
  private func start(_ tmux: Tmux, _ name: String) throws -> (id: String, address: String) {
    try tmux.start(name, "\(command(tmux, name)); echo EXIT $?; exec cat")
    let screen = try tmux.wait(name) { $0.contains("Listening on") && $0.contains(">") }
    let id = try #require(screen.firstMatch(of: /ID ([0-9a-f]{32})/)?.1)
    let address = try #require(screen.firstMatch(of: /127\.0\.0\.1:[0-9]+/)?.0)
    return (String(id), String(address))
  }

  private func command(_ tmux: Tmux, _ name: String) -> String {
    // A crash is reported by Swift's runtime, which would ask questions on a terminal.
    "SWIFT_BACKTRACE=enable=no \(BuiltProgram.path) chat --name \(name) --state \(tmux.folder.path)/\(name) --no-discovery --listen 127.0.0.1:0 --suite dh --group x25519"
  }

  /// Two chats that are friends with each other.
  private func startFriends(_ tmux: Tmux) throws {
    _ = try start(tmux, "alice")
    let bob = try start(tmux, "bob")
    try tmux.type("alice", "/add \(bob.id) \(bob.address)")
    try tmux.keys("alice", "Enter")
    try tmux.wait("bob", for: "/accept 1 or /deny 1")
    try tmux.type("bob", "/accept")
    try tmux.keys("bob", "Enter")
    try tmux.wait("alice", for: "bob is your friend now")
    try tmux.wait("bob", for: "alice is your friend now")
  }

  /// What differs between runs in the same form everywhere; rules as long as they are.
  private func steady(_ screen: String) -> String {
    // When a greeting comes is up to the network.
    screen.replacing(/[a-z]+ is online\.\n/, with: "").replacing(/[0-9a-f]{32}/, with: "<id>").replacing(/[0-9a-f]{4}…[0-9a-f]{4}/, with: "<short>")
      .replacing(/127\.0\.0\.1:[0-9]+/, with: "<address>").replacing(/([0-9]{5} ){3,7}([0-9]{5}|…)/, with: "<print>")
      .replacing(#/(?m)^[0-9]{2}:[0-9]{2} /#, with: "hh:mm ").replacing(/── [A-Z][a-z]+, [0-9]+ [A-Z][a-z]+ [0-9]{4} ──/, with: "── day ──")
      .replacing(/─{3,}/, with: "───").trimmingCharacters(in: .newlines)
  }

  @Test func friendsAreMadeAndTalk() throws {
    guard let tmux else { return }
    try startFriends(tmux)
    try tmux.type("alice", "lumch?")
    // Edited with the cursor keys: the m becomes an n.
    try tmux.keys("alice", "Left", "Left", "Left", "BSpace")
    try tmux.type("alice", "n")
    try tmux.keys("alice", "Home")
    try tmux.type("alice", "Bob, ")
    try tmux.keys("alice", "Enter")
    try tmux.wait("bob", for: "alice  Bob, lunch?")
    try tmux.wait("alice", for: "✓ you  Bob, lunch?")
    try tmux.type("bob", "Ja, 日本 ☕ e\u{301}!")
    try tmux.keys("bob", "Enter")
    let alice = try tmux.wait("alice", for: "bob  Ja, 日本 ☕")
    #expect(
      steady(alice) == """
        You are alice, ID <id>
        Fingerprint <print>
        Listening on <address>
        No friends yet. /discover shows who is on this network, /add asks one, /help
          tells the rest.
        /add <id> <address>
        Asking <short> at <address> to be your friend…
        bob is your friend now. Compare your keys with /fingerprint bob before you
          trust it.
        ── bob, status unknown ── ID <short> ──
        No messages yet.
        ── day ──
        hh:mm ✓ you  Bob, lunch?
        hh:mm   bob  Ja, 日本 ☕ e\u{301}!
        ── bob, online ─── you: alice, online ──
        bob>
        """)
    let bob = try tmux.wait("bob", for: "✓ you    Ja")
    #expect(
      steady(bob) == """
        You are bob, ID <id>
        Fingerprint <print>
        Listening on <address>
        No friends yet. /discover shows who is on this network, /add asks one, /help
          tells the rest.
        alice asks to be your friend, from <address>:
          ID <id>
          fingerprint <print>
          Anyone can take any name: compare these first. /accept 1 or /deny 1
        /accept
        alice is your friend now. Compare your keys with /fingerprint alice before you
          trust it.
        ── alice, status unknown ── ID <short> ──
        No messages yet.
        ── day ──
        hh:mm   alice  Bob, lunch?
        hh:mm ✓ you    Ja, 日本 ☕ e\u{301}!
        ── alice, online ─── you: bob, online ──
        alice>
        """)
  }

  @Test func theLineStaysWhileMessagesComeAndTheWindowChanges() throws {
    guard let tmux else { return }
    try startFriends(tmux)
    try tmux.type("alice", "This line is being written while others come, and it is longer than one row.")
    try tmux.type("bob", "hello there, this is a message that has to be wrapped on a narrow window")
    try tmux.keys("bob", "Enter")
    try tmux.wait("alice") { $0.contains("hello there, this is a message") && $0.contains("it is longer than one ro\nw.") }
    try tmux.resize("alice", columns: 40, rows: 12)
    try tmux.wait("alice") { $0.contains("bob> This line is being written while o\nthers come, and it is longer than one r\now.") }
    #expect(try tmux.everything("alice").components(separatedBy: "bob> ").count == 2)
    try tmux.resize("alice", columns: 100, rows: 24)
    let wide = try tmux.wait("alice", for: "bob> This line is being written while others come, and it is longer than one row.")
    #expect(wide.components(separatedBy: "bob, online ──").count == 2, "\(wide)")
    try tmux.keys("alice", "Enter")
    try tmux.wait("alice", for: "✓ you  This line is being written")
    try tmux.keys("alice", "Up")
    try tmux.wait("alice", for: "bob> This line is being written")
    try tmux.keys("alice", "C-u")
    try tmux.paste("alice", "two\nlines\n")
    try tmux.wait("alice", for: "bob> two\nlines")
    try tmux.keys("alice", "Enter")
    try tmux.wait("bob", for: "alice  two\n               lines")
  }

  @Test func historyStatusAndMarksSurviveARestart() throws {
    guard let tmux else { return }
    try startFriends(tmux)
    try tmux.type("alice", "kept")
    try tmux.keys("alice", "Enter")
    try tmux.wait("alice", for: "✓ you  kept")
    try tmux.type("bob", "/status away")
    try tmux.keys("bob", "Enter")
    try tmux.wait("bob", for: "you: bob, away ──")
    try tmux.keys("bob", "C-d")
    try tmux.wait("bob", for: "EXIT 0")
    #expect(try tmux.isCooked("bob"))
    try tmux.type("alice", "are you there?")
    try tmux.keys("alice", "Enter")
    try tmux.wait("alice", for: "~ you  are you there?")
    try tmux.type("alice", "/quit")
    try tmux.keys("alice", "Enter")
    try tmux.wait("alice", for: "1 message is not acknowledged yet; the next start sends again.\nEXIT 0")
    try tmux.start("again", "\(command(tmux, "alice")); exec cat")
    let screen = try tmux.wait("again", for: "~ you  are you there?")
    #expect(screen.contains("✓ you  kept") && screen.contains("\nbob>"))
  }

  @Test func theTerminalComesBackOnEveryWayOut() throws {
    guard let tmux else { return }
    for (index, signal) in [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGABRT, SIGSEGV].enumerated() {
      let name = "peer\(index)"
      _ = try start(tmux, name)
      #expect(try !tmux.isCooked(name))
      kill(try tmux.child(name), signal)
      try tmux.wait(name, for: "EXIT")
      #expect(try tmux.isCooked(name), "after signal \(signal)")
    }
  }

  @Test func itStopsAndGoesOnLikeAnyJob() throws {
    guard let tmux else { return }
    try tmux.start("job", "exec bash --norc -i")
    try tmux.type("job", "PS1='shell: '; \(command(tmux, "carol"))")
    try tmux.keys("job", "Enter")
    try tmux.wait("job") { $0.contains("Listening on") && $0.contains("you: carol") }
    try tmux.type("job", "half")
    try tmux.wait("job", for: "> half")
    try tmux.keys("job", "C-z")
    try tmux.wait("job") { $0.contains("Stopped") && $0.contains("shell: ") }
    try tmux.type("job", "echo $((6*7)); fg")
    try tmux.keys("job", "Enter")
    try tmux.wait("job") { $0.contains("\n42\n") && $0.contains("> half") }
    #expect(try !tmux.isCooked("job"))
    try tmux.type("job", " a line")
    try tmux.wait("job", for: "> half a line")
    try tmux.keys("job", "C-c", "C-c", "C-c")
    try tmux.wait("job") { $0.trimmingCharacters(in: .whitespacesAndNewlines).hasSuffix("shell:") }
  }
}
