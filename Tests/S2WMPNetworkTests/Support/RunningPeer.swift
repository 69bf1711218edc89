import Foundation
import GRDB
import Logging
import S2WMPCrypto
import S2WMPFlow
import S2WMPPeer
import S2WMPWire
import Synchronization
import Testing

@testable import S2WMPNetwork

/// Waits for something that another thread does; for a few seconds at most.
func eventually(_ what: Comment, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () throws -> Bool) async throws {
  for _ in 0..<2500 {
    if try condition() { return }
    try await Task.sleep(for: .milliseconds(4))
  }
  Issue.record(what, sourceLocation: sourceLocation)
  throw Stalled()
}

struct Stalled: Error {}

extension PeerService {
  /// Takes the tables away that the store writes to.
  func breakStore() async throws { try parts.store.access { try $0.execute(sql: "DROP TABLE friend") } }
}

/// A peer service around a scripted core, on loopback.
final class RunningPeer: Sendable {
  let record = ScriptedMachine.Record()
  let service: PeerService
  private let notices = Notices()
  private let running: Task<Void, any Error>

  final class Notices: Sendable {
    private let list = Mutex<[PeerNotice]>([])
    func add(_ notice: PeerNotice) { list.withLock { $0.append(notice) } }
    var all: [PeerNotice] { list.withLock { $0 } }
  }

  init(_ settings: PeerSettings = RunningPeer.settings(), script: @escaping ScriptedMachine.Script) throws {
    let (notices, record) = (notices, record)
    service = try PeerService(settings: settings, logger: RunningPeer.logger) { _, snapshot, surroundings in
      ScriptedMachine(userID: snapshot.identities[0].userID, record: record, surroundings: surroundings, script: script)
    } onNotice: {
      notices.add($0)
    }
    running = Task { [service] in try await service.run() }
  }

  static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  /// Any free port of 127.0.0.1, the cheapest key, nothing broadcast.
  static func settings(_ change: (inout PeerSettings) -> Void = { _ in }) -> PeerSettings {
    var configuration = PeerConfiguration(name: "test")
    configuration.discovers = false
    var settings = PeerSettings(configuration: configuration)
    settings.listen = [ListenAddress(host: "127.0.0.1", port: 0)]
    settings.suite = .dh
    settings.group = .x25519
    change(&settings)
    return settings
  }

  var events: [PeerEvent] {
    notices.all.compactMap { if case .event(let event, _) = $0 { event } else { nil } }
  }

  /// Where it listens, once it does.
  func addresses() async throws -> [Endpoint] {
    for _ in 0..<2500 {
      for case .listening(let addresses, _, _, _) in notices.all { return addresses }
      try await Task.sleep(for: .milliseconds(2))
    }
    running.cancel()
    try await running.value
    throw Stalled()
  }

  func port() async throws -> UInt16 { try await addresses()[0].port }

  /// Ends it and waits; throws what `run` throws.
  func quit() async throws {
    service.perform(.quit)
    try await running.value
  }

  /// Waits for an end of its own.
  func end() async throws { try await running.value }
}
