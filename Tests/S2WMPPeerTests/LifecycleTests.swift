import Foundation
import S2WMPCrypto
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPPeer

@Suite("6.3 Peer state machine")
struct LifecycleTests {
  private static let server = Endpoint.ipv4(0x0a00_00fe, port: 5005)

  private static func bench(server: Bool, discovers: Bool, friends: [FriendRecord] = []) -> Bench {
    Bench(snapshot: PeerSnapshot(identities: [Keys.alice], friends: friends)) {
      $0.bootstrapServer = server ? Self.server : nil
      $0.discovers = discovers
    }
  }

  private func start(_ bench: Bench) -> PeerEffects {
    bench.call { bench.peer.start(at: bench.now, &$0) }
    return bench.take()
  }

  @Test("Init, Wait, FD, Listen: the configured server answers, and one REG is enough")
  func serverAnswers() throws {
    let bench = Self.bench(server: true, discovers: true)
    let begin = start(bench)
    #expect(begin.states == ["Init", "Wait"])
    let (question, destination) = try #require(begin.datagrams.first)
    #expect(question[1] == 2 && destination == .endpoint(Self.server))
    bench.datagram(try Build.registered(0, to: question), from: Self.server)
    let effects = bench.take()
    #expect(effects.states == ["FD", "Listen"])
    #expect(effects.events.contains(.registered(status: 0)))
    #expect(effects.datagrams.isEmpty)
  }

  @Test("Wait, NF, FD: the configured server is silent for three tries of one second, another one answers BSM")
  func otherServer() throws {
    let bench = Self.bench(server: true, discovers: true)
    let begin = start(bench)
    bench.pass(.seconds(2))
    let again = bench.take().datagrams
    #expect(again.count == 2 && again.allSatisfy { $0.0 == begin.datagrams[0].0 })
    bench.pass(.seconds(1))
    let effects = bench.take()
    #expect(effects.states == ["NF"])
    let (search, destination) = try #require(effects.datagrams.first)
    #expect(search[1] == 12 && destination == .servers)
    let other = Endpoint.ipv4(0x0a00_0077, port: 5005)
    bench.datagram(try Build.lookupResponse(.broadcastServerResponse, to: search, lookupID: Keys.carol.userID, endpoint: other), from: other)
    let found = bench.take()
    #expect(found.states == ["FD", "Listen"])
    #expect(found.datagrams.first?.1 == .endpoint(other))
  }

  @Test("NF, LD, Listen: nobody answers")
  func nobody() {
    let bench = Self.bench(server: false, discovers: true)
    #expect(start(bench).states == ["Init", "Wait", "NF"])
    bench.pass(.seconds(3))
    let effects = bench.take()
    #expect(effects.states == ["LD", "Listen"])
    #expect(effects.datagrams.last.map { $0.0[1] == 14 && $0.1 == .peers } == true)
  }

  @Test("Without discovery nothing is broadcast")
  func silent() {
    let bench = Self.bench(server: false, discovers: false)
    let effects = start(bench)
    #expect(effects.states == ["Init", "Wait", "NF", "LD", "Listen"])
    #expect(effects.datagrams.isEmpty)
    bench.pass(.seconds(1000))
    #expect(bench.take().datagrams.isEmpty)
  }

  @Test("Hello goes to every friend on going online, with and without a server", arguments: [true, false])
  func hello(server: Bool) throws {
    let friends = [Keys.bob, Keys.carol].map { key in
      FriendRecord(
        id: key.userID, name: "f", publicKey: key.publicKey, address: .ipv4(UInt32(truncatingIfNeeded: key.userID.low), port: 5000),
        knowsUsAs: Keys.alice.userID)
    }
    let bench = Self.bench(server: server, discovers: false, friends: friends)
    var effects = start(bench)
    if server {
      bench.datagram(try Build.registered(0, to: try #require(effects.datagrams.first).0))
      effects = bench.take()
    }
    #expect(effects.connects.count == 2)
    for (connection, _) in effects.connects {
      bench.connected(connection)
      let hello = try #require(bench.take().packets(on: connection).first)
      #expect(hello[1] == 3 && hello[2] == 0)
    }
  }

  @Test("The registration is refreshed every five minutes; a server that is gone is asked again at the next")
  func refresh() throws {
    let bench = Self.bench(server: true, discovers: false)
    bench.datagram(try Build.registered(0, to: try #require(start(bench).datagrams.first).0))
    _ = bench.take()
    for round in 0..<3 {
      bench.pass(.seconds(299))
      #expect(bench.take().datagrams.isEmpty, "round \(round)")
      bench.pass(.seconds(1))
      let question = try #require(bench.take().datagrams.first)
      if round == 1 {
        bench.pass(.seconds(3))
        #expect(bench.take().events == [.registered(status: nil)])
        bench.pass(.seconds(296))
        #expect(bench.take().datagrams.count == 0)
        bench.pass(.seconds(1))
        bench.datagram(try Build.registered(0, to: try #require(bench.take().datagrams.first).0))
      } else {
        bench.datagram(try Build.registered(0, to: question.0))
      }
      #expect(bench.take().events == [.registered(status: 0)])
    }
  }

  @Test("Collision: FD, a new key, REG under the new ID; after three in a row it is left at that")
  func collision() throws {
    let bench = Self.bench(server: true, discovers: false)
    var effects = start(bench)
    for round in 0..<4 {
      bench.datagram(try Build.registered(1, to: try #require(effects.datagrams.last).0))
      effects = bench.take()
      #expect(effects.makesIdentity == (round < 3), "round \(round)")
      guard round < 3 else { break }
      #expect(effects.states.last == "FD")
      bench.identity(Keys.spare[round])
      effects = bench.take()
      #expect(effects.states == ["Listen"])
      #expect(effects.datagrams.last.map { Array($0.0[10..<26]) } == Keys.spare[round].userID.bytes)
    }
    #expect(bench.peer.userID == Keys.spare[2].userID)
  }

  @Test("An answer about an ID that we gave up meanwhile says nothing about the new one")
  func oldAnswer() throws {
    let bench = Self.bench(server: true, discovers: false)
    bench.datagram(try Build.registered(0, to: try #require(start(bench).datagrams.first).0))
    bench.pass(.seconds(300))
    let refresh = try #require(bench.take().datagrams.first).0
    bench.perform(.regenerateKey)
    bench.identity(Keys.spare[0])
    #expect(bench.take().datagrams.map { $0.0[1] } == [11])
    bench.datagram(try Build.registered(1, to: refresh))
    let effects = bench.take()
    #expect(!effects.makesIdentity)
    #expect(effects.datagrams.map { Array($0.0[10..<26]) } == [Keys.spare[0].userID.bytes])
  }

  @Test("A key that could not be made leaves the old one")
  func noKey() throws {
    let bench = Self.bench(server: true, discovers: false)
    let effects = start(bench)
    bench.datagram(try Build.registered(1, to: try #require(effects.datagrams.last).0))
    _ = bench.take()
    bench.identity(nil)
    let after = bench.take()
    #expect(after.events.contains { if case .error = $0 { true } else { false } })
    #expect(bench.peer.userID == Keys.alice.userID)
    bench.datagram(try Build.registered(1, to: try #require(after.datagrams.last).0))
    #expect(!bench.take().makesIdentity)
  }

  @Test("Every state and event: the rows say what follows, and nothing else does")
  func table() {
    let expected: [String: String] = [
      "Init Check": "Wait", "Wait FD": "FD", "Wait Not Found": "NF", "NF Found": "FD", "NF Timeout": "LD", "FD Hello": "Listen",
      "LD BPM": "Listen", "Listen SM": "Send", "Send Resp": "Listen", "Listen M.Rec.": "Msg", "Msg ACK/Reject": "Listen",
      "Listen S.F.R.": "Wait (friend)", "Wait (friend) GetKey": "D-H", "Listen F.R.": "FRec", "FRec SendKey": "D-H", "D-H Added": "Listen",
      "Listen Reg.Req": "Reg", "Reg Success / Error": "Listen", "Reg Collision": "FD", "Wait (friend) Refused": "Listen",
      "FRec Refused": "Listen", "D-H Refused": "Listen",
    ]
    for state in PeerState.allCases {
      for event in StateEvent.allCases {
        var moved = state
        let action = Transitions.follow(&moved, event)
        let due = expected["\(state.name) \(event.label)"]
        #expect((action == nil) == (due == nil), "\(state.name), \(event.label)")
        #expect(moved.name == due ?? state.name, "\(state.name), \(event.label)")
      }
    }
    #expect(Transitions.rows.count == expected.count)
  }

  @Test("A peer as a whole in each state meets every event of its rows, and only those move it", arguments: PeerState.allCases.prefix(6))
  func driven(_ state: PeerState) {
    for event in StateEvent.allCases {
      let bench = Self.bench(server: false, discovers: true)
      bench.peer.state = state
      bench.call { effects in bench.peer.enter(bench.now, &effects) { bench.peer.step(event) } }
      let path = bench.take().states
      guard let row = Transitions.row(in: state, on: event) else {
        #expect(path.isEmpty, "\(state.name), \(event.label)")
        continue
      }
      #expect(path.first == row.next.name || row.next == state, "\(state.name), \(event.label)")
    }
  }

  @Test("After quit nothing comes any more, whatever becomes of the connections that led to friends")
  func silentAfterQuit() throws {
    let bench = Bench()
    let connection = bench.connect()
    // A message that cannot go anywhere takes bob's connection when bob has shown himself on it.
    bench.perform(.send(to: Keys.bob.userID, text: "on its way"))
    bench.feed(try Build.message("here I am"), on: connection)
    #expect(bench.take().packets(on: connection).map { $0[1] }.contains(1))
    bench.perform(.quit)
    _ = bench.take()
    bench.closed(connection)
    #expect(bench.take().isEmpty)
    #expect(bench.peer.nextDeadline == nil)
  }

  @Test("Documentation/States.md is what the rows give; S2WMP_RECORD=1 writes it")
  func diagram() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let file = root.appending(path: "Documentation/States.md")
    let committed = try String(contentsOf: file, encoding: .utf8)
    var made = committed
    for (name, block) in [("diagram", "```mermaid\n\(StateDiagram.mermaid)\n```"), ("rows", StateDiagram.table)] {
      let (first, last) = ("<!-- generated: \(name) -->", "<!-- end: \(name) -->")
      let parts = made.components(separatedBy: first)
      try #require(parts.count == 2)
      let rest = parts[1].components(separatedBy: last)
      try #require(rest.count == 2)
      made = "\(parts[0])\(first)\n\n\(block)\n\n\(last)\(rest[1])"
    }
    guard made != committed else { return }
    let records = ProcessInfo.processInfo.environment["S2WMP_RECORD"] == "1"
    if records { try made.write(to: file, atomically: true, encoding: .utf8) }
    Issue.record("States.md differs from the rows; \(records ? "it was written, run again" : "to write it: S2WMP_RECORD=1 swift test --filter LifecycleTests")")
  }
}
