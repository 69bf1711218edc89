import TerminalSupport
import Foundation
import Testing

/// `s2wmp chat` with pipes for a terminal.
@Suite("Chat in a pipe") struct PipedChatTests {
  /// Options for a loopback peer without anything kept.
  private static func options(_ name: String) -> [String] {
    ["chat", "--name", name, "--no-discovery", "--listen", "127.0.0.1:0", "--suite", "dh", "--group", "x25519"]
  }

  private final class Chat {
    let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private(set) var text = ""

    init(_ arguments: [String]) throws {
      process.executableURL = URL(filePath: BuiltProgram.path)
      process.arguments = arguments
      process.environment = ["TZ": "UTC"]
      process.standardInput = input
      process.standardOutput = output
      process.standardError = FileHandle.standardError
      try process.run()
    }

    deinit { if process.isRunning { process.terminate() } }

    func write(_ text: String) { input.fileHandleForWriting.write(Data(text.utf8)) }
    func closeInput() throws { try input.fileHandleForWriting.close() }

    /// Reads until a text has come.
    func read(until wanted: String) {
      while !text.contains(wanted) {
        let piece = output.fileHandleForReading.availableData
        if piece.isEmpty { return }
        text += String(decoding: piece, as: UTF8.self)
      }
    }

    /// Reads all and gives the exit status.
    func end() -> Int32 {
      text += String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      return process.terminationStatus
    }
  }

  @Test func aScriptAddsSendsAndEndsWhenAllIsAnswered() throws {
    let bob = try Chat(Self.options("bob") + ["--accept", "auto"])
    bob.read(until: "No friends yet")
    let id = try #require(bob.text.firstMatch(of: /ID ([0-9a-f]{32})/)?.1)
    let address = try #require(bob.text.firstMatch(of: /127\.0\.0\.1:[0-9]+/)?.0)
    let alice = try Chat(Self.options("alice"))
    alice.write("/add \(id) \(address)\nlunch?\n//slash \u{1b}[2J\nlast without line feed")
    try alice.closeInput()
    #expect(alice.end() == 0)
    #expect(!alice.text.contains("\u{1b}") && !alice.text.contains("\r"))
    for sent in ["✓ to bob: lunch?\n", "✓ to bob: /slash <U+001B>[2J\n", "✓ to bob: last without line feed\n"] { #expect(alice.text.contains(sent)) }
    bob.read(until: "last without line feed")
    #expect(bob.text.contains("alice: lunch?\n") && bob.text.contains("alice: /slash <U+001B>[2J\n"))
    bob.write("/quit\n")
    #expect(bob.end() == 0)
  }

  @Test func whatCannotBeDoneIsStatusOne() throws {
    let chat = try Chat(Self.options("alice"))
    chat.write("nobody to hear this\n")
    try chat.closeInput()
    #expect(chat.end() == 1)
    #expect(chat.text.contains("You have no friends yet"))
  }

  @Test func anAddressInUseIsStatusThree() throws {
    let bob = try Chat(Self.options("bob"))
    bob.read(until: "No friends yet")
    let address = try #require(bob.text.firstMatch(of: /127\.0\.0\.1:[0-9]+/)?.0)
    let alice = try Chat(["chat", "--name", "alice", "--no-discovery", "--listen", String(address), "--suite", "dh", "--group", "x25519"])
    #expect(alice.end() == 3)
    try bob.closeInput()
    #expect(bob.end() == 0)
  }
}
