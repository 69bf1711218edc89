import S2WMPCrypto
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPPeer

@Suite("6.3 Send: a message on its way out")
struct SendingTests {
  private static let bobsHome = Endpoint.ipv4(0x0a00_0002, port: 5000)

  /// A peer whose friend bob has an address.
  private static func bench(_ configure: (inout PeerConfiguration) -> Void = { _ in }) -> Bench {
    var record = FriendRecord(
      id: Keys.bob.userID, name: "bob", publicKey: Keys.bob.publicKey, address: bobsHome, knowsUsAs: Keys.alice.userID)
    record.status = .online
    let bench = Bench(snapshot: PeerSnapshot(identities: [Keys.alice], friends: [record]), configure: configure)
    return bench
  }

  /// The datetime of the only M that was sent.
  private static func sentMessage(_ effects: PeerEffects, on connection: ConnectionID) throws -> UInt64 {
    let packets = effects.packets(on: connection).filter { $0[1] == 1 }
    let packet = try #require(packets.first)
    return packet.withUnsafeBytes { Messaging.datetime.load($0.baseAddress.unsafelyUnwrapped) }
  }

  /// Answers the Hello that a start sends.
  private static func settled(_ bench: Bench) throws -> ConnectionID {
    bench.call { bench.peer.start(at: bench.now, &$0) }
    let (connection, address) = try #require(bench.take().connects.first)
    #expect(address == bobsHome)
    bench.connected(connection)
    let hello = try #require(bench.take().packets(on: connection).first)
    #expect(hello[1] == 3)
    let datetime = hello.withUnsafeBytes { Messaging.datetime.load($0.baseAddress.unsafelyUnwrapped) }
    bench.feed(try Build.ack(0, datetime: datetime, userID: Keys.alice.userID), on: connection)
    _ = bench.take()
    return connection
  }

  @Test("Stored, then sent on the friend's connection, then acknowledged")
  func acknowledged() throws {
    let bench = Self.bench()
    let connection = try Self.settled(bench)
    bench.perform(.send(to: Keys.bob.userID, text: "hello"))
    let effects = bench.take()
    let datetime = try Self.sentMessage(effects, on: connection)
    guard case .store(.messageQueued(let record)) = effects.first else { return #expect(Bool(false), "not stored first: \(effects)") }
    #expect(record.datetime == datetime && record.text == "hello")
    bench.feed(try Build.ack(0, datetime: datetime, userID: Keys.bob.userID), on: connection)
    bench.feed(try Build.ack(0, datetime: datetime + 1, userID: Keys.alice.userID), on: connection)
    #expect(bench.take().isEmpty, "ACKs of something else")
    bench.feed(try Build.ack(0, datetime: datetime, userID: Keys.alice.userID), on: connection)
    #expect(bench.take().events == [.acknowledged(to: Keys.bob.userID, datetime: datetime)])
    #expect(bench.store.outgoing.isEmpty)
    bench.feed(try Build.ack(0, datetime: datetime, userID: Keys.alice.userID), on: connection)
    #expect(bench.take().isEmpty)
  }

  @Test("An ACK's error is told and settles the message", arguments: 1...4 as ClosedRange<UInt8>)
  func rejected(error: UInt8) throws {
    let bench = Self.bench()
    let connection = try Self.settled(bench)
    bench.perform(.send(to: Keys.bob.userID, text: "hello"))
    let datetime = try Self.sentMessage(bench.take(), on: connection)
    bench.feed(try Build.ack(error, datetime: datetime, userID: Keys.alice.userID), on: connection)
    guard case .failed(_, datetime, error, _, false) = bench.take().events.first else { return #expect(Bool(false), "not told") }
    #expect(bench.store.outgoing.isEmpty)
  }

  @Test("An ACK on another connection does not count")
  func elsewhere() throws {
    let bench = Self.bench()
    let connection = try Self.settled(bench)
    bench.perform(.send(to: Keys.bob.userID, text: "hello"))
    let datetime = try Self.sentMessage(bench.take(), on: connection)
    let other = bench.connect()
    bench.feed(try Build.ack(0, datetime: datetime, userID: Keys.alice.userID), on: other)
    #expect(bench.take().isEmpty)
    #expect(bench.store.outgoing.count == 1)
  }

  @Test("Datetimes grow strictly, though the clock stands or goes back")
  func datetimes() throws {
    let bench = Self.bench()
    _ = try Self.settled(bench)
    bench.perform(.send(to: Keys.bob.userID, text: "1"))
    bench.now.wall -= 1_000_000
    bench.perform(.send(to: Keys.bob.userID, text: "2"))
    bench.perform(.send(to: Keys.bob.userID, text: "3"))
    let times = bench.store.outgoing.map(\.datetime)
    #expect(times.count == 3 && times[0] < times[1] && times[1] < times[2])
  }

  @Test("Without an ACK for 10 s: told once, tried again with the same datetime after 1, 2, 4 … 60 s")
  func retries() throws {
    let bench = Self.bench()
    let connection = try Self.settled(bench)
    bench.perform(.send(to: Keys.bob.userID, text: "hello"))
    let datetime = try Self.sentMessage(bench.take(), on: connection)
    bench.pass(.seconds(10))
    var effects = bench.take()
    #expect(effects.aborts(connection))
    guard case .failed(_, datetime, nil, _, true) = effects.events.first else { return #expect(Bool(false), "not told: \(effects.events)") }
    for wait in [1, 2, 4, 8, 16, 32, 60, 60] as [UInt64] {
      bench.pass(.seconds(wait) - 1)
      #expect(bench.take().connects.isEmpty)
      bench.pass(1)
      let connects = bench.take().connects
      #expect(connects.count == 1, "after \(wait) s")
      guard let next = connects.first else { return }
      bench.refused(next.0)
      #expect(bench.take().events.allSatisfy { if case .failed = $0 { false } else { true } }, "told again")
    }
    bench.pass(.seconds(60))
    let next = try #require(bench.take().connects.first)
    bench.connected(next.0)
    effects = bench.take()
    #expect(try Self.sentMessage(effects, on: next.0) == datetime)
  }

  @Test("What is in flight when the connection breaks goes again, in order")
  func breaks() throws {
    let bench = Self.bench()
    let connection = try Self.settled(bench)
    for text in ["1", "2", "3"] { bench.perform(.send(to: Keys.bob.userID, text: text)) }
    let first = bench.take().packets(on: connection).map { Array($0[5..<13]) }
    #expect(first.count == 3)
    bench.closed(connection)
    bench.pass(.seconds(1))
    let next = try #require(bench.take().connects.first)
    bench.connected(next.0)
    #expect(bench.take().packets(on: next.0).map { Array($0[5..<13]) } == first)
  }

  @Test("After a restart the stored messages go again with their datetime")
  func restart() throws {
    let bench = Self.bench()
    let connection = try Self.settled(bench)
    bench.perform(.send(to: Keys.bob.userID, text: "hello"))
    let datetime = try Self.sentMessage(bench.take(), on: connection)
    let again = Bench(snapshot: bench.store.snapshot)
    again.call { again.peer.start(at: again.now, &$0) }
    let next = try #require(again.take().connects.first)
    again.connected(next.0)
    #expect(try Self.sentMessage(again.take(), on: next.0) == datetime)
    again.perform(.send(to: Keys.bob.userID, text: "next"))
    #expect(again.store.outgoing.map(\.datetime).max().map { $0 > datetime } == true)
  }

  @Test("No more than the window waits for ACKs at once; the rest follows them")
  func window() throws {
    let bench = Self.bench()
    let connection = try Self.settled(bench)
    for number in 0..<40 { bench.perform(.send(to: Keys.bob.userID, text: "\(number)")) }
    let sent = bench.take().packets(on: connection)
    #expect(sent.count == Peer.window)
    let datetime = sent[0].withUnsafeBytes { Messaging.datetime.load($0.baseAddress.unsafelyUnwrapped) }
    bench.feed(try Build.ack(0, datetime: datetime, userID: Keys.alice.userID), on: connection)
    #expect(bench.take().packets(on: connection).count == 1)
  }

  @Test("A cancelled message is settled and not sent again")
  func cancelled() throws {
    let bench = Self.bench()
    let connection = try Self.settled(bench)
    bench.perform(.send(to: Keys.bob.userID, text: "hello"))
    let datetime = try Self.sentMessage(bench.take(), on: connection)
    bench.perform(.cancel(to: Keys.bob.userID, datetime: datetime))
    #expect(bench.store.outgoing.isEmpty)
    bench.closed(connection)
    bench.pass(.seconds(300))
    #expect(bench.take().connects.isEmpty)
  }

  @Test("What cannot be sent is refused with a sentence")
  func refusals() throws {
    let bench = Self.bench { $0.limits.outgoingMessages = 1 }
    _ = try Self.settled(bench)
    bench.perform(.send(to: Keys.carol.userID, text: "x"))
    bench.perform(.send(to: Keys.bob.userID, text: String(repeating: "x", count: 65_535 - 27)))
    bench.perform(.send(to: Keys.bob.userID, text: String(repeating: "x", count: 65_535 - 28)))
    bench.perform(.send(to: Keys.bob.userID, text: "one too many"))
    bench.perform(.cancel(to: Keys.bob.userID, datetime: 1))
    let errors = bench.take().events.filter { if case .error = $0 { true } else { false } }
    #expect(errors.count == 4)
    #expect(bench.store.outgoing.count == 1)
  }

  @Test("A friend without an address is reached over the connection on which they came, and not by a greeting")
  func inbound() throws {
    let bench = Bench()
    let connection = bench.connect()
    bench.feed(try Build.message("hi"), on: connection)
    #expect(bench.take().packets(on: connection).map(\.said).count == 1)
    bench.perform(.status(.away))
    #expect(bench.take().packets(on: connection).isEmpty)
    bench.perform(.send(to: Keys.bob.userID, text: "hello"))
    #expect(bench.take().packets(on: connection).contains { $0[1] == 1 })
  }

  @Test("A friend out of reach at their address does not set off a connection with every M, but with an SC")
  func outOfReach() throws {
    let bench = Self.bench()
    bench.call { bench.peer.start(at: bench.now, &$0) }
    bench.refused(try #require(bench.take().connects.first).0)
    let connection = bench.connect()
    bench.feed(try (0..<10).flatMap { try Build.message("m\($0)", datetime: Bench.start + $0) }, on: connection)
    #expect(bench.take().connects.isEmpty)
    bench.feed(try Build.status(), on: connection)
    #expect(bench.take().connects.count == 1)
  }

  @Test("A stored key that does not fit ours, or an ID of ours that is lost, holds up nothing for ever")
  func unusable() throws {
    let other = try Identity.generate(suite: .dh, group: .ffdhe2048)
    let misfit = FriendRecord(id: other.userID, name: "m", publicKey: other.publicKey, address: Self.bobsHome, knowsUsAs: Keys.alice.userID)
    let lost = FriendRecord(id: Keys.bob.userID, name: "l", publicKey: Keys.bob.publicKey, address: Self.bobsHome, knowsUsAs: Keys.carol.userID)
    let damaged = FriendRecord(id: Keys.spare[0].userID, name: "d", publicKey: [1], address: nil, knowsUsAs: Keys.alice.userID)
    let waiting = [other.userID, Keys.bob.userID, Keys.spare[0].userID].map { OutgoingRecord(to: $0, datetime: 9, text: "x") }
    let bench = Bench(snapshot: PeerSnapshot(identities: [Keys.alice], friends: [misfit, lost, damaged], outgoing: waiting))
    bench.call { bench.peer.start(at: bench.now, &$0) }
    let begin = bench.take()
    for (connection, _) in begin.connects { bench.connected(connection) }
    let effects = bench.take()
    let failures = (begin.events + effects.events).count { if case .failed(_, 9, nil, _, false) = $0 { true } else { false } }
    #expect(failures == 2)
    #expect(begin.connects.contains { connection, _ in effects.packets(on: connection).contains { $0[1] == 1 } })
    #expect(bench.store.outgoing.map(\.to) == [Keys.bob.userID])
  }

  @Test("A replayed packet does not make its connection a way to the friend")
  func replayedRoute() throws {
    let bench = Bench()
    let honest = bench.connect()
    let packet = try Build.message("hi")
    bench.feed(packet, on: honest)
    bench.closed(honest)
    let thief = bench.connect(from: .ipv4(0x0a00_0666, port: 6666))
    bench.feed(packet, on: thief)
    _ = bench.take()
    bench.perform(.send(to: Keys.bob.userID, text: "secret"))
    #expect(bench.take().packets(on: thief).isEmpty)
  }

  @Test("Removing a friend ends what waits for them")
  func removed() throws {
    let bench = Self.bench()
    let connection = try Self.settled(bench)
    bench.perform(.send(to: Keys.bob.userID, text: "hello"))
    bench.perform(.remove(Keys.bob.userID))
    let effects = bench.take()
    #expect(effects.closes(connection))
    #expect(bench.store.friends.isEmpty && bench.store.outgoing.isEmpty)
    bench.closed(connection)
    bench.pass(.seconds(100))
    #expect(bench.take().isEmpty)
  }
}

@Suite("6.1 Duplicates and status")
struct DuplicateTests {
  @Test("An M is delivered once, whatever comes between, and acknowledged each time")
  func repeated() throws {
    let bench = Bench()
    let connection = bench.connect()
    let times = [5, 9, 5, 7, 7, 9, 6, 5, 6].map { Bench.start + $0 }
    bench.feed(try times.flatMap { try Build.message("\($0 - Bench.start)", datetime: $0) }, on: connection)
    let effects = bench.take()
    #expect(effects.messages == ["5", "9", "7", "6"])
    #expect(effects.packets(on: connection).map(\.said) == times.map { "ACK(1,0) \($0) \(Keys.bob.userID)" })
  }

  @Test("Also after a restart, and at the ends of the range")
  func afterRestart() throws {
    let bench = Bench()
    let connection = bench.connect()
    let times: [UInt64] = [0, 3, 1, .max, 0, .max, .max - 1]
    bench.feed(try times.flatMap { try Build.message("\($0)", datetime: $0) }, on: connection)
    #expect(Set(bench.take().messages).count == 5)
    let again = Bench(snapshot: bench.store.snapshot, received: bench.store)
    let other = again.connect()
    again.feed(try times.flatMap { try Build.message("\($0)", datetime: $0) }, on: other)
    let effects = again.take()
    #expect(effects.messages.isEmpty)
    #expect(effects.packets(on: other).count == times.count)
  }

  @Test("A bad copy does not use up the datetime of a good one")
  func badCopy() throws {
    let bench = Bench()
    let connection = bench.connect()
    let packet = try Build.message("good")
    bench.feed(packet.changed(at: 70) + packet, on: connection)
    #expect(bench.take().messages == ["good"])
  }

  @Test("An SC that is not newer is acknowledged and not applied")
  func staleStatus() throws {
    let bench = Bench()
    let connection = bench.connect()
    let packets = [try Build.status(2, datetime: 10), try Build.status(1, datetime: 10), try Build.status(0, datetime: 9), try Build.status(3, datetime: 11)]
    bench.feed(packets.flatMap { $0 }, on: connection)
    let effects = bench.take()
    let statuses = effects.events.compactMap { event -> UserStatus? in
      if case .friend(_, _, _, let status) = event { return status }
      return nil
    }
    #expect(statuses == [.away, .invisible])
    #expect(effects.packets(on: connection).count == 4)
  }

  @Test("Each pair of keys is logged once")
  func keyLog() throws {
    let bench = Bench()
    let connection = bench.connect()
    bench.feed(try Build.message("1") + Build.message("2", datetime: Bench.start + 1), on: connection)
    let lines = bench.take().keyLog
    #expect(lines == [KeyLog.line(secret: try Keys.alice.sharedSecret(with: Keys.bob.key), Keys.alice.userID, Keys.bob.userID)])
  }
}
