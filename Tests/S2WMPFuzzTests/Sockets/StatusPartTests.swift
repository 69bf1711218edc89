import Glibc
import Testing

@testable import S2WMPFuzz

/// All workers share the target's own status.
@Suite("The target's status and several workers", .timeLimit(.minutes(10))) struct StatusPartTests {
  @Test func onlyChangesExcludeOthers() {
    #expect(StatusPart.changes.excludes(.changes) && StatusPart.changes.excludes(.asks) && StatusPart.asks.excludes(.changes))
    for part in [StatusPart.none, .asks, .changes] { #expect(!part.excludes(.none) && !StatusPart.none.excludes(part)) }
    #expect(!StatusPart.asks.excludes(.asks))
  }

  @Test func instancesSayWhatTheyDo() {
    var instance = Instance.exchange()
    #expect(instance.statusPart == .none)
    instance.actions.append(.datagram(0..<1))
    #expect(instance.statusPart == .asks)
    instance.actions.append(.status(.online))
    #expect(instance.statusPart == .changes)
  }

  /// One worker's datagram is not answered for a while; another one's change of status waits until that is over.
  @Test func aChangeWaitsForThoseWhoAsk() throws {
    let server = ScriptedServer { client in _ = client.read(1) }
    let file = "/tmp/s2wmp-status-\(UInt64.random(in: 0...UInt64.max))"
    defer { unlink(file) }
    let listening = #"{"event":"listening","address":"127.0.0.1:\#(server.port)","user_id":"00112233445566778899aabbccddeeff"}"#
    let status = #"{"event":"status","status":"away"}"#
    let settings = TargetSettings(endpoint: server.endpoint, replyTimeout: .milliseconds(400))
    let target = try SpawnedTarget("echo '\(listening)'; read line; echo >\(file); echo '\(status)'; exec sleep 30", settings: settings)
    let engine = try CaseEngine(target.currentSettings, spawned: target)
    var (order, given): ([Int], Set<Int>) = ([], [])
    // Nobody takes datagrams at that port: bound here, so that the system does not say so.
    let silent = SystemSocket.make(SOCK_DGRAM, isIPv4: true)
    defer { close(silent) }
    #expect(SystemSocket.bind(silent, to: server.endpoint) >= 0)
    try engine.drive(workers: 2) { worker, instance in
      guard given.insert(worker).inserted else { return false }
      instance.buffer = [1, 2, 3]
      instance.actions = worker == 0 ? [.datagram(0..<3), .awaitDatagrams(1)] : [.status(.away)]
      return true
    } done: { worker, _, seen in
      #expect((access(file, F_OK) == 0) == (worker == 1))
      if worker == 0 { #expect(seen.isLate) }
      order.append(worker)
      return true
    }
    #expect(order == [0, 1])
  }
}
