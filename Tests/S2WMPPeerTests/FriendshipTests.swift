import S2WMPCrypto
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPPeer

@Suite("4.2 Adding friends")
struct FriendshipTests {
  private static let bobsHome = Endpoint.ipv4(0x0a00_0002, port: 5000)

  /// Alice asks bob; his answer is the test's. Gives the connection of the CR.
  private static func asking(_ bench: Bench) throws -> ConnectionID {
    bench.perform(.add(Keys.bob.userID, address: bobsHome))
    let (connection, endpoint) = try #require(bench.take().connects.first)
    #expect(endpoint == bobsHome)
    bench.connected(connection)
    let request = try #require(bench.take().packets(on: connection).first)
    #expect(request == (try Build.request(from: Keys.alice, to: Keys.bob.userID, name: Array("alice".utf8))))
    return connection
  }

  private static func response(
    _ status: UInt8 = 0, requestor: Identifier = Keys.alice.userID, user: Identifier = Keys.bob.userID, key: [UInt8] = Keys.bob.publicKey,
    name: String = "bob"
  ) throws -> [UInt8] {
    try Build.response(status, requestor: requestor, user: user, key: key, name: name)
  }

  private static func failure(_ effects: PeerEffects) -> String? {
    effects.events.compactMap { event in
      if case .addFailed(_, let reason) = event { return reason }
      return nil
    }.first
  }

  @Test("An accepted CR: the friend is stored before anything else leaves, then greeted on the same connection")
  func accepted() throws {
    let bench = Bench(friends: [])
    let connection = try Self.asking(bench)
    bench.feed(try Self.response(), on: connection)
    let effects = bench.take()
    #expect(bench.store.friends[Keys.bob.userID]?.publicKey == Keys.bob.publicKey)
    #expect(bench.store.friends[Keys.bob.userID]?.address == Self.bobsHome)
    #expect(effects.events.contains(.friend(id: Keys.bob.userID, name: "bob", address: Self.bobsHome, status: nil)))
    #expect(effects.packets(on: connection).map(\.said) == ["SC"])
    #expect(effects.keyLog.count == 1)
    guard case .store = effects.first(where: { if case .keyLog = $0 { false } else { true } }) else { return #expect(Bool(false)) }
  }

  @Test("A CRR that does not fit its CR is ignored; one that was refused, or whose key is bad, makes no friend")
  func refused() throws {
    let ignored: [[UInt8]] = [
      try Self.response(requestor: Keys.carol.userID), try Self.response(user: Keys.carol.userID),
      try Build.response(5, requestor: Keys.alice.userID, user: Keys.bob.userID),
    ]
    for packet in ignored {
      let bench = Bench(friends: [])
      bench.feed(packet, on: try Self.asking(bench))
      #expect(bench.take().isEmpty && bench.store.friends.isEmpty)
    }
    let refused: [([UInt8], String)] = [
      (try Build.response(1, requestor: Keys.alice.userID, user: Keys.bob.userID), "denied"),
      (try Build.response(4, requestor: Keys.alice.userID, user: Keys.bob.userID), "invalid key"),
      (try Self.response(key: Keys.carol.publicKey), "the ID is not that of the key"),
      (try Self.response(name: "b\u{7}b"), "invalid name"),
    ]
    for (packet, reason) in refused {
      let bench = Bench(friends: [])
      let connection = try Self.asking(bench)
      bench.feed(packet, on: connection)
      let effects = bench.take()
      #expect(Self.failure(effects) == reason)
      #expect(effects.closes(connection) && bench.store.friends.isEmpty)
    }
  }

  @Test("An unsolicited CRR makes no friend")
  func unsolicited() throws {
    let bench = Bench(friends: [])
    bench.feed(try Self.response(), on: bench.connect())
    #expect(bench.take().isEmpty && bench.store.friends.isEmpty)
  }

  @Test("A key of another suite or group is refused on both sides")
  func otherGroup() throws {
    let other = try Identity.generate(suite: .dh, group: .ffdhe2048)
    let bench = Bench(friends: []) { $0.acceptance = .auto }
    bench.perform(.add(other.userID, address: Self.bobsHome))
    let connection = try #require(bench.take().connects.first).0
    bench.connected(connection)
    bench.feed(try Self.response(user: other.userID, key: other.publicKey), on: connection)
    #expect(Self.failure(bench.take()) == "invalid key")
    let incoming = bench.connect()
    bench.feed(try Build.request(from: other), on: incoming)
    #expect(bench.take().packets(on: incoming).map(\.said) == ["CRR(4)"])
    #expect(bench.store.friends.isEmpty)
  }

  @Test("A connection that breaks before the answer is tried three times in all; silence ends in \"no answer\"")
  func tries() throws {
    let bench = Bench(friends: [])
    bench.perform(.add(Keys.bob.userID, address: Self.bobsHome))
    for wait in [1, 2] as [UInt64] {
      let connection = try #require(bench.take().connects.first).0
      bench.refused(connection)
      #expect(bench.take().isEmpty)
      bench.pass(.seconds(wait))
    }
    bench.refused(try #require(bench.take().connects.first).0)
    #expect(Self.failure(bench.take())?.contains("refused") == true)
    _ = try Self.asking(bench)
    bench.pass(.seconds(300))
    #expect(Self.failure(bench.take()) == "no answer")
    bench.pass(.seconds(300))
    #expect(bench.take().isEmpty)
  }

  @Test("Without an address: the server and the network are asked, three times each")
  func search() throws {
    let server = Endpoint.ipv4(0x0a00_00fe, port: 5005)
    let bench = Bench(friends: []) {
      $0.bootstrapServer = server
      $0.discovers = true
    }
    bench.pass(.seconds(20))
    _ = bench.take()
    bench.perform(.add(Keys.bob.userID, address: nil))
    let questions = bench.take().datagrams
    #expect(questions.map { $0.0[1] } == [4, 14])
    bench.datagram(try Build.lookupResponse(.lookupResponse, to: questions[0].0, status: 1, endpoint: nil), from: server)
    #expect(bench.take().connects.isEmpty)
    bench.datagram(
      try Build.lookupResponse(.broadcastPeerResponse, to: questions[1].0, lookupID: Keys.bob.userID, endpoint: Self.bobsHome), from: Self.bobsHome)
    #expect(bench.take().connects.first?.1 == Self.bobsHome)
    bench.perform(.add(Keys.carol.userID, address: nil))
    bench.pass(.seconds(4))
    let effects = bench.take()
    #expect(effects.datagrams.count == 6)
    #expect(Self.failure(effects) == "not found")
  }

  @Test("Ask: the CR waits for the user, M answers do not wait for it, and the user's word is the CRR", arguments: [true, false])
  func ask(accepts: Bool) throws {
    let bench = Bench()
    let connection = bench.connect()
    bench.feed(try Build.request() + Build.message("meanwhile"), on: connection)
    let effects = bench.take()
    #expect(effects.packets(on: connection).map(\.said) == ["ACK(1,0) \(Bench.start) \(Keys.bob.userID)"])
    #expect(effects.events.contains(.request(id: Keys.carol.userID, name: "carol", address: Bench.stranger)))
    bench.end(connection)
    #expect(!bench.take().closes(connection), "an answer is still owed")
    bench.perform(accepts ? .accept(Keys.carol.userID) : .deny(Keys.carol.userID))
    let after = bench.take()
    #expect(after.packets(on: connection).map(\.said) == [accepts ? "CRR(0)" : "CRR(1)"])
    #expect(after.closes(connection))
    #expect((bench.store.friends[Keys.carol.userID] != nil) == accepts)
    bench.perform(.accept(Keys.carol.userID))
    #expect(bench.take().events.contains { if case .error = $0 { true } else { false } })
  }

  @Test("Each CR that waits gets its CRR; too many, or a denying peer, are told no at once")
  func limits() throws {
    let bench = Bench { $0.limits.pendingRequests = 1 }
    let connection = bench.connect()
    bench.feed(try (0..<10).flatMap { _ in try Build.request() } + Build.request(from: Keys.spare[0]), on: connection)
    #expect(bench.take().packets(on: connection).map(\.said) == ["CRR(1)", "CRR(1)", "CRR(1)"])
    bench.perform(.accept(Keys.carol.userID))
    #expect(bench.take().packets(on: connection).filter { $0[1] == 10 }.count == 8)
    let denying = Bench { $0.acceptance = .deny }
    let other = denying.connect()
    denying.feed(try Build.request() + Build.request(from: Keys.bob), on: other)
    #expect(denying.take().packets(on: other).map(\.said) == ["CRR(1)", "CRR(0)"], "a friend is answered again the same way")
  }

  @Test("Somebody whom we are asking ourselves is accepted without asking the user")
  func mutual() throws {
    let bench = Bench(friends: [])
    _ = try Self.asking(bench)
    let incoming = bench.connect()
    bench.feed(try Build.request(from: Keys.bob, name: Array("bob".utf8)), on: incoming)
    #expect(bench.take().packets(on: incoming).map(\.said) == ["CRR(0)"])
    #expect(bench.store.friends[Keys.bob.userID] != nil)
  }

  @Test("Adding oneself, or the same twice, is refused with a sentence")
  func mistakes() {
    let bench = Bench(friends: [])
    bench.perform(.add(Keys.alice.userID, address: Self.bobsHome))
    bench.perform(.add(Keys.bob.userID, address: Self.bobsHome))
    bench.perform(.add(Keys.bob.userID, address: Self.bobsHome))
    bench.perform(.add(Keys.carol.userID, address: nil))
    bench.perform(.lookup(Keys.carol.userID))
    bench.perform(.discover)
    bench.perform(.remove(Keys.carol.userID))
    bench.perform(.deny(Keys.carol.userID))
    let effects = bench.take()
    #expect(effects.events.count { if case .error = $0 { true } else { false } } == 6)
    #expect(Self.failure(effects)?.contains("no address is known") == true)
  }
}

@Suite("6.1 Discovery")
struct DiscoveryTests {
  private func answers(_ bench: Bench, _ datagram: [UInt8]) -> [[UInt8]] {
    bench.datagram(datagram)
    return bench.take().datagrams.map(\.0)
  }

  @Test("A BPM for anybody or for us is answered with where we listen; its own and others' are not")
  func answered() throws {
    let bench = Bench()
    for wanted in [Identifier.zero, Keys.alice.userID] {
      let response = try #require(answers(bench, try Build.lookup(.broadcastPeer, from: Keys.carol.userID, for: wanted, requestID: 99)).first)
      let due = try Build.lookupResponse(
        .broadcastPeerResponse, to: try Build.lookup(.broadcastPeer, from: Keys.carol.userID, requestID: 99), lookupID: Keys.alice.userID,
        endpoint: Bench.home)
      // All but the responder's own time.
      #expect(response[10...] == due[10...])
    }
    #expect(answers(bench, try Build.lookup(.broadcastPeer, from: Keys.carol.userID, for: Keys.bob.userID)).isEmpty)
    #expect(answers(bench, try Build.lookup(.broadcastPeer, from: Keys.alice.userID)).isEmpty)
  }

  @Test("An invisible peer answers friends only")
  func invisible() throws {
    let bench = Bench()
    bench.perform(.status(.invisible))
    _ = bench.take()
    #expect(answers(bench, try Build.lookup(.broadcastPeer, from: Keys.carol.userID)).isEmpty)
    #expect(answers(bench, try Build.lookup(.broadcastPeer, from: Keys.bob.userID)).count == 1)
  }

  @Test("Any other datagram is dropped: every type, cut, trailing, with undefined values")
  func dropped() throws {
    let bench = Bench { $0.acceptance = .auto }
    let good = try Build.lookup(.broadcastPeer, from: Keys.carol.userID)
    for length in 0..<good.count { #expect(answers(bench, Array(good[..<length])).isEmpty) }
    #expect(answers(bench, good + [0]).isEmpty)
    #expect(answers(bench, good.changed(at: 18)).isEmpty, "status")
    #expect(answers(bench, good.changed(at: 19)).isEmpty, "broadcast")
    for packet in [try Build.message("x"), try Build.status(), try Build.request(), try Build.idChange(), try Build.ack(0, datetime: 1, userID: .zero)] {
      bench.datagram(packet)
      #expect(bench.take().isEmpty)
    }
    for type in PacketType.all(.v1) where type != .broadcastPeer {
      bench.datagram(try #require(PacketBuilder(type, .v1)).build())
      #expect(bench.take().isEmpty, "type \(type.rawValue)")
    }
  }

  @Test("Peers that answer a discovery are told once for each discovery; answers nobody asked for are ignored")
  func discovery() throws {
    let bench = Bench { $0.discovers = true }
    bench.pass(.seconds(30))
    _ = bench.take()
    for _ in 0..<2 {
      bench.perform(.discover)
      let question = try #require(bench.take().datagrams.first).0
      let place = Endpoint.ipv4(0x0a00_0009, port: 5000)
      let answer = try Build.lookupResponse(.broadcastPeerResponse, to: question, lookupID: Keys.carol.userID, endpoint: place)
      bench.datagram(answer)
      bench.datagram(answer)
      bench.datagram(answer.changed(at: 10))
      bench.datagram(try Build.lookupResponse(.broadcastPeerResponse, to: question, lookupID: Keys.alice.userID, endpoint: place))
      #expect(bench.take().events == [.peerFound(id: Keys.carol.userID, address: place)])
      bench.pass(.seconds(4))
      _ = bench.take()
      bench.datagram(answer)
      #expect(bench.take().isEmpty, "too late")
    }
  }

  @Test("A lookup's answer, whatever it is, is told")
  func lookup() throws {
    let server = Endpoint.ipv4(0x0a00_00fe, port: 5005)
    let bench = Bench { $0.bootstrapServer = server }
    bench.pass(.seconds(20))
    _ = bench.take()
    let place = Endpoint(high: 0xfe80 << 48, low: 1, port: 5000, isIPv4: false)
    for (status, endpoint) in [(0, place), (1, nil), (2, nil)] as [(UInt8, Endpoint?)] {
      bench.perform(.lookup(Keys.carol.userID))
      let question = try #require(bench.take().datagrams.first).0
      bench.datagram(try Build.lookupResponse(.lookupResponse, to: question, status: status, endpoint: endpoint), from: server)
      #expect(bench.take().events == [.lookup(id: Keys.carol.userID, status: status, address: endpoint)])
    }
    bench.perform(.lookup(Keys.carol.userID))
    bench.pass(.seconds(3))
    #expect(bench.take().events == [.lookup(id: Keys.carol.userID, status: nil, address: nil)])
  }
}
