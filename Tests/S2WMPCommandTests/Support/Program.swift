import Foundation

/// A program of this package as it was built, run as a person would from the repository's folder.
struct Program {
  struct Result {
    var status: Int32
    var output: String
    var errors: String
  }

  var executable: URL

  /// `s2wmp`, `s2wmp-fixtures`: beside the test bundle.
  init(_ name: String) { executable = Self.products.appending(path: name) }

  func run(_ arguments: [String], input: Data = Data()) throws -> Result { try Self.run(executable, arguments, input: input) }

  /// A line for the shell, in which `s2wmp` is the built one.
  static func shell(_ line: String, in folder: URL = Repository.root) throws -> Result {
    try run(URL(filePath: "/bin/bash"), ["-c", line], folder: folder)
  }

  /// Standard streams are files: whatever the program writes, it never waits for its reader.
  static func run(_ executable: URL, _ arguments: [String], input: Data = Data(), folder: URL = Repository.root) throws -> Result {
    let scratch = try Scratch()
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ["PATH": "\(products.path):/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"]
    process.standardInput = try FileHandle(forReadingFrom: scratch.file("input", input))
    process.standardOutput = try FileHandle(forWritingTo: scratch.file("output", Data()))
    process.standardError = try FileHandle(forWritingTo: scratch.file("errors", Data()))
    try process.run()
    process.waitUntilExit()
    return Result(status: process.terminationStatus, output: try scratch.text("output"), errors: try scratch.text("errors"))
  }

  /// Where the build put its products: the folder that holds the test bundle.
  private static let products: URL = {
    for argument in CommandLine.arguments {
      if let end = argument.range(of: ".xctest") {
        let folder = URL(filePath: String(argument[..<end.lowerBound])).deletingLastPathComponent()
        if FileManager.default.isExecutableFile(atPath: folder.appending(path: "s2wmp").path) { return folder }
      }
    }
    return Repository.root.appending(path: ".build/debug")
  }()
}

/// A folder that goes away with its owner.
final class Scratch {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "s2wmp-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func file(_ name: String, _ content: Data) throws -> URL {
    let url = folder.appending(path: name)
    try content.write(to: url)
    return url
  }

  func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
  }
}
