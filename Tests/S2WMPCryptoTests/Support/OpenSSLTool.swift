import Foundation
import Testing

@testable import S2WMPCrypto

/// The `openssl` command line, in a folder that goes away with this object.
final class OpenSSLTool {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "s2wmp-crypto-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// What it prints; it has to succeed.
  @discardableResult
  func run(_ arguments: String...) throws -> String { try run(arguments: arguments) }

  @discardableResult
  func run(arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/openssl")
    process.arguments = arguments
    process.currentDirectoryURL = folder
    let (output, errors) = (folder.appending(path: "output"), folder.appending(path: "errors"))
    for file in [output, errors] { try Data().write(to: file) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    let complaint = try String(contentsOf: errors, encoding: .utf8)
    try #require(process.terminationStatus == 0, "openssl \(arguments.joined(separator: " ")): \(complaint)")
    return try String(contentsOf: output, encoding: .utf8)
  }

  func path(_ name: String) -> String { folder.appending(path: name).path }
  func read(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appending(path: name))) }
  func write(_ name: String, _ bytes: [UInt8]) throws { try Data(bytes).write(to: folder.appending(path: name)) }
  func write(_ name: String, _ secret: SecretBytes) throws { try write(name, secret.withBytes { Array($0) }) }
}
