import S2WMPCrypto
import S2WMPFlow
import S2WMPPeer
import S2WMPWire
import Testing

@testable import S2WMPFuzz

/// Our core, of whose runs something else is seen.
private final class SeenOtherwise: CaseTarget {
  private let core: CoreTarget
  private let change: (inout Observation) -> Void

  init(_ core: CoreTarget, _ change: @escaping (inout Observation) -> Void) { (self.core, self.change) = (core, change) }

  var name: String { core.name }
  var isHeard: Bool { core.isHeard }
  var sources: Int { core.sources }

  func run(_ instance: Instance, into observation: inout Observation) {
    core.run(instance, into: &observation)
    change(&observation)
  }

  func disconnect() { core.disconnect() }
  func restart() -> Bool { core.restart() }
}

extension Observation {
  /// Datagrams have no order: they come the other way round.
  fileprivate mutating func overtake() {
    let places = replies.indices.filter { replies[$0].connection < 0 }
    let turned = places.reversed().map { replies[$0] }
    for (place, reply) in zip(places, turned) { replies[place] = reply }
  }

  /// A reset takes the answers before it along, as it does when it comes before they are read.
  fileprivate mutating func destroy() {
    let endings = endings
    replies.removeAll { endings.indices.contains($0.connection) && endings[$0.connection] == .reset }
  }
}

@Suite("What a target is free to do")
struct FreedomTests {
  @Test("answers that a reset destroys are the fault of the reset", arguments: 1...5 as ClosedRange<UInt64>)
  func aResetDestroysAnswers(seed: UInt64) throws {
    var proof = DefectProof(suite: .dh, group: .x25519, seed: seed, limit: 5_000)
    proof.wrap = { SeenOtherwise($0) { $0.destroy() } }
    let finding = try #require(try proof.run(PlantedDefect(name: "fault-reset")).finding)
    #expect(finding.mismatch.requirement == "4/closing" && finding.mismatch.kind == .connection)
  }

  @Test func aServersDatagramsMayOvertakeEachOther() throws {
    let bench = try ServerBench()
    for index in 0..<5_000 {
      try bench.examiner.make(bench.generator.make(index), checksAlive: false, into: &bench.instance)
      bench.target.run(bench.instance, into: &bench.seen)
      bench.seen.overtake()
      if bench.examiner.isAsOwed(bench.instance, bench.seen) { continue }
      let found = bench.examiner.mismatch(bench.generator.make(index), bench.instance, bench.seen)
      Issue.record("case \(index): \(String(describing: found))\n\(bench.generator.make(index))")
      return
    }
  }

  @Test func aPeersDatagramsMayOvertakeEachOther() throws {
    var proof = DefectProof(suite: .dh, group: .x25519, seed: 3, limit: 5_000)
    proof.wrap = { SeenOtherwise($0) { $0.overtake() } }
    #expect(try proof.run(nil).seen == nil)
  }

  @Test("A target's RSA key may have another size than ours")
  func wrappedKeysFit() throws {
    let identity = try Identity.generate(suite: .rsa, group: .x25519, rsaBits: 2048)
    let target = CoreTarget(identity: identity)
    let opening = SessionOpening(targetID: identity.userID, identity: nil, kinds: [(.rsa, .x25519)], start: 1_800_000_000_000, seed: 1)
    let session = try opening.open(target).0
    let (forge, judge) = (CaseForge(session), Judge(session))
    for choice in [BodyChoice.wrappedForOther, .wrappedZero, .wrappedOnes, .otherKey] {
      var (forge, instance, seen) = (forge, Instance(), Observation())
      let given = Case([.send([PacketPlan(.message, [.body(choice)]), PacketPlan(.statusChange)], .whole)])
      try forge.make(given, checksAlive: false, into: &instance)
      target.run(instance, into: &seen)
      #expect(judge.mismatch(given, instance, seen) == nil, "\(choice)")
    }
  }

  /// The answer that would show that silence was meant is not owed either.
  @Test func anInvisibleTargetWithoutFriendsIsNotAsked() throws {
    let identity = try Identity.generate(suite: .dh, group: .x25519)
    let session = try PeerSession(targetID: identity.userID, target: nil, friend: identity, start: 1_800_000_000_000, seed: 1)
    var (forge, instance) = (CaseForge(session), Instance())
    let given = Case([.status(.invisible), .datagram(PacketPlan(.broadcastPeer, from: .stranger)), .status(.online)])
    #expect(throws: CaseFault.self) { try forge.make(given, checksAlive: false, into: &instance) }
    var scope = CaseGenerator.Scope(suite: .dh, group: .x25519)
    scope.isFriend = false
    let generator = CaseGenerator(seed: 1, scope: scope)
    for index in 0..<5_000 { #expect(!generator.make(index).steps.contains { if case .status = $0 { true } else { false } }) }
  }

  /// The target may close after the rejected one, and then the friend still has the old ID.
  @Test func nothingThatIsRememberedStandsBehindWhatIsRejected() throws {
    let session = try opened().session
    var (forge, instance) = (CaseForge(session), Instance())
    let mover = session.mover.id
    for plan in [PacketPlan(.idChange, from: .mover), PacketPlan(.chatRequest, from: .newcomer)] {
      let given = Case([.send([PacketPlan(.statusChange, [.set("status", .number(4))]), plan], .whole)])
      #expect(throws: CaseFault.self) { try forge.make(given, checksAlive: false, into: &instance) }
      // A chat request with a wrong name does not end a connection.
      let kept = Case([.send([PacketPlan(.chatRequest, [.set("name", .bytes([0]))]), plan], .whole)])
      #expect(throws: Never.self) { try forge.make(kept, checksAlive: false, into: &instance) }
    }
    #expect(session.mover.id != mover)
  }

  @Test("One of our users has a secret that begins with a zero byte")
  func shortSecrets() throws {
    let session = try opened().session
    #expect(session.other.hasShortSecret)
  }

  @Test("On this machine a BPR says the very place that it was asked at")
  func places() throws {
    let (session, target) = try opened()
    var (forge, instance, seen) = (CaseForge(session), Instance(), Observation())
    let given = Case([.datagram(PacketPlan(.broadcastPeer, from: .friend))])
    try forge.make(given, checksAlive: false, into: &instance)
    target.run(instance, into: &seen)
    #expect(Judge(session).isAsOwed(instance, seen))
    let reply = try #require(seen.replies.first)
    let port = UInt16(seen.received[reply.range.upperBound - 2]) << 8 | UInt16(seen.received[reply.range.upperBound - 1])
    session.endpoint = .ipv4(0x7f00_0001, port: port)
    let mapped = [UInt8](repeating: 0, count: 10) + [255, 255, 127, 0, 0, 1]
    seen.received.replaceSubrange((reply.range.upperBound - 18)..<(reply.range.upperBound - 2), with: mapped)
    #expect(Judge(session).isAsOwed(instance, seen))
    session.endpoint = .ipv4(0x7f00_0001, port: port.byteSwapped ^ 1)
    #expect(Judge(session).mismatch(given, instance, seen)?.requirement == "3.6/address")
    session.endpoint = .ipv4(0x0a00_0001, port: 1)
    #expect(Judge(session).isAsOwed(instance, seen))
  }

  private func opened() throws -> (session: PeerSession, target: CoreTarget) {
    let identity = try Identity.generate(suite: .dh, group: .x25519)
    let target = CoreTarget(identity: identity)
    let opening = SessionOpening(targetID: identity.userID, identity: nil, kinds: [(.dh, .x25519)], start: 1_800_000_000_000, seed: 1)
    return (try opening.open(target).0, target)
  }
}
