import Foundation
import S2WMPFlow
import Testing

/// `s2wmp bootstrap` as it was built, on loopback. Ends with its owner.
final class BootstrapProcess {
  private let process = Process()
  private let output = Pipe()
  private let scratch: URL
  /// From the `listening` lines.
  private(set) var addresses: [Endpoint] = []
  private(set) var lines: [String] = []

  var processID: Int32 { process.processIdentifier }
  var errors: String { (try? String(contentsOf: scratch, encoding: .utf8)) ?? "" }
  /// The JSON lines among the errors.
  var reports: [[String: Any]] {
    errors.split(separator: "\n").compactMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
  }

  /// Starts it, and waits for as many `listening` lines as there are `--listen`.
  init(_ arguments: [String] = ["--listen", "127.0.0.1:0"]) throws {
    scratch = FileManager.default.temporaryDirectory.appending(path: "s2wmp-bootstrap-\(UUID().uuidString)")
    try Data().write(to: scratch)
    process.executableURL = Self.executable
    process.arguments = ["bootstrap"] + arguments
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: scratch)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let due = arguments.count { $0 == "--listen" }
    while addresses.count < due, let line = readLine() {
      lines.append(line)
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      guard object?["event"] as? String == "listening", let text = object?["address"] as? String, let address = Endpoint(text: text) else { break }
      addresses.append(address)
    }
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: scratch)
  }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Waits for the end, for ten seconds at most.
  func status() -> Int32? {
    for _ in 0..<1000 where process.isRunning { usleep(10_000) }
    return process.isRunning ? nil : process.terminationStatus
  }

  /// Ends it in order.
  func stop() -> Int32? {
    signal(SIGTERM)
    return status()
  }

  /// One line of standard output; nil at its end or after ten seconds.
  private func readLine() -> String? {
    var bytes: [UInt8] = []
    let descriptor = output.fileHandleForReading.fileDescriptor
    while true {
      var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      var byte: UInt8 = 0
      guard poll(&wanted, 1, 10_000) > 0, read(descriptor, &byte, 1) == 1 else { return nil }
      if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
  }

  private static let executable: URL = {
    for argument in CommandLine.arguments {
      guard let end = argument.range(of: ".xctest") else { continue }
      let tool = URL(filePath: String(argument[..<end.lowerBound])).deletingLastPathComponent().appending(path: "s2wmp")
      if FileManager.default.isExecutableFile(atPath: tool.path) { return tool }
    }
    return URL(filePath: #filePath).appending(path: "../../../../.build/debug/s2wmp").standardized
  }()
}

/// A folder for a test's store; goes away with its owner.
final class BootstrapState {
  let path = FileManager.default.temporaryDirectory.appending(path: "s2wmp-state-\(UUID().uuidString)").path
  var database: String { path + "/bootstrap.sqlite" }
  deinit { try? FileManager.default.removeItem(atPath: path) }
}
