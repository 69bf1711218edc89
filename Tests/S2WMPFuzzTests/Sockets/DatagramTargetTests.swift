import Glibc
import S2WMPFlow
import S2WMPWire
import Synchronization
import Testing

@testable import S2WMPFuzz

/// A UDP socket on loopback that answers each datagram with what a script makes of it and of its source.
final class DatagramServer: Sendable {
  let port: UInt16
  private let isStopped = Atomic(false)

  var endpoint: Endpoint { .ipv4(0x7f00_0001, port: port) }

  init(_ script: @escaping @Sendable (_ datagram: [UInt8], _ source: UInt32) -> [[UInt8]]) {
    let (descriptor, port) = ScriptedServer.socket(SOCK_DGRAM)
    self.port = port
    ScriptedServer.setTimeout(descriptor, milliseconds: 100)
    thread { [weak self] in
      let end = time(nil) + 60
      while self?.isStopped.load(ordering: .relaxed) == false, time(nil) < end {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let (count, source) = bytes.withUnsafeMutableBytes { buffer in
          Endpoint.fromSystem { recvfrom(descriptor, buffer.baseAddress, buffer.count, 0, $0, $1) }
        }
        guard count >= 0, let source else { continue }
        for answer in script(Array(bytes[..<count]), UInt32(truncatingIfNeeded: source.low)) {
          answer.withUnsafeBytes { bytes in _ = source.withSystemAddress { sendto(descriptor, bytes.baseAddress, bytes.count, 0, $0, $1) } }
        }
      }
      close(descriptor)
    }
  }

  deinit { isStopped.store(true, ordering: .relaxed) }
}

@Suite("Datagrams of instances", .timeLimit(.minutes(10)))
struct DatagramTargetTests {
  private func target(_ endpoint: Endpoint, reply: Duration = .milliseconds(300)) throws -> SocketTarget {
    try SocketTarget(TargetSettings(endpoint: endpoint, replyTimeout: reply))
  }

  @Test func comeFromTheirSources() throws {
    let sources = Mutex<[UInt32]>([])
    let server = DatagramServer { _, source in
      sources.withLock { $0.append(source) }
      return [acknowledgement(UInt64(source))]
    }
    var instance = Instance()
    for (step, source) in [0, 1, 1, 2, 0].enumerated() {
      instance.actions.append(.source(source))
      instance.actions.append(.datagram(instance.add([UInt8(step)])))
      instance.actions.append(.awaitDatagrams(step + 1))
    }
    let observation = try target(server.endpoint).observe(instance)
    #expect(observation.replies.map(\.connection) == [-1, -1, -1, -1, -1])
    let seen = sources.withLock { $0 }
    #expect(seen.count == 5)
    #expect(seen[0] == 0x7f00_0001 && seen[4] == seen[0])
    #expect(seen[1] == seen[2] && seen[1] != seen[3] && seen[1] != seen[0])
    #expect(seen.allSatisfy { $0 >> 24 == 127 })
    #expect(seen.indices.allSatisfy { observation.bytes($0) == acknowledgement(UInt64(seen[$0])) })
  }

  @Test("Time passes in a pause, nothing is late for it, and what comes meanwhile counts")
  func pauses() throws {
    let server = DatagramServer { datagram, _ in datagram == [1] ? [] : [acknowledgement(UInt64(datagram[0]))] }
    var instance = Instance()
    for byte in [UInt8(1), 2, 3] {
      instance.actions.append(.datagram(instance.add([byte])))
      instance.actions.append(.pause(30_000_000))
    }
    instance.actions.append(.awaitDatagrams(2))
    let observation = try target(server.endpoint).observe(instance)
    #expect(observation.replies.count == 2)
    #expect(!observation.isLate && observation.death == nil)
    #expect(observation.bytes(1) == acknowledgement(3))
  }

  @Test func silenceIsLateAndNoPacketIsGarbage() throws {
    let server = DatagramServer { datagram, _ in datagram == [1] ? [[1, 2, 3]] : [] }
    let target = try target(server.endpoint)
    var instance = Instance()
    instance.actions = [.datagram(instance.add([1])), .awaitDatagrams(1)]
    let garbage = try target.observe(instance)
    #expect(garbage.replies.map(\.isGarbage) == [true])
    #expect(!garbage.isLate)
    instance.reset()
    instance.actions = [.datagram(instance.add([2])), .awaitDatagrams(1)]
    let silence = try target.observe(instance)
    #expect(silence.replies.isEmpty)
    #expect(silence.isLate)
  }

  /// What came too late for one instance is not given to the next.
  @Test func lateAnswersAreThrownAway() throws {
    let server = DatagramServer { datagram, _ in
      if datagram == [1] { usleep(150_000) }
      return [acknowledgement(UInt64(datagram.first ?? 0))]
    }
    let target = try target(server.endpoint, reply: .milliseconds(100))
    var instance = Instance()
    instance.actions = [.datagram(instance.add([1])), .awaitDatagrams(1)]
    #expect(try target.observe(instance).isLate)
    usleep(200_000)
    instance.reset()
    instance.actions = [.datagram(instance.add([2])), .awaitDatagrams(1)]
    #expect(try target.observe(instance).bytes(0) == acknowledgement(2))
  }

  @Test func nothingThatTakesThemEndsTheWait() throws {
    var instance = Instance()
    instance.actions = [.datagram(instance.add([1])), .awaitDatagrams(1)]
    let observation = try target(.ipv4(0x7f00_0001, port: closedPort()), reply: .seconds(20)).observe(instance)
    #expect(observation.isLate)
    #expect(observation.death != nil)
  }

  @Test func sourcesAreManyOnLoopbackOnly() {
    let near = TargetSettings(endpoint: .ipv4(0x7f00_0001, port: 5000))
    #expect(near.sources > 10_000)
    #expect(near.source(0) == nil)
    let all = Set((1...1000).compactMap { near.source($0) })
    #expect(all.count == 1000)
    #expect(all.allSatisfy { $0.isLoopbackIPv4 && $0.port == 0 })
    let far = TargetSettings(endpoint: .ipv4(0x0a00_0001, port: 5000))
    #expect(far.sources == 1)
    #expect(far.source(3) == nil)
    #expect(near.source(1) != TargetSettings(endpoint: near.endpoint, sourceBase: near.sourceBase &+ 7).source(1))
  }
}
