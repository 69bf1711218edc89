import Foundation
import S2WMPWire
import Synchronization
import Testing

/// `s2wmp peer` as a process of its own, spoken to as a script would.
final class PeerProcess: Sendable {
  typealias Event = [String: String]

  private let process: Process
  private let input = Pipe()
  private let lines = Lines()

  fileprivate final class Lines: Sendable {
    let events = Mutex<[Event]>([])
    let rest = Mutex(Data())
  }

  /// Without `--listen` among the arguments, on any port of 127.0.0.1.
  init(_ arguments: [String], environment: [String: String] = [:]) throws {
    process = Process()
    process.executableURL = Self.executable
    let listen = arguments.contains("--listen") ? [] : ["--listen", "127.0.0.1:0"]
    let discovery = arguments.contains("--discovery-port") ? [] : ["--no-discovery"]
    process.arguments = ["peer"] + listen + discovery + arguments
    process.environment = environment.merging(["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"]) { mine, _ in mine }
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    let lines = lines
    output.fileHandleForReading.readabilityHandler = { handle in
      let piece = handle.availableData
      if piece.isEmpty { handle.readabilityHandler = nil }
      lines.take(piece)
    }
    try process.run()
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  static let executable: URL = {
    for argument in CommandLine.arguments {
      if let end = argument.range(of: ".xctest") {
        let folder = URL(filePath: String(argument[..<end.lowerBound])).deletingLastPathComponent()
        if FileManager.default.isExecutableFile(atPath: folder.appending(path: "s2wmp").path) { return folder.appending(path: "s2wmp") }
      }
    }
    return URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../.build/debug/s2wmp").standardizedFileURL
  }()

  var events: [Event] { lines.events.withLock { $0 } }

  func events(_ name: String) -> [Event] { events.filter { $0["event"] == name } }

  /// The first event of that name with those values, once it is there.
  @discardableResult
  func event(_ name: String, _ values: Event = [:], sourceLocation: SourceLocation = #_sourceLocation) async throws -> Event {
    for _ in 0..<5000 {
      if let event = events(name).first(where: { event in values.allSatisfy { event[$0] == $1 } }) { return event }
      guard process.isRunning else { break }
      try await Task.sleep(for: .milliseconds(3))
    }
    if let event = events(name).first(where: { event in values.allSatisfy { event[$0] == $1 } }) { return event }
    Issue.record("no \(name) \(values) among \(events.suffix(12))", sourceLocation: sourceLocation)
    throw Stalled()
  }

  func say(_ line: String) throws { try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8)) }

  func userID() async throws -> String { try #require(try await event("listening")["user_id"]) }
  func address() async throws -> String { try #require(try await event("listening")["address"]) }

  func endInput() throws { try input.fileHandleForWriting.close() }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Its exit status, or minus the signal that ended it.
  func wait() async throws -> Int32 {
    try await eventually("the peer ends") { !process.isRunning }
    return process.terminationReason == .uncaughtSignal ? -process.terminationStatus : process.terminationStatus
  }

  func quit() async throws -> Int32 {
    try say(#"{"do":"quit"}"#)
    return try await wait()
  }
}

extension PeerProcess.Lines {
  func take(_ piece: Data) {
    let whole = rest.withLock { rest -> Data in
      rest += piece
      guard let end = rest.lastIndex(of: 0x0a) else { return Data() }
      defer { rest = Data(rest[(end + 1)...]) }
      return rest[...end]
    }
    for line in whole.split(separator: 0x0a) {
      guard let object = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any] else {
        events.withLock { $0.append(["event": "no JSON", "line": String(decoding: line, as: UTF8.self)]) }
        continue
      }
      events.withLock { $0.append(object.mapValues { $0 is NSNull ? "null" : "\($0)" }) }
    }
  }
}
