import Glibc
import S2WMPFlow
import S2WMPWire
import Synchronization
import Testing

@testable import S2WMPFuzz

@Suite("Instances side by side", .timeLimit(.minutes(10)))
struct CaseEngineTests {
  /// What became of one instance.
  struct Result: Equatable {
    var number: UInt64
    var replies: [[UInt8]]
    var endings: [Ending]
    var isLate: Bool
    var hasDied: Bool
  }

  /// Counts instances and keeps what came of them.
  final class Run {
    var made: UInt64 = 0
    var results: [Result] = []
    var order: [Int: [UInt64]] = [:]
    var done: [Int: [UInt64]] = [:]

    func number(_ instance: Instance) -> UInt64 { instance.buffer[..<8].reduce(0) { $0 << 8 | UInt64($1) } }

    func drive(
      _ engine: CaseEngine, _ count: UInt64, workers: Int, pipeline: Int = 1, isFresh: Bool = false, kind: (UInt64) -> UInt8 = { _ in 0 },
      change: (UInt64, inout Instance) -> Void = { _, _ in }, stopAfter: Int = .max
    ) throws {
      try engine.drive(workers: workers, pipeline: pipeline, isFresh: isFresh) { worker, instance in
        guard made < count else { return false }
        instance.send(withUnsafeBytes(of: made.bigEndian) { Array($0) } + [0, kind(made)])
        instance.owe(1)
        instance.expected[0].datetime = made
        instance.fates = [.open]
        change(made, &instance)
        order[worker, default: []].append(made)
        made += 1
        return true
      } done: { worker, instance, observation in
        let number = number(instance)
        done[worker, default: []].append(number)
        results.append(
          Result(
            number: number, replies: observation.replies.map { Array(observation.received[$0.range]) }, endings: observation.endings,
            isLate: observation.isLate, hasDied: observation.death != nil))
        return results.count < stopAfter
      }
    }

    var numbers: [UInt64] { results.map(\.number).sorted() }
    func result(_ number: UInt64) -> Result? { results.first { $0.number == number } }
  }

  private func engine(_ endpoint: Endpoint, reply: Duration = .milliseconds(1500)) throws -> CaseEngine {
    try CaseEngine(TargetSettings(endpoint: endpoint, replyTimeout: reply))
  }

  private func sound(_ number: UInt64) -> Result {
    Result(number: number, replies: [acknowledgement(number)], endings: [.open], isLate: false, hasDied: false)
  }

  @Test(arguments: [(1, 1), (7, 1), (1, 32), (3, 8), (64, 2)])
  func everyInstanceGetsItsOwnReply(workers: Int, pipeline: Int) throws {
    let server = EchoServer()
    let run = Run()
    try run.drive(engine(server.endpoint), 2000, workers: workers, pipeline: pipeline)
    #expect(run.numbers == Array(0..<2000))
    #expect(run.results.allSatisfy { $0 == sound($0.number) })
    #expect(run.order == run.done)
    #expect(server.connections.load(ordering: .relaxed) == workers)
  }

  @Test func freshConnectionForEach() throws {
    let server = EchoServer()
    let run = Run()
    try run.drive(engine(server.endpoint), 300, workers: 3, isFresh: true)
    #expect(run.numbers == Array(0..<300))
    #expect(run.results.allSatisfy { $0 == sound($0.number) })
    #expect(server.connections.load(ordering: .relaxed) == 300)
  }

  @Test(arguments: [1, 16])
  func brokenConnectionsAreOfTheInstanceThatBrokeThem(pipeline: Int) throws {
    let server = EchoServer()
    let run = Run()
    try run.drive(engine(server.endpoint), 500, workers: 2, pipeline: pipeline) { $0 % 50 == 31 ? 1 : $0 % 50 == 37 ? 3 : 0 }
    #expect(run.numbers == Array(0..<500))
    for result in run.results {
      switch result.number % 50 {
      // A server that closes before it read everything resets the connection.
      case 31: #expect(result.endings == [.closed] || pipeline > 1 && result.endings == [.reset])
      // What had been answered before may be lost with the reset.
      case 37: #expect(result.endings == [.reset] && result.replies.isEmpty)
      default: #expect(result == sound(result.number))
      }
    }
    #expect(run.order == run.done)
  }

  @Test("after what it rejects a target may close: nobody behind it is held to account", arguments: [1, 16])
  func closingAfterARejection(pipeline: Int) throws {
    let server = EchoServer()
    let run = Run()
    try run.drive(engine(server.endpoint), 500, workers: 1, pipeline: pipeline) {
      $0 % 20 == 7 ? 5 : 0
    } change: { number, instance in
      if number % 20 == 7 { instance.fates = [.any] }
    }
    #expect(run.numbers == Array(0..<500) && run.order == run.done)
    for result in run.results {
      #expect(result.replies == [acknowledgement(result.number)] && !result.isLate && !result.hasDied)
      if result.number % 20 != 7 { #expect(result.endings == [.open]) }
    }
  }

  @Test("where it may close after a rejection and does not, connections are shared on")
  func keepingAfterARejection() throws {
    let server = EchoServer()
    let run = Run()
    try run.drive(engine(server.endpoint), 500, workers: 1, pipeline: 16, change: { _, instance in instance.fates = [.any] })
    #expect(run.results.allSatisfy { $0 == sound($0.number) } && run.numbers == Array(0..<500))
    #expect(server.connections.load(ordering: .relaxed) == 1)
  }

  @Test(arguments: [1, 8])
  func lateOnesAreToldAndTheOthersGoOn(pipeline: Int) throws {
    let server = EchoServer()
    let run = Run()
    try run.drive(engine(server.endpoint, reply: .milliseconds(150)), 100, workers: 4, pipeline: pipeline) { $0 == 40 || $0 == 41 ? 2 : 0 }
    #expect(run.numbers == Array(0..<100))
    for result in run.results {
      if result.number == 40 || result.number == 41 { #expect(result.isLate) } else { #expect(result == sound(result.number)) }
    }
  }

  /// An answer too many stays with its instance, and does not move the others.
  @Test func answersTooManyDoNotShift() throws {
    let server = EchoServer()
    let run = Run()
    try run.drive(engine(server.endpoint), 300, workers: 1, pipeline: 8) { $0 % 40 == 20 ? 4 : 0 }
    #expect(run.numbers == Array(0..<300))
    for result in run.results {
      let count = result.number % 40 == 20 ? 2 : 1
      #expect(result.replies == Array(repeating: acknowledgement(result.number), count: count))
    }
  }

  @Test func othersRunAloneBetweenThoseInFlight() throws {
    let server = EchoServer()
    let run = Run()
    try run.drive(
      engine(server.endpoint), 200, workers: 2, pipeline: 8,
      change: { number, instance in
        guard number % 10 == 7 else { return }
        instance.send(Instance.request, on: 1)
        instance.owe(1, on: 1)
        instance.fates = [.open, .open]
      })
    #expect(run.numbers == Array(0..<200))
    for result in run.results {
      #expect(result.replies.count == (result.number % 10 == 7 ? 2 : 1))
      #expect(result.endings.allSatisfy { $0 == .open })
      #expect(result.replies.first == acknowledgement(result.number))
    }
    #expect(run.order == run.done)
  }

  @Test(arguments: [1, 8])
  func stopsWhenTold(pipeline: Int) throws {
    let server = EchoServer()
    let run = Run()
    let engine = try engine(server.endpoint)
    try run.drive(engine, 1_000_000, workers: 4, pipeline: pipeline, stopAfter: 50)
    #expect(run.results.count == 50)
    // And can begin again.
    let again = Run()
    try again.drive(engine, 20, workers: 2, pipeline: pipeline)
    #expect(again.numbers == Array(0..<20))
  }

  @Test(arguments: [1, 8])
  func nothingThatListensIsTold(pipeline: Int) throws {
    let run = Run()
    try run.drive(engine(.ipv4(0x7f00_0001, port: closedPort())), 10, workers: 2, pipeline: pipeline)
    #expect(run.numbers == Array(0..<10))
    #expect(run.results.allSatisfy { $0.endings == [.refused] && $0.hasDied && $0.replies.isEmpty })
  }

  /// An instance that waits for nothing must not keep the others from running, nor overflow anything.
  @Test func instancesWithoutWaitsTakeTurns() throws {
    let server = EchoServer()
    let run = Run()
    try run.drive(
      engine(server.endpoint), 1000, workers: 3,
      change: { number, instance in
        if number % 3 != 0 { instance.actions.removeLast() }
        instance.isFresh = true
      })
    #expect(run.numbers == Array(0..<1000))
    #expect(run.results.filter { $0.number % 3 == 0 }.allSatisfy { $0.replies == [acknowledgement($0.number)] })
  }
}

/// The process is a script; who takes its connections is a server here, which resets one when the process has long ended.
@Suite("Deaths of a target with many instances in flight", .timeLimit(.minutes(10)))
struct EngineDeathTests {
  private func spawn(_ server: EchoServer, _ rest: String) throws -> SpawnedTarget {
    let listening = #"echo '{"event":"listening","address":"127.0.0.1:\#(server.port)"}'"#
    return try SpawnedTarget("\(listening); \(rest)", settings: TargetSettings(endpoint: server.endpoint), readiness: .seconds(10))
  }

  @Test(arguments: [1, 8])
  func areToldOfAllSuspectsAndRestartedFrom(pipeline: Int) throws {
    let server = EchoServer()
    let target = try spawn(server, "sleep 0.1; exit 5")
    let engine = try CaseEngine(target.currentSettings, spawned: target)
    usleep(300_000)
    var made: UInt64 = 0
    var restarts = 0
    var done: [UInt64: [Observation]] = [:]
    try engine.drive(workers: 4, pipeline: pipeline) { _, instance in
      guard made < 200 else { return false }
      instance.send(withUnsafeBytes(of: made.bigEndian) { Array($0) } + [0, made == 100 ? 3 : 0])
      instance.owe(1)
      instance.expected[0].datetime = made
      instance.fates = [.open]
      made += 1
      return true
    } done: { _, instance, observation in
      let number = instance.buffer[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      done[number, default: []].append(observation)
      if observation.death != nil, restarts == 0 {
        restarts += 1
        if (try? target.restart()) != true { Issue.record("it could not be started again") }
      }
      return true
    }
    #expect(restarts == 1)
    #expect(done.count == 200)
    #expect(done.values.allSatisfy { $0.count == 1 })
    #expect(done[100]?.first?.death == "the target ended with exit status 5")
    for (number, observations) in done {
      guard let observation = observations.first, observation.death == nil else { continue }
      #expect(observation.replies.count == 1 && observation.bytes(0) == acknowledgement(number))
    }
  }

  @Test func outputWithoutEndIsDrained() throws {
    let server = EchoServer()
    let message = #"{"event":"message","from":"00112233445566778899aabbccddeeff","datetime":5}"#
    let target = try spawn(server, "while :; do echo '\(message)'; done")
    let engine = try CaseEngine(target.currentSettings, spawned: target)
    var made = 0
    var heard = 0
    var told = 0
    target.onEvent = { _ in told += 1 }
    try engine.drive(workers: 2) { _, instance in
      guard made < 3000 || told < 1000, made < 1_000_000 else { return false }
      made += 1
      instance.send(Instance.request)
      instance.owe(1)
      instance.fates = [.open]
      return true
    } done: { _, _, observation in
      heard += observation.heard.count
      return true
    }
    #expect(told >= 1000)
    #expect(heard > 0)
  }
}
