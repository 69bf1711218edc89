import S2WMPFuzz
import S2WMPWire
import Testing

/// A judge that says of each case what it was told, and what it was asked.
private final class Script {
  var answers: [[Step]: ConformanceOutcome] = [:]
  var asked: [Case] = []
  var recovered = 0

  func judge(_ test: Case) throws(TargetFault) -> ConformanceOutcome {
    asked.append(test)
    return answers[test.steps] ?? .pass
  }

  func run(
    only: [String], lenient: Bool = false, known: KnownFailures = KnownFailures(), _ change: (inout ConformanceSetting) -> Void = { _ in }
  ) throws -> Conformance {
    var setting = ConformanceSetting(selection: Selection(only: only), isLenient: lenient, known: known)
    change(&setting)
    let run = Conformance(setting) { test throws(TargetFault) in
      try self.judge(test)
    } recover: { () throws(TargetFault) in
      self.recovered += 1
    }
    try run.run()
    return run
  }

  /// All cases of a requirement go wrong like that.
  func fail(_ id: String, _ kind: FindingKind, as requirement: String? = nil, owed: Outcome = .rejected(2), came: Outcome = .accepted) {
    for row in rows(id) { answers[row.test.steps] = .mismatch(Mismatch(requirement ?? id, kind, expected: owed, observed: came, packet: nil), Exchange()) }
  }

  func failControls(_ id: String, _ kind: FindingKind, came: Outcome) {
    for row in rows(id) {
      guard let control = row.control else { continue }
      answers[control.steps] = .mismatch(Mismatch("6.1/accept.m", kind, expected: .accepted, observed: came, packet: nil), Exchange())
    }
  }

  func rows(_ id: String) -> [ConformanceCase] { Requirements.checks.first { $0.id == id }?.cases ?? [] }
}

extension Outcome {
  fileprivate static let accepted = Outcome.acknowledgement(ack: 1, error: 0, .open)
  fileprivate static func rejected(_ error: UInt8) -> Outcome { .acknowledgement(ack: 0, error: error, .open) }
}

extension Conformance {
  fileprivate func status(_ id: String) -> RequirementResult.Status? { results.first { $0.requirement.id == id }?.status }
  fileprivate func reason(_ id: String) -> String? { results.first { $0.requirement.id == id }?.reason }
}

@Suite("Conformance: the runner")
struct ConformanceTests {
  @Test func everythingPassesWhenNothingIsWrong() throws {
    let script = Script()
    let run = try script.run(only: []) { $0.sources = 3 }
    #expect(run.results.map(\.requirement) == Requirements.checks(for: .peer, .v1).map(\.requirement))
    #expect(run.findings.isEmpty && script.recovered == 0 && run.cases == script.asked.count)
    let unchecked = Requirements.checks(for: .peer, .v1).filter { $0.unchecked != nil }.count
    #expect("\(run.summary)" == "\(run.results.count - unchecked) passed, 0 failed, \(unchecked) skipped")
  }

  @Test func eachCaseFollowsItsControl() throws {
    let script = Script()
    _ = try script.run(only: ["6.1/3.receiver"])
    let rows = script.rows("6.1/3.receiver")
    #expect(script.asked == rows.flatMap { [$0.control, $0.test].compactMap { $0 } })
    #expect(script.asked.count == 2 * rows.count)
  }

  @Test func aFailureIsAFinding() throws {
    let script = Script()
    script.fail("6.1/3.receiver", .acceptedMalformed, owed: .rejected(1))
    let run = try script.run(only: ["6.1/3.receiver", "6.1/4"])
    #expect(run.status("6.1/3.receiver") == .fail && run.status("6.1/4.body") == .pass)
    let finding = try #require(run.findings.first)
    #expect(run.findings.count == 1 && finding.number == 1 && finding.control == .accepted && finding.mismatch.kind == .acceptedMalformed)
    #expect(finding.original == [script.rows("6.1/3.receiver")[0].test], "the first failing case ends the requirement's row")
    #expect(script.recovered == 1)
    #expect("\(run.summary)" == "2 passed, 1 failed, 0 skipped")
  }

  @Test func aFailingControlIsReportedAsThat() throws {
    let script = Script()
    script.fail("6.1/5.hash", .wrongError, came: .rejected(3))
    script.failControls("6.1/5.hash", .rejectedValid, came: .rejected(1))
    let run = try script.run(only: ["6.1/5.hash", "6.1/5.error"])
    #expect(run.status("6.1/5.hash") == .error)
    let words = "the control failed: M: owed ACK 1, error 0; connection open, came ACK 0, error 1 (user id couldn't be validated); connection open"
    #expect(run.reason("6.1/5.hash") == words)
    #expect(run.status("6.1/5.error") == .error)
    #expect(run.findings.count == 1, "the same control is one finding")
    #expect(run.findings.first?.mismatch.kind == .rejectedValid)
    #expect(run.findings.first?.original.first?.steps == [.send([PacketPlan(.message)], .whole)])
    #expect("\(run.summary)" == "0 passed, 2 failed, 0 skipped")
  }

  @Test func acceptingNothingProvesNothing() throws {
    let script = Script()
    script.failControls("6.1/3.receiver", .rejectedValid, came: .rejected(1))
    #expect(try script.run(only: ["6.1/3.receiver"]).status("6.1/3.receiver") == .error)
  }

  @Test func aCrashIsNotTheControls() throws {
    let script = Script()
    script.fail("6.1/3.receiver", .crash, came: .other("signal 11"))
    script.failControls("6.1/3.receiver", .noReply, came: .silence)
    #expect(try script.run(only: ["6.1/3.receiver"]).findings.first?.mismatch.kind == .crash)
  }

  @Test func whatIsLackingSkips() throws {
    let script = Script()
    let run = try script.run(only: ["6.1/1.version", "6.1/3.sender", "6.1/5.hash", "6.1/deliver", "6.1/cr"]) {
      for need in [Need.friendship, .acceptance] { $0.lacking[need] = "the target denied the chat request" }
    }
    #expect(run.status("6.1/1.version") == .pass && run.status("6.1/3.sender") == .pass && run.status("6.1/cr.key") == .pass)
    for id in ["6.1/5.hash", "6.1/deliver", "6.1/cr.accept", "6.1/cr.again"] {
      #expect(run.status(id) == .skip && run.reason(id) == "the target denied the chat request")
    }
    #expect(!script.asked.contains { $0.steps == [.send([PacketPlan(.message)], .whole)] }, "a control that needs friendship is left out")
  }

  @Test func theJudgeMaySkip() throws {
    let script = Script()
    for row in script.rows("5.1/rsa.null") { script.answers[row.test.steps] = .skip("not in suite dh") }
    for row in script.rows("5.1/rsa.short").prefix(1) { script.answers[row.test.steps] = .skip("not in suite dh") }
    let run = try script.run(only: ["5.1/rsa"])
    #expect(run.status("5.1/rsa.null") == .skip && run.reason("5.1/rsa.null") == "not in suite dh")
    #expect(run.status("5.1/rsa.short") == .pass, "one of its cases ran")
  }

  @Test func sourcesAreCounted() throws {
    let run = try Script().run(only: ["6.2/reg"]) { $0.role = .bootstrap }
    #expect(run.status("6.2/reg.stored") == .pass)
    #expect(run.reason("6.2/reg.collision") == "it takes 2 source addresses, and there is 1")
  }

  @Test func lenientTakesAnyRejection() throws {
    let script = Script()
    script.fail("6.1/3.receiver", .wrongError, owed: .rejected(1), came: .rejected(3))
    script.fail("6.1/5.hash", .acceptedMalformed)
    script.fail("6.1/cr.key-status", .wrongError, owed: .reply("CRR", status: 4), came: .reply("CRR", status: 1))
    script.fail("6.1/1.version", .noReply, owed: .acknowledgement(ack: 0, error: 3, .closed), came: .silence)
    let ids = ["6.1/3.receiver", "6.1/5.hash", "6.1/cr.key-status", "6.1/1.version"]
    let strict = try script.run(only: ids)
    #expect(ids.allSatisfy { strict.status($0) == .fail })
    let lenient = try script.run(only: ids, lenient: true)
    #expect(lenient.status("6.1/3.receiver") == .pass && lenient.status("6.1/cr.key-status") == .pass)
    #expect(lenient.status("6.1/5.hash") == .fail && lenient.status("6.1/1.version") == .fail, "not rejected at all")
  }

  @Test func twoRequirementsOfOneCheck() throws {
    let wrong = Script()
    wrong.fail("6.1/5.hash", .wrongError, as: "6.1/5.error", came: .rejected(3))
    wrong.fail("6.1/5.error", .wrongError, as: "6.1/5.error", came: .rejected(3))
    let first = try wrong.run(only: ["6.1/5.hash", "6.1/5.error"])
    #expect(first.status("6.1/5.hash") == .pass && first.status("6.1/5.error") == .fail)
    let accepted = Script()
    accepted.fail("6.1/5.hash", .acceptedMalformed)
    accepted.fail("6.1/5.error", .acceptedMalformed, as: "6.1/5.hash")
    let second = try accepted.run(only: ["6.1/5.hash", "6.1/5.error"])
    #expect(second.status("6.1/5.hash") == .fail && second.status("6.1/5.error") == .skip)
    #expect(second.reason("6.1/5.error") == "the packet was not rejected: see 6.1/5.hash")
  }

  @Test func aWrongEchoIsOneRequirement() throws {
    let script = Script()
    script.fail("6.1/3.receiver", .wrongEcho, as: "6.1/echo.datetime", owed: .rejected(1), came: .rejected(1))
    let both = try script.run(only: ["6.1/3.receiver", "6.1/echo.datetime"])
    #expect(both.status("6.1/3.receiver") == .pass && both.status("6.1/echo.datetime") == .fail, "also when its own cases pass")
    #expect(both.findings.first?.mismatch.requirement == "6.1/echo.datetime")
    let alone = try script.run(only: ["6.1/3.receiver"])
    #expect(alone.status("6.1/3.receiver") == .fail, "nothing is lost when the other row is not there")
  }

  @Test func theReadTimeoutIsWaitedForOnce() throws {
    let script = Script()
    _ = try script.run(only: ["4/read-timeout"])
    #expect(script.asked.filter { $0.steps.contains(.stall) }.count == 1)
  }

  @Test func knownFailures() throws {
    let script = Script()
    script.fail("6.1/5.hash", .acceptedMalformed)
    let known = try KnownFailures("# of our peer\n\n6.1/5.hash   issue 12\n6.1/4.body\tissue 13\r\n")
    let run = try script.run(only: ["6.1/4.body", "6.1/5.hash"], known: known)
    #expect(run.status("6.1/5.hash") == .skip && run.reason("6.1/5.hash") == "known to fail: issue 12")
    #expect(run.status("6.1/4.body") == .fail && run.reason("6.1/4.body") == "it passes, though it is known to fail: issue 13")
    #expect(run.findings.isEmpty && "\(run.summary)" == "0 passed, 1 failed, 1 skipped")
  }

  @Test(arguments: [
    ("9.9/x why", "line 1: there is no requirement \"9.9/x\"; s2wmp conform --list shows all"),
    ("\n6.1/5.hash", "line 2: say behind 6.1/5.hash why it is known to fail"),
    ("6.1/5.hash a\n6.1/5.hash b", "line 2: 6.1/5.hash is named before; leave one of the two"),
  ])
  func knownFailuresThatSayNothing(_ text: String, _ words: String) {
    #expect { _ = try KnownFailures(text) } throws: { "\($0)" == words }
  }

  @Test func aFaultEndsTheRun() throws {
    var asked = 0
    let run = Conformance(ConformanceSetting(selection: Selection(only: ["6.1/3"]))) { _ throws(TargetFault) in
      asked += 1
      if asked > 3 { throw TargetFault("gone") }
      return .pass
    } recover: { () throws(TargetFault) in
    }
    #expect(throws: TargetFault("gone")) { try run.run() }
    let decided = run.results.count
    #expect(decided < run.checks.count)
    var told = 0
    let stopped = Conformance(run.setting) { _ throws(TargetFault) in
      .pass
    } recover: { () throws(TargetFault) in
    }
    try stopped.run(isStopped: { told == 2 }) { _, _ in told += 1 }
    #expect(stopped.results.count == 2)
  }

  @Test func selection() {
    let some = Selection(only: ["6.1/3", "4/"], skip: ["6.1/3.ic"])
    #expect(some.contains("6.1/3.receiver") && some.contains("4/idle") && !some.contains("6.1/3.ic-client") && !some.contains("6.1/4.body"))
    #expect(Selection().contains("6.1/4.body") && !Selection(skip: ["6"]).contains("6.1/4.body"))
    #expect(Selection(only: ["6.1", "7"], skip: ["x"]).unknown(in: Requirements.checks) == ["7", "x"])
  }
}
