import Foundation
import Testing

/// Findings that show only over many packets, replayed against the built peer.
@Suite("Replayed growth", .timeLimit(.minutes(10))) struct GrowthReplayTests {
  private static let leak = """
    s2case 1
    requirement 6.1/leak
    kind slow
    repeat 384 memory
    case
    send
      M from friend
        text letters 60000
        set receiver_id nobody
    """
  private static let slow = """
    s2case 1
    requirement 6.1/slow
    kind slow
    repeat 20000 time
    case
    send
      SC from friend
    """

  private static func replay(_ text: String, _ defect: String?) throws -> Program.Result {
    let scratch = try Scratch()
    let file = try scratch.file("growth.s2case", Data(text.utf8))
    let peer = "s2wmp peer --listen 127.0.0.1:0 --accept auto --no-discovery --suite dh --group x25519" + (defect.map { " --defect \($0)" } ?? "")
    return try Program.shell("s2wmp replay \(file.path) --spawn '\(peer)'")
  }

  @Test(arguments: [("leak", leak, "6.1/leak"), ("slow-growth", slow, "6.1/slow")])
  func failsWhileTheTargetGrows(_ defect: String, _ text: String, _ requirement: String) throws {
    let result = try Self.replay(text, defect)
    #expect(result.status == 1, "\(result.errors)")
    #expect(result.output.contains("FAILED") && result.output.contains("\n  \(requirement)  slow\n"), "\(result.output)")
  }

  @Test(arguments: [leak, slow.replacing("20000", with: "3000")]) func passesOnceItDoesNot(_ text: String) throws {
    let result = try Self.replay(text, nil)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.output.hasPrefix("ok "))
  }

  @Test func needsAProcessToWatch() throws {
    let scratch = try Scratch()
    let file = try scratch.file("growth.s2case", Data(Self.leak.utf8))
    let result = try Program.shell("s2wmp replay \(file.path) --in-process")
    #expect(result.status == 3)
    #expect(result.errors.contains("start the target with --spawn, or name its process with --pid"), "\(result.errors)")
  }
}
