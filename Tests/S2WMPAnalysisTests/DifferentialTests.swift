import Foundation
import Testing

@Suite("Differential: the program against the reference decoder")
struct DifferentialTests {
  private static var root: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  }

  /// The program lies beside this very test bundle.
  private static var program: URL? {
    guard let maps = try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8) else { return nil }
    let bundles = maps.split(separator: "\n").compactMap { $0.split(separator: " ", maxSplits: 5).last }.filter { $0.hasSuffix(".xctest") }
    let beside = bundles.map { URL(fileURLWithPath: String($0.drop(while: { $0 == " " }))).deletingLastPathComponent().appendingPathComponent("s2wmp") }
    return beside.first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  private static func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  @Test("150 generated captures decode to the same lines")
  func captures() throws {
    guard let program = Self.program else {
      print("skipped: the program s2wmp was not found beside the tests")
      return
    }
    guard try Self.run(["python3", "--version"]).status == 0 else {
      print("skipped: python3 is not installed")
      return
    }
    let script = Self.root.appendingPathComponent("Tests/Differential/compare.py").path
    let (status, output) = try Self.run(["python3", "-B", script, "--binary", program.path, "--seed", "1", "--count", "150", "--all"])
    #expect(status == 0, "\(output)")
    #expect(output.contains("150 captures, 0 differ"))
  }
}
