import Foundation
import Testing

/// What is no S2WMP peer: `conform`, `fuzz` and `replay` say so in one sentence and end with status 3, soon.
@Suite("Targets that cannot be used") struct UnusableTargetTests {
  /// What a server does, and a part of the sentence that says so.
  struct Stranger: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var sentence: String
    var script: @Sendable (ScriptedServer.Client) -> Void

    init(_ name: String, _ sentence: String, _ script: @escaping @Sendable (ScriptedServer.Client) -> Void) {
      (testDescription, self.sentence, self.script) = (name, sentence, script)
    }
  }

  private static func answering(_ bytes: [UInt8]) -> @Sendable (ScriptedServer.Client) -> Void {
    { client in while !client.read().isEmpty { if !client.write(bytes) { return } } }
  }

  private static let garbage = (0..<200).map { UInt8(truncatingIfNeeded: $0 &* 73 &+ 0x9d) }
  private static let web = Array("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".utf8)

  /// Asked for its ID, as it is not told.
  static let strangers = [
    Stranger("speaks first", "speaks something else than S2WMP (it says \"SSH-2.0-OpenSSH_9..\")") { client in
      client.write(Array("SSH-2.0-OpenSSH_9\r\n".utf8))
      while !client.read().isEmpty {}
    },
    Stranger("a web server", "speaks something else than S2WMP", answering(web)),
    Stranger("answers garbage", "speaks something else than S2WMP", answering(garbage)),
    Stranger("never answers", "did not tell its ID") { client in while !client.read().isEmpty {} },
    Stranger("closes at once", "closes them at once") { _ in },
    Stranger("resets at once", "closes them at once") { $0.reset() },
    Stranger("closes when asked", "did not tell its ID") { _ = $0.read() },
    Stranger("floods from the start", "speaks something else than S2WMP") { client in while client.write(garbage) {} },
  ]

  /// The same with `--peer-id`, so that the first it gets is a chat request.
  static let named = [
    Stranger("speaks first", "speaks something else than S2WMP") { client in
      client.write(Array("220 mail ready\r\n".utf8))
      while !client.read().isEmpty {}
    },
    Stranger("a web server", "is no S2WMP peer", answering(web)),
    Stranger("answers garbage", "is no S2WMP peer", answering(garbage)),
    Stranger("never answers", "answers nothing") { client in while !client.read().isEmpty {} },
    Stranger("closes at once", "closes them at once") { _ in },
    Stranger("closes when asked", "closes the connection without an answer") { _ = $0.read() },
    Stranger("resets when asked", "closes the connection without an answer") { client in
      _ = client.read()
      client.reset()
    },
    Stranger("floods when asked", "is no S2WMP peer") { client in
      _ = client.read()
      while client.write(garbage) {}
    },
    Stranger("floods ACKs when asked", "is no S2WMP peer") { client in
      _ = client.read()
      while client.write([1, 6, 1, 0] + [UInt8](repeating: 0, count: 24)) {}
    },
    Stranger("sends half an answer", "is no S2WMP peer") { client in
      _ = client.read()
      client.write([1, 0x0a, 0, 7])
      while !client.read().isEmpty {}
    },
    Stranger("says what it got", "speaks something else than S2WMP") { client in
      while case let bytes = client.read(), !bytes.isEmpty { client.write(bytes) }
    },
  ]

  @Test("fuzz, asking for the ID", arguments: strangers) func fuzz(stranger: Stranger) throws {
    try expect(stranger, "fuzz TARGET --cases 200 --seed 1")
  }

  @Test("conform, told the ID", arguments: named) func conform(stranger: Stranger) throws {
    try expect(stranger, "conform TARGET --peer-id 00112233445566778899aabbccddeeff --only 6.1/3")
  }

  @Test("fuzz, told the ID", arguments: named) func fuzzNamed(stranger: Stranger) throws {
    try expect(stranger, "fuzz TARGET --peer-id 00112233445566778899aabbccddeeff --cases 200 --seed 1")
  }

  @Test("a server's commands", arguments: strangers) func server(stranger: Stranger) throws {
    var any = stranger
    any.sentence = "127.0.0.1:"
    try expect(any, "fuzz TARGET --role bootstrap --cases 200 --seed 1")
  }

  @Test("replay", arguments: named.filter { ["closes at once", "never answers"].contains($0.testDescription) }) func replay(stranger: Stranger) throws {
    let scratch = try Scratch()
    let file = try scratch.file("one.s2case", Data("s2case 1\ncase\nsend\n  SC\nawait\n".utf8))
    try expect(stranger, "replay \(file.path) TARGET --peer-id 00112233445566778899aabbccddeeff")
  }

  private func expect(_ stranger: Stranger, _ command: String) throws {
    let server = ScriptedServer(stranger.script)
    let line = command.replacingOccurrences(of: "TARGET", with: "127.0.0.1:\(server.port)")
    let result = try Program.shell("timeout 60 s2wmp \(line) --reply-timeout 0.4 --discovery-port 1")
    withExtendedLifetime(server) {}
    #expect(result.status == 3, "\(result.output)\(result.errors)")
    let lines = result.errors.split(separator: "\n")
    #expect(lines.count == 1 && result.output.isEmpty, "one sentence: \(result.output)\(result.errors)")
    #expect(result.errors.hasPrefix("s2wmp: ") && result.errors.hasSuffix(".\n"))
    #expect(result.errors.contains(stranger.sentence), "\(result.errors)")
    #expect(result.errors.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f || $0 == 0x0a }, "harmless on a terminal")
  }
}
