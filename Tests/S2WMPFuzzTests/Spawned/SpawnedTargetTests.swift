import Glibc
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPFuzz

/// The commands are shell scripts; the connections are taken by a server in this process, whose port they name as their own.
@Suite("Spawned targets", .timeLimit(.minutes(10)))
struct SpawnedTargetTests {
  private static let id = "00112233445566778899aabbccddeeff"

  private func echo() -> ScriptedServer {
    ScriptedServer { client in while client.read(10).count == 10 { client.write(acknowledgement()) } }
  }

  private func listening(_ server: ScriptedServer) -> String {
    #"echo '{"event":"listening","address":"0.0.0.0:\#(server.port)","user_id":"\#(Self.id)"}'"#
  }

  private func spawn(_ command: String, _ server: ScriptedServer, readiness: Duration = .seconds(10)) throws -> SpawnedTarget {
    try SpawnedTarget(command, settings: TargetSettings(endpoint: server.endpoint, replyTimeout: .milliseconds(1500)), readiness: readiness)
  }

  private func isAlive(_ process: Int32) -> Bool { kill(process, 0) == 0 }

  @Test func saysWhereItListensAndWhoItIs() throws {
    let server = echo()
    let target = try spawn("\(listening(server)); exec sleep 30", server)
    #expect(target.endpoint == server.endpoint)
    #expect(target.userID == Identifier(hex: Self.id))
    #expect(target.isHeard)
    #expect(target.generation == 1)
    #expect(target.vitals.map { $0.residentBytes > 0 } == true)
    var observation = Observation()
    try target.run(.exchange(), into: &observation)
    #expect(observation.replies.count == 1)
    #expect(observation.death == nil)
    let process = try #require(target.processID)
    #expect(try target.restart())
    #expect(target.processID != process)
    #expect(!isAlive(process))
    #expect(target.generation == 2)
    try target.run(.exchange(), into: &observation)
    #expect(observation.replies.count == 1)
  }

  @Test func eventsAreHeardAndTheStatusIsTold() throws {
    let server = echo()
    let message = #"{"event":"message","from":"\#(Self.id)","datetime":5}"#
    let friend = #"{"event":"friend","id":"\#(Self.id)","status":"busy"}"#
    let script = "\(listening(server)); read line; echo \"$line\" >&2; echo '\(message)'; echo '\(friend)'; sleep 30"
    let target = try spawn(script, server)
    let id = try #require(Identifier(hex: Self.id))
    var told: [HeardEvent] = []
    target.onEvent = { told.append($0) }
    var instance = Instance()
    instance.actions = [.status(.away)]
    var observation = Observation()
    try target.run(instance, into: &observation)
    var heard = observation.heard
    for _ in 0..<100 where told.count < 2 { _ = target.listen(.milliseconds(20)) }
    try target.run(.exchange(), into: &observation)
    heard += observation.heard
    #expect(told == [.message(from: id, datetime: 5), .status(of: id, .busy)])
    #expect(heard == told)
    kill(target.processID ?? 0, SIGKILL)
    usleep(50_000)
    #expect(target.death?.contains(#"it said last: {"do":"status","status":"away"}"#) == true)
  }

  @Test func deathBySignalIsTold() throws {
    let server = ScriptedServer { client in
      let process = client.read(10)
      // Dies as a target does: the connection breaks, the process ends a moment later.
      client.reset()
      _ = process
    }
    let target = try spawn("\(listening(server)); sleep 0.2; echo 'Fatal error: boom' >&2; kill -ILL $$", server)
    usleep(190_000)
    var observation = Observation()
    for _ in 0..<50 where observation.death == nil {
      try target.run(.exchange(isFresh: true), into: &observation)
      usleep(10_000)
    }
    #expect(observation.death == "the target was killed by signal 4 (illegal instruction); it said last: Fatal error: boom")
  }

  @Test func deathByExitIsToldAndRestartedFrom() throws {
    let server = ScriptedServer { client in _ = client.read(10) }
    let target = try spawn("\(listening(server)); sleep 0.1; exit 7", server)
    usleep(200_000)
    var observation = Observation()
    try target.run(.exchange(), into: &observation)
    #expect(observation.death == "the target ended with exit status 7")
    #expect(try target.restart())
    #expect(target.death == nil)
  }

  @Test func outputWithoutEndDoesNotBlockIt() throws {
    let server = echo()
    let target = try spawn("\(listening(server)); while :; do echo 'noise noise noise noise noise noise'; echo x >&2; done", server)
    var observation = Observation()
    for _ in 0..<200 {
      try target.run(.exchange(), into: &observation)
      #expect(observation.replies.count == 1)
    }
    target.stop()
  }

  @Test func wholeGroupIsEndedThoughItIgnoresTheSignal() throws {
    let server = echo()
    // Tells the number of its child as if it were the time of a message.
    let told = #"{"event":"message","from":"\#(Self.id)","datetime":$!}"#.replacing("\"", with: "\\\"")
    let script = "trap '' TERM; sleep 600 & echo \"\(told)\"; \(listening(server)); while :; do sleep 1; done"
    let target = try spawn(script, server)
    let process = try #require(target.processID)
    var observation = Observation()
    try target.run(.exchange(), into: &observation)
    guard case .message(_, let child) = observation.heard.first else {
      Issue.record("the child's number was not heard")
      return
    }
    #expect(Vitals(processID: Int32(child)) != nil)
    target.stop()
    #expect(!isAlive(process))
    #expect(target.processID == nil)
    // It may stay behind as a zombie until somebody reaps it.
    for _ in 0..<100 where Vitals(processID: Int32(child)) != nil { usleep(10_000) }
    #expect(Vitals(processID: Int32(child)) == nil)
  }

  @Test func endsWithItsOwner() throws {
    let server = echo()
    var process: Int32 = 0
    do {
      let target = try spawn("\(listening(server)); exec sleep 600", server)
      process = target.processID ?? 0
    }
    #expect(process > 0 && !isAlive(process))
  }

  /// Whoever starts it may be killed before it has a guard: then the pipe at its gate ends.
  @Test(arguments: [("/dev/null", false), ("GATE", true)]) func commandsWaitAtTheirGate(_ gate: String, _ runs: Bool) throws {
    let folder = "/tmp/s2wmp-gate-\(UInt64.random(in: 0...UInt64.max))"
    #expect(mkdir(folder, 0o700) == 0)
    defer { _ = shell("rm -r \(folder)") }
    let text = ChildProcess.gated("[ -z \"$gate\" ] && touch \(folder)/ran")
    _ = shell("echo open >\(folder)/gate; sh -c '\(text)' 3<\(gate.replacing("GATE", with: "\(folder)/gate"))")
    #expect((access("\(folder)/ran", F_OK) == 0) == runs)
  }

  private func shell(_ line: String) -> Int32 {
    guard let stream = popen(line, "r") else { return -1 }
    return pclose(stream)
  }

  @Test(arguments: [
    ("exit 3", "ended with exit status 3"), ("/nonexistent/program", "ended with exit status 127"), ("sleep 30", "has not said where it listens"),
  ])
  func commandsThatNeverListenAreFaults(command: String, words: String) {
    let server = echo()
    let fault = #expect(throws: TargetFault.self) { try spawn(command, server, readiness: .milliseconds(300)) }
    #expect(fault?.description.contains(words) == true)
  }

  @Test func addressThatIsTakenIsAFault() {
    let server = echo()
    let fault = #expect(throws: TargetFault.self) {
      try SpawnedTarget("sleep 30", endpoint: server.endpoint, settings: TargetSettings(endpoint: server.endpoint))
    }
    #expect(fault?.description.contains("already") == true)
  }

  @Test func simpleCommandsReplaceTheShell() {
    #expect(ChildProcess.shellText("./peer --listen 127.0.0.1:0") == "exec ./peer --listen 127.0.0.1:0")
    #expect(ChildProcess.shellText("A=1 ./peer") == "A=1 ./peer")
    #expect(ChildProcess.shellText("cd x && ./peer") == "cd x && ./peer")
    #expect(ChildProcess.shellText("exec ./peer") == "exec ./peer")
    #expect(ChildProcess.shellText("cd x") == "cd x")
  }

  @Test func vitalsAreThoseOfTheProcess() throws {
    let own = try #require(Vitals(processID: getpid()))
    #expect(own.residentBytes > 1 << 20)
    #expect(own.processorNanoseconds > 0)
    #expect(Vitals(processID: 0x7fff_fffe) == nil)
  }
}
