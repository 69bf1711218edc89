import Glibc
import S2WMPFlow
import S2WMPWire
import Synchronization
import Testing

@testable import S2WMPFuzz

@Suite("Instances over sockets", .timeLimit(.minutes(10)))
struct SocketTargetTests {
  private func target(_ server: ScriptedServer, read: Duration = .milliseconds(300), reply: Duration = .milliseconds(1500)) throws -> SocketTarget {
    try SocketTarget(TargetSettings(endpoint: server.endpoint, readTimeout: read, replyTimeout: reply))
  }

  @Test func keepsOneConnectionForManyInstances() throws {
    let server = ScriptedServer { client in
      while client.read(10).count == 10 { client.write(acknowledgement(UInt64(client.number))) }
    }
    let target = try target(server)
    for instance in [Instance.exchange(), .exchange(), .exchange(isFresh: true), .exchange()] {
      let observation = try target.observe(instance)
      #expect(observation.replies.count == 1)
      #expect(observation.replies.first?.connection == 0)
      #expect(observation.endings == [.open])
      #expect(!observation.isLate)
      #expect(observation.death == nil)
      let expected: UInt64 = instance.isFresh ? 1 : 0
      #expect(observation.bytes(0) == acknowledgement(expected) || observation.bytes(0) == acknowledgement(1))
    }
  }

  @Test func writesAreSegments() throws {
    let counts = Mutex<[Int]>([])
    let server = ScriptedServer { client in
      var total = 0
      while total < 10 {
        var bytes = [UInt8](repeating: 0, count: 100)
        let got = bytes.withUnsafeMutableBytes { recv(client.descriptor, $0.baseAddress, 100, 0) }
        if got <= 0 { return }
        total += got
        counts.withLock { $0.append(got) }
      }
      client.write(acknowledgement())
    }
    var instance = Instance()
    for byte in Instance.request { instance.send([byte]) }
    instance.owe(1)
    instance.fates = [.open]
    let observation = try target(server).observe(instance)
    #expect(observation.replies.count == 1)
    #expect(counts.withLock { $0.reduce(0, +) } == 10)
  }

  @Test func repliesInPiecesAndTogetherAreFramed() throws {
    let server = ScriptedServer { client in
      _ = client.read(10)
      let bytes = acknowledgement(1) + acknowledgement(2) + acknowledgement(3)
      for start in stride(from: 0, to: bytes.count, by: 30) {
        client.write(Array(bytes[start..<min(start + 30, bytes.count)]))
        usleep(5000)
      }
      _ = client.read(1)
    }
    var instance = Instance.exchange()
    instance.owe(3)
    let observation = try target(server).observe(instance)
    #expect((0..<3).map { observation.bytes($0) } == [acknowledgement(1), acknowledgement(2), acknowledgement(3)])
    #expect(observation.replies.map(\.at) == observation.replies.map(\.at).sorted())
    #expect(observation.duration == observation.replies.last?.at)
  }

  @Test func endWithTheLastReplyIsSeen() throws {
    let server = ScriptedServer { client in
      _ = client.read(10)
      client.writeAndEnd(acknowledgement(0, error: 3))
      _ = client.read(1)
    }
    var instance = Instance.exchange()
    instance.fates = [.closed]
    instance.actions.append(.awaitEnd(connection: 0))
    let observation = try target(server).observe(instance)
    #expect(observation.replies.count == 1)
    #expect(observation.endings == [.closed])
    #expect(!observation.isLate)
  }

  @Test func resetIsToldFromEnd() throws {
    let server = ScriptedServer { client in
      _ = client.read(10)
      client.write(acknowledgement())
      client.reset()
    }
    var instance = Instance.exchange()
    instance.actions.append(.awaitEnd(connection: 0))
    let observation = try target(server).observe(instance)
    #expect(observation.replies.count == 1)
    #expect(observation.endings == [.reset])
  }

  /// A write that meets the reset must not make it look like a FIN.
  @Test func resetMetByAWriteIsAReset() throws {
    let server = ScriptedServer { client in
      _ = client.read(10)
      client.reset()
    }
    var instance = Instance()
    instance.send(Instance.request)
    instance.actions.append(.awaitReplies(1, connection: 1, .atOnce))
    instance.send(Instance.request)
    instance.actions.append(.awaitEnd(connection: 0))
    let observation = try target(server).observe(instance)
    #expect(observation.isLate)
    #expect(observation.endings.first == .reset)
  }

  @Test func nothingThatListensIsRefused() throws {
    let target = try SocketTarget(TargetSettings(endpoint: .ipv4(0x7f00_0001, port: closedPort())))
    let observation = try target.observe(.exchange())
    #expect(observation.endings == [.refused])
    #expect(observation.replies.isEmpty)
    #expect(observation.death?.contains("nothing listens") == true)
  }

  @Test func closedWhileIdleIsTriedOnceMore() throws {
    let server = ScriptedServer { client in
      _ = client.read(10)
      client.write(acknowledgement(UInt64(client.number)))
    }
    let target = try target(server)
    for number in 0..<3 {
      let observation = try target.observe(.exchange())
      #expect(observation.bytes(0) == acknowledgement(UInt64(number)))
      #expect(observation.replies.count == 1)
    }
  }

  @Test func closedWithoutAnAnswerIsNotTriedForEver() throws {
    let connections = Atomic(0)
    let server = ScriptedServer { client in
      connections.add(1, ordering: .relaxed)
      _ = client.read(10)
      if client.number == 0 {
        client.write(acknowledgement())
        _ = client.read(10)
      }
    }
    let target = try target(server)
    #expect(try target.observe(.exchange()).replies.count == 1)
    let observation = try target.observe(.exchange())
    #expect(observation.replies.isEmpty)
    #expect(observation.endings == [.closed])
    // The third only looks whether anything listens.
    #expect(connections.load(ordering: .relaxed) <= 3)
  }

  @Test func garbageIsAReply() throws {
    let server = ScriptedServer { client in
      _ = client.read(10)
      client.write(acknowledgement() + Array("HTTP/1.1 400".utf8))
      _ = client.read(1)
    }
    var instance = Instance.exchange()
    instance.owe(3)
    let observation = try target(server).observe(instance)
    #expect(observation.replies.map(\.isGarbage) == [false, true])
    #expect(observation.bytes(1) == Array("HTTP/1.1 400".utf8))
    #expect(!observation.isLate)
  }

  @Test func replyCutByTheEndIsGarbage() throws {
    let server = ScriptedServer { client in
      _ = client.read(10)
      client.write(Array(acknowledgement()[..<20]))
    }
    let observation = try target(server).observe(.exchange())
    #expect(observation.replies.map(\.isGarbage) == [true])
    #expect(observation.endings == [.closed])
  }

  @Test func replyThatStopsIsGarbageAndLate() throws {
    let server = ScriptedServer { client in
      _ = client.read(10)
      client.write(Array(acknowledgement()[..<20]))
      _ = client.read(1)
    }
    let observation = try target(server, reply: .milliseconds(200)).observe(.exchange())
    #expect(observation.replies.map(\.isGarbage) == [true])
    #expect(observation.isLate)
    #expect(observation.endings == [.open])
  }

  @Test func floodIsBounded() throws {
    let server = ScriptedServer { client in
      _ = client.read(10)
      let many = Array(repeating: acknowledgement(), count: 1000).flatMap { $0 }
      while client.write(many) {}
    }
    var instance = Instance.exchange()
    instance.owe(1_000_000)
    let observation = try target(server).observe(instance)
    #expect(observation.received.count <= 1 << 21)
    #expect(observation.replies.last?.isGarbage == true)
  }

  @Test func silenceIsLateAndLookedAt() throws {
    let server = ScriptedServer { client in
      _ = client.read(10)
      _ = client.read(1)
    }
    let target = try target(server, reply: .milliseconds(100))
    let observation = try target.observe(.exchange())
    #expect(observation.isLate)
    #expect(observation.replies.isEmpty)
    #expect(observation.endings == [.open])
    #expect(observation.death == nil)
  }

  @Test func answerToAStallIsAwaitedLonger() throws {
    let server = ScriptedServer { client in
      _ = client.read(10)
      usleep(400_000)
      client.writeAndEnd(acknowledgement(0, error: 3))
      _ = client.read(1)
    }
    var instance = Instance()
    instance.send(Instance.request)
    instance.owe(1, .stall)
    instance.actions.append(.awaitEnd(connection: 0))
    instance.fates = [.closed]
    let observation = try target(server, read: .milliseconds(400), reply: .milliseconds(300)).observe(instance)
    #expect(observation.replies.count == 1)
    #expect(observation.endings == [.closed])
    var prompt = instance
    prompt.actions[1] = .awaitReplies(1, connection: 0, .atOnce)
    #expect(try target(server, read: .milliseconds(400), reply: .milliseconds(300)).observe(prompt).isLate)
  }

  @Test func targetThatNeverReadsIsGivenUp() throws {
    let server = ScriptedServer { client in
      usleep(1_000_000)
      client.reset()
    }
    var instance = Instance()
    instance.send([UInt8](repeating: 1, count: 16 << 20))
    instance.owe(1)
    let observation = try target(server, reply: .milliseconds(300)).observe(instance)
    #expect(observation.isLate)
  }

  /// Both sides have much to write: reading on is what unblocks them.
  @Test func writesAndReadsAtOnce() throws {
    let server = ScriptedServer { client in
      var size = 0
      while size < 1 << 23 {
        let got = client.read(1 << 16).count
        if got == 0 { return }
        size += got
        client.write(Array(repeating: acknowledgement(), count: 64).flatMap { $0 })
      }
      _ = client.read(1)
    }
    var instance = Instance()
    instance.send([UInt8](repeating: 1, count: 1 << 23))
    instance.owe(128 * 64)
    let observation = try target(server).observe(instance)
    #expect(observation.replies.count == 128 * 64)
    #expect(!observation.isLate)
  }

  @Test func halfCloseIsAnsweredAndClosed() throws {
    let server = ScriptedServer { client in
      while client.read(10).count == 10 {}
      client.write(acknowledgement())
    }
    var instance = Instance()
    instance.send(Instance.request)
    instance.actions.append(.end(connection: 0))
    instance.owe(1)
    instance.actions.append(.awaitEnd(connection: 0))
    instance.fates = [.closed]
    let observation = try target(server).observe(instance)
    #expect(observation.replies.count == 1)
    #expect(observation.endings == [.closed])
  }

  @Test func resetOfOursIsSeenAndTheNextConnectionIsNew() throws {
    let errors = Mutex<[Int32]>([])
    let server = ScriptedServer { client in
      guard client.number == 0 else {
        _ = client.read(10)
        client.write(acknowledgement(7))
        return
      }
      _ = client.read(10)
      var byte: UInt8 = 0
      if recv(client.descriptor, &byte, 1, 0) < 0 { errors.withLock { $0.append(errno) } }
    }
    var instance = Instance()
    instance.send(Instance.request)
    instance.actions.append(.reset(connection: 0))
    instance.send(Instance.request)
    instance.owe(1)
    let observation = try target(server).observe(instance)
    #expect(observation.bytes(0) == acknowledgement(7))
    #expect(errors.withLock { $0 } == [ECONNRESET])
  }

  @Test func greetingsAreAnsweredAndLeftOut() throws {
    let sender = Identifier(high: 1, low: 2)
    let answers = Mutex<[UInt8]>([])
    let server = ScriptedServer { client in
      _ = client.read(10)
      client.write(statusChange(99, from: sender) + acknowledgement(5))
      let answer = client.read(28)
      answers.withLock { $0 = answer }
      _ = client.read(10)
      client.write(acknowledgement(6))
    }
    let target = try target(server)
    #expect(try target.observe(.exchange()).bytes(0) == acknowledgement(5))
    #expect(try target.observe(.exchange()).bytes(0) == acknowledgement(6))
    var expected = acknowledgement(99)
    expected.replaceSubrange(12..<28, with: sender.bytes)
    #expect(answers.withLock { $0 } == expected)
  }

  @Test func connectionsHaveNumbersAndSources() throws {
    let sources = Mutex<[UInt32]>([])
    let server = ScriptedServer { client in
      let source = client.source
      sources.withLock { $0.append(source) }
      _ = client.read(10)
      client.write(acknowledgement(UInt64(client.number)))
    }
    var instance = Instance()
    instance.send(Instance.request)
    instance.owe(1)
    instance.actions.append(.source(3))
    instance.send(Instance.request, on: 1)
    instance.owe(1, on: 1)
    instance.fates = [.any, .any]
    let target = try target(server)
    let observation = try target.observe(instance)
    #expect(observation.replies.map(\.connection) == [0, 1])
    #expect(sources.withLock { $0.first } == 0x7f00_0001)
    #expect(sources.withLock { $0.last } != 0x7f00_0001)
    #expect(target.sources > 1000)
  }
}
