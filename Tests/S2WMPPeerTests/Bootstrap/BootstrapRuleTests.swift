import S2WMPFlow
import S2WMPPeer
import S2WMPWire
import Testing

@Suite("6.2 Bootstrap server: registration") struct BootstrapRegistrationTests {
  let bench = BootstrapBench()

  @Test func storesAndEchoesTheRequest() throws {
    let answer = try #require(bench.ask(Requests.registration(.alice), from: .host(7)))
    #expect(answer.type == .registrationResponse && answer.bytes.count == 11)
    #expect(answer.status == 0)
    #expect(answer["request_id"] == .bytes(Requests.requestID))
    #expect(bench.server.liveRegistrations(at: bench.now) == 1)
  }

  @Test func zeroIDIsRefused() {
    #expect(bench.register(.zero, from: .host(7)) == 3)
    #expect(bench.server.liveRegistrations(at: bench.now) == 0)
  }

  @Test func anotherSourceCollides() {
    #expect(bench.register(.alice, from: .host(7)) == 0)
    #expect(bench.register(.alice, from: .host(8)) == 1)
    #expect(bench.lookUp(.alice, as: .alice, from: .host(7))?.endpoint == .host(7))
  }

  @Test func aSourceHasNoPort() {
    #expect(bench.register(.alice, from: .host(7, port: 5000)) == 0)
    #expect(bench.register(.alice, from: .host(7, port: 6000)) == 0)
    #expect(bench.lookUp(.alice, as: .alice, from: .host(7, port: 1))?.endpoint == .host(7, port: 6000))
    #expect(bench.server.liveRegistrations(at: bench.now) == 1)
  }

  @Test func aMappedAddressIsItsIPv4Address() {
    #expect(bench.register(.alice, from: .host(7)) == 0)
    let mapped = Endpoint(high: 0, low: 0xffff_0a00_0007, port: 5000, isIPv4: false)
    #expect(bench.register(.alice, from: mapped) == 0)
  }

  @Test func oneSourceMayHaveSeveralIDs() {
    #expect(bench.register(.alice, from: .host(7)) == 0)
    #expect(bench.register(.bob, from: .host(7, port: 5001)) == 0)
    #expect(bench.lookUp(.alice, as: .bob, from: .host(7))?.endpoint == .host(7))
    #expect(bench.lookUp(.bob, as: .alice, from: .host(7))?.endpoint == .host(7, port: 5001))
  }

  @Test func expiresAfterItsLifetimeAndNotBefore() {
    #expect(bench.register(.alice, from: .host(7)) == 0)
    bench.advance(.seconds(900) - 1)
    #expect(bench.register(.alice, from: .host(8)) == 1)
    bench.advance(1)
    #expect(bench.register(.alice, from: .host(8)) == 0)
  }

  @Test func aRefreshBeginsANewLifetime() {
    bench.register(.alice, from: .host(7))
    bench.advance(.seconds(600))
    bench.register(.alice, from: .host(7))
    bench.advance(.seconds(899))
    #expect(bench.lookUp(.alice, as: .alice, from: .host(7))?.status == 0)
    bench.advance(.seconds(1))
    #expect(bench.lookUp(.alice, as: .alice, from: .host(7))?.status == 2)
  }

  @Test func aFullTableRefreshesButTakesNoNewIDs() {
    let bench = BootstrapBench { $0.maximumRegistrations = 2 }
    #expect(bench.register(.alice, from: .host(7)) == 0)
    bench.advance(.seconds(450))
    #expect(bench.register(.bob, from: .host(8)) == 0)
    #expect(bench.register(.carol, from: .host(9)) == 2)
    #expect(bench.register(.bob, from: .host(8)) == 0)
    #expect(bench.server.counters.refusedRegistrations == 1)
    bench.advance(.seconds(450))
    #expect(bench.register(.carol, from: .host(9)) == 0, "an expired one makes room")
    #expect(bench.server.liveRegistrations(at: bench.now) == 2)
  }
}

@Suite("6.2 Bootstrap server: lookup") struct BootstrapLookupTests {
  let bench = BootstrapBench()

  @Test func findsWhoIsRegistered() throws {
    bench.register(.alice, from: .host(7))
    bench.register(.bob, from: .host(9, port: 6123))
    let answer = try #require(bench.lookUp(.bob, as: .alice, from: .host(7)))
    #expect(answer.type == .lookupResponse && answer.bytes.count == 70)
    #expect(answer.status == 0 && answer["broadcast"] == .unsigned(0))
    #expect(answer["request_id"] == .bytes(Requests.requestID))
    #expect(answer["timestamp"] == .unsigned(bench.now.wall), "the responder's, not the request's")
    #expect(answer["user_id"] == .bytes(Identifier.alice.bytes) && answer["lookup_id"] == .bytes(Identifier.bob.bytes))
    #expect(answer.endpoint == .host(9, port: 6123))
  }

  @Test func findsIPv6() {
    bench.register(.alice, from: .host(7))
    bench.register(.bob, from: .six)
    #expect(bench.lookUp(.bob, as: .alice, from: .host(7))?.endpoint == .six)
  }

  /// The order of the checks: zero, then who asks, then who is wanted.
  @Test func refusals() {
    bench.register(.alice, from: .host(7))
    let cases: [(asker: Identifier, wanted: Identifier, source: Endpoint, status: UInt8)] = [
      (.zero, .alice, .host(7), 3), (.alice, .zero, .host(7), 3), (.zero, .zero, .host(7), 3), (.bob, .zero, .host(7), 3),
      (.bob, .alice, .host(7), 2), (.alice, .alice, .host(8), 2), (.alice, .bob, .host(8), 2), (.alice, .bob, .host(7), 1),
    ]
    for (asker, wanted, source, status) in cases {
      let answer = bench.lookUp(wanted, as: asker, from: source)
      #expect(answer?.status == status, "\(asker) asks for \(wanted) from \(source)")
      #expect(answer?.endpoint == nil, "no address unless found")
      #expect(answer?["lookup_id"] == .bytes(wanted.bytes) && answer?["user_id"] == .bytes(asker.bytes))
    }
  }

  @Test func theExpiredAreUnknown() {
    bench.register(.bob, from: .host(9))
    bench.advance(.seconds(899))
    bench.register(.alice, from: .host(7))
    #expect(bench.lookUp(.bob, as: .alice, from: .host(7))?.status == 0)
    bench.advance(.seconds(1))
    #expect(bench.lookUp(.bob, as: .alice, from: .host(7))?.status == 1)
  }
}

@Suite("6.2 Bootstrap server: ID change") struct BootstrapIDChangeTests {
  let bench = BootstrapBench()
  let key = [UInt8](repeating: 0x30, count: 422)
  var newID: Identifier { Requests.id(of: key) }

  @Test func movesTheEntry() throws {
    bench.register(.alice, from: .host(7, port: 5100))
    let answer = try #require(bench.ask(Requests.idChange(.alice, key: key), from: .host(7, port: 9)))
    #expect(answer.type == .registrationResponse && answer.status == 0 && answer["request_id"] == .bytes(Requests.requestID))
    bench.register(.bob, from: .host(8))
    #expect(bench.lookUp(.alice, as: .bob, from: .host(8))?.status == 1)
    #expect(bench.lookUp(newID, as: .bob, from: .host(8))?.endpoint == .host(7, port: 5100))
  }

  @Test func keepsTheTimeOfExpiry() {
    bench.register(.alice, from: .host(7))
    bench.advance(.seconds(800))
    #expect(bench.ask(Requests.idChange(.alice, key: key), from: .host(7))?.status == 0)
    bench.advance(.seconds(99))
    #expect(bench.server.liveRegistrations(at: bench.now) == 1)
    bench.advance(.seconds(1))
    #expect(bench.server.liveRegistrations(at: bench.now) == 0)
  }

  @Test func refusalsInOrder() {
    bench.register(.alice, from: .host(7))
    bench.register(newID, from: .host(8))
    #expect(bench.ask(Requests.idChange(.bob, key: key, newID: .carol), from: .host(7))?.status == 3, "not the key's ID")
    #expect(bench.ask(Requests.idChange(.bob, key: key), from: .host(7))?.status == 2, "an ID nobody registered")
    #expect(bench.ask(Requests.idChange(.alice, key: key), from: .host(9))?.status == 2, "an ID of another source")
    #expect(bench.ask(Requests.idChange(.alice, key: key), from: .host(7))?.status == 1, "the new ID is another source's")
    #expect(bench.lookUp(.alice, as: .alice, from: .host(7))?.status == 0, "nothing moved")
  }

  @Test func onToAnIDOfTheSameSource() {
    bench.register(.alice, from: .host(7))
    bench.register(newID, from: .host(7))
    #expect(bench.ask(Requests.idChange(.alice, key: key), from: .host(7))?.status == 0)
    #expect(bench.server.liveRegistrations(at: bench.now) == 1)
  }

  @Test func toTheSameIDChangesNothing() {
    bench.register(newID, from: .host(7))
    #expect(bench.ask(Requests.idChange(newID, key: key), from: .host(7))?.status == 0)
    #expect(bench.lookUp(newID, as: newID, from: .host(7))?.endpoint == .host(7))
  }

  @Test(arguments: [1, 8192]) func keysOfEveryAllowedLength(count: Int) {
    let key = [UInt8](repeating: 5, count: count)
    bench.register(.alice, from: .host(7))
    #expect(bench.ask(Requests.idChange(.alice, key: key), from: .host(7))?.status == 0)
  }
}

@Suite("6.2 Bootstrap server: broadcast, and what is not for it") struct BootstrapDatagramTests {
  let bench = BootstrapBench()

  @Test func saysWhereItListens() throws {
    let answer = try #require(bench.ask(Requests.broadcast(.alice), from: .host(7)))
    #expect(answer.type == .broadcastServerResponse && answer.status == 0 && answer["broadcast"] == .unsigned(0))
    #expect(answer["user_id"] == .bytes(Identifier.alice.bytes) && answer["request_id"] == .bytes(Requests.requestID))
    #expect(answer["lookup_id"] == .bytes(BootstrapBench.serverID.bytes))
    #expect(answer.endpoint == bench.listening)
  }

  @Test func undefinedValuesAreDropped() {
    bench.register(.alice, from: .host(7))
    let packets = [
      Requests.lookup(.alice, .alice, status: 1), Requests.lookup(.alice, .alice, broadcast: 1), Requests.broadcast(.alice, status: 3),
      Requests.broadcast(.alice, broadcast: 0), Requests.broadcast(.alice, broadcast: 2),
    ]
    for packet in packets { #expect(bench.answer(packet, from: .host(7)) == nil) }
    #expect(bench.server.counters.malformedDatagrams == UInt64(packets.count))
  }

  @Test func whatIsNotOnePacketIsDropped() {
    let key = [UInt8](repeating: 1, count: 44)
    for packet in [Requests.registration(.alice), Requests.lookup(.alice, .bob), Requests.broadcast(.alice), Requests.idChange(.alice, key: key)] {
      for count in 0..<packet.count where count != 34 && count != 58 {
        #expect(bench.answer(Array(packet.prefix(count)), from: .host(7)) == nil)
      }
      #expect(bench.answer(packet + [0], from: .host(7)) == nil)
      #expect(bench.answer(packet + packet, from: .host(7)) == nil)
      #expect(bench.answer([2] + packet.dropFirst(), from: .host(7)) == nil)
    }
    #expect(bench.server.liveRegistrations(at: bench.now) == 0)
  }

  /// Nothing but requests is answered, so that two servers cannot be set on each other.
  @Test func everythingElseIsDropped() throws {
    for dialect in Dialect.allCases {
      for type in PacketType.all(dialect) where ![2, 4, 11, 12].contains(type.rawValue) {
        let packet = try #require(PacketBuilder(type, dialect)).build()
        #expect(bench.answer(packet, from: .host(7)) == nil, "\(type) of \(dialect)")
      }
    }
    #expect(bench.answer(Requests.broadcast(.alice, type: 14), from: .host(7)) == nil)
  }

  @Test func nothingIsSentToPortZero() {
    #expect(bench.answer(Requests.registration(.alice), from: .host(7, port: 0)) == nil)
    #expect(bench.server.liveRegistrations(at: bench.now) == 0)
  }
}
