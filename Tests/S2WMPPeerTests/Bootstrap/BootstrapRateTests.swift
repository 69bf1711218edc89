import S2WMPFlow
import S2WMPPeer
import S2WMPWire
import Testing

@Suite("6.2 Bootstrap server: rate and ban") struct BootstrapRateTests {
  /// The defaults: 50 a second, 200 ahead, 60 seconds.
  let bench = BootstrapBench {
    $0.rate = 50
    $0.burst = 200
  }

  private func request(_ source: Endpoint = .host(7)) -> UInt8? { bench.register(.alice, from: source) }

  private func spend(_ count: Int) { for _ in 0..<count { #expect(request() == 0) } }

  @Test func theBurstThenOneRefusalThenSilence() {
    spend(200)
    #expect(request() == 2)
    for _ in 0..<300 { #expect(request() == nil) }
    #expect(bench.server.counters.bans == 1 && bench.server.counters.bannedRequests == 300)
    #expect(bench.server.bannedSources(at: bench.now) == 1)
  }

  @Test func theBanEndsOnTimeAndIsNotExtended() {
    spend(200)
    #expect(request() == 2)
    for _ in 0..<59 {
      bench.advance(.seconds(1))
      #expect(request() == nil)
    }
    bench.advance(.seconds(1) - 1)
    #expect(request() == nil)
    bench.advance(1)
    #expect(bench.server.bannedSources(at: bench.now) == 0)
    spend(200)
    #expect(request() == 2, "the bucket was full again, and no fuller")
  }

  @Test func fiftyASecondForEver() {
    spend(200)
    for _ in 0..<500 {
      bench.advance(.milliseconds(20))
      #expect(request() == 0)
    }
    bench.advance(.milliseconds(20) - 1)
    #expect(request() == 2, "a nanosecond too early")
  }

  @Test func theBucketHoldsNoMoreThanTheBurst() {
    spend(1)
    bench.advance(.seconds(3600))
    spend(200)
    #expect(request() == 2)
  }

  @Test func portsDoNotCountAndSourcesAreSeparate() {
    for port in 1...200 { #expect(bench.register(.alice, from: .host(7, port: UInt16(port))) == 0) }
    #expect(bench.register(.alice, from: .host(7, port: 999)) == 2)
    #expect(bench.register(.bob, from: .host(8)) == 0)
  }

  /// It is checked before anything else: what would have been refused counts, and is not looked at.
  @Test func refusedRequestsCount() {
    for _ in 0..<200 { #expect(bench.register(.zero, from: .host(7)) == 3) }
    #expect(bench.register(.zero, from: .host(7)) == 2)
  }

  @Test func droppedDatagramsDoNotCount() {
    for _ in 0..<1000 { #expect(bench.answer([1, 2, 3], from: .host(7)) == nil) }
    spend(200)
  }

  @Test func everyKindSaysItInItsOwnAnswer() throws {
    let key: [UInt8] = [1]
    let packets: [([UInt8], PacketType)] = [
      (Requests.registration(.alice), .registrationResponse), (Requests.lookup(.alice, .alice), .lookupResponse),
      (Requests.broadcast(.alice), .broadcastServerResponse), (Requests.idChange(.alice, key: key), .registrationResponse),
      (Requests.legacyRegistration(.alice), .registrationResponse), (Requests.legacyLookup(.alice, .alice), .lookupResponse),
    ]
    for (index, (packet, type)) in packets.enumerated() {
      let source = Endpoint.host(UInt32(20 + index))
      for _ in 0..<200 { #expect(bench.answer(packet, from: source) != nil) }
      let last = try #require(bench.ask(packet, from: source))
      #expect(last.type == type && last.status == 2)
      #expect(last.endpoint == nil)
      #expect(bench.answer(packet, from: source) == nil)
    }
  }

  /// Forged sources cannot make the server forget a ban, nor grow it.
  @Test func aFloodOfSourcesDoesNotLiftABan() {
    let bench = BootstrapBench {
      $0.rate = 50
      $0.burst = 200
      $0.trackedSources = 64
    }
    for _ in 0..<201 { bench.register(.alice, from: .host(7)) }
    for source in 0..<20_000 as Range<UInt32> { #expect(bench.register(.zero, from: .host(1000 + source)) == 3) }
    #expect(bench.register(.alice, from: .host(7)) == nil)
    #expect(bench.server.bannedSources(at: bench.now) == 1)
  }

  @Test func extremeOptionsDoNotTrap() {
    for (rate, burst) in [(UInt64.max, UInt64.max), (1, 1), (0, 0), (1_000_000_000, 1), (1, .max)] as [(UInt64, UInt64)] {
      let bench = BootstrapBench {
        $0.rate = rate
        $0.burst = burst
        $0.ban = .max
        $0.lifetime = .max
      }
      #expect(bench.register(.alice, from: .host(7)) == 0)
      bench.now = PeerTime(wall: .max, monotonic: .max)
      _ = bench.register(.alice, from: .host(7))
      bench.server.receiveTick(at: bench.now)
    }
  }
}
