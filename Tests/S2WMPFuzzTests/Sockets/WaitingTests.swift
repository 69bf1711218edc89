import S2WMPCrypto
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPFuzz

@Suite("How long is waited")
struct WaitingTests {
  /// After the target's read timeout the same answer comes for another reason.
  @Test(
    "What the bytes say is owed before the read timeout",
    arguments: [
      Case([.noise([0xff])]), Case([.send([PacketPlan(.statusChange, [.set("version", .number(2))])], .whole)]),
      Case([.send([PacketPlan(.chatRequest, [.set("key_length", .number(8193))])], .whole)]),
    ])
  func faults(_ given: Case) throws {
    let identity = try Identity.generate(suite: .dh, group: .x25519)
    let session = try PeerSession(targetID: identity.userID, target: nil, friend: identity, start: 1_800_000_000_000, seed: 1)
    var (forge, instance) = (CaseForge(session), Instance())
    try forge.make(given, checksAlive: false, into: &instance)
    #expect(instance.actions.contains(.awaitReplies(1, connection: 0, .atOnce)))
  }

  /// A reset may take along what was sent before it, and another connection may be read first: nobody could say which ID holds then.
  @Test("An ID change is answered before a reset and before another connection", arguments: [Step.reset, .connection(1)])
  func movesAreSettled(_ next: Step) throws {
    let identity = try Identity.generate(suite: .dh, group: .x25519)
    let opening = SessionOpening(targetID: identity.userID, identity: nil, kinds: [(.dh, .x25519)], start: 1_800_000_000_000, seed: 1)
    let session = try opening.open(CoreTarget(identity: identity)).0
    for (type, isSettled) in [(PacketType.idChange, true), (.statusChange, false)] {
      var (forge, instance) = (CaseForge(session), Instance())
      let plan = PacketPlan(type, from: type == .idChange ? .mover : .friend)
      try forge.make(Case([.send([plan], .whole), next, .send([plan], .whole)]), checksAlive: false, into: &instance)
      let second = try #require(instance.actions.lastIndex { if case .send = $0 { true } else { false } })
      let isAwaited = instance.actions[..<second].contains(.awaitReplies(1, connection: 0, .reply))
      #expect(isAwaited == isSettled)
    }
  }

  /// No time is set for an answer: who is slow at everything is slow at this as well, and nothing can be told from it.
  @Test func atOnceIsAsSlowAsOtherAnswers() throws {
    let endpoint = try #require(Endpoint(text: "127.0.0.1:1"))
    var times = WaitingTimes(TargetSettings(endpoint: endpoint, readTimeout: .seconds(1), replyTimeout: .seconds(2)))
    times.note(10_000_000)
    #expect(times.of(.atOnce) == 500_000_000)
    times.note(1_200_000_000)
    for _ in 0..<50 { times.note(1_000_000) }
    #expect((1_600_000_000...1_800_000_000).contains(times.of(.atOnce)))
    times.note(1_900_000_000)
    #expect(times.of(.atOnce) == 2_000_000_000)
  }

  @Test func shortPatienceFollowsTheAnswersThatCame() throws {
    let endpoint = try #require(Endpoint(text: "127.0.0.1:1"))
    var times = WaitingTimes(TargetSettings(endpoint: endpoint, readTimeout: .seconds(1), replyTimeout: .seconds(2)))
    #expect(times.reply == 2_000_000_000 && times.of(.atOnce) == 500_000_000 && times.of(.stall) == 3_000_000_000)
    times.isShort = true
    #expect(times.reply == 150_000_000)
    times.note(20_000_000)
    #expect(times.reply == 400_000_000)
    times.note(1_000_000_000)
    #expect(times.reply == 2_000_000_000)
    for _ in 0..<200 { times.note(1_000_000) }
    #expect(times.reply < 400_000_000)
  }
}
