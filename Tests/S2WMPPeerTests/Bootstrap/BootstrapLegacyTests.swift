import S2WMPFlow
import S2WMPPeer
import S2WMPWire
import Testing

@Suite("L Legacy dialect: bootstrap server") struct BootstrapLegacyTests {
  let bench = BootstrapBench()

  @Test func answersGoToTheLegacyPort() throws {
    let answer = try #require(bench.answer(Requests.legacyRegistration(.alice), from: .host(7, port: 40000)))
    #expect(answer.port == 5002)
    let fields = try #require(Fields(answer.bytes))
    #expect(answer.bytes.count == 19 && fields.type == .registrationResponse && fields.status == 0)
    #expect(fields["user_id"] == .bytes(Identifier.alice.bytes))
    #expect(bench.answer(Requests.registration(.bob), from: .host(8))?.port == nil, "v1 answers go back to where the request came from")
  }

  /// The looked-up ID stands in user_id and the requester's in lookup_id, as the authors' server does it.
  @Test func findsWithTheIDsTheOtherWayRound() throws {
    _ = bench.answer(Requests.legacyRegistration(.alice), from: .host(7))
    _ = bench.answer(Requests.legacyRegistration(.bob), from: .host(9))
    let fields = try #require(bench.ask(Requests.legacyLookup(.alice, .bob), from: .host(7)))
    #expect(fields.bytes.count == 63 && fields.type == .lookupResponse && fields.status == 0)
    #expect(fields["user_id"] == .bytes(Identifier.bob.bytes) && fields["lookup_id"] == .bytes(Identifier.alice.bytes))
    #expect(fields["request_id"] == .bytes(Requests.legacyRequestID))
    #expect(fields["timestamp"] == .unsigned(bench.now.wall))
    #expect(fields["address"] == .address([10, 0, 0, 9]))
  }

  @Test func statusesAreThoseOfTheLegacyTable() {
    #expect(bench.ask(Requests.legacyRegistration(.zero), from: .host(7))?.status == 2)
    #expect(bench.ask(Requests.legacyRegistration(.alice), from: .host(7))?.status == 0)
    #expect(bench.ask(Requests.legacyRegistration(.alice), from: .host(8))?.status == 1)
    let cases: [(Identifier, Identifier, Endpoint, UInt8)] = [
      (.alice, .zero, .host(7), 2), (.zero, .alice, .host(7), 3), (.bob, .alice, .host(7), 3), (.alice, .alice, .host(8), 3), (.alice, .bob, .host(7), 1),
    ]
    for (asker, wanted, source, status) in cases {
      let fields = bench.ask(Requests.legacyLookup(asker, wanted), from: source)
      #expect(fields?.status == status)
      #expect(fields?["address"] == .address([0, 0, 0, 0]), "zero instead of a random address")
    }
  }

  @Test func anIPv6PeerCannotBeTold() {
    bench.register(.bob, from: .six)
    _ = bench.answer(Requests.legacyRegistration(.alice), from: .host(7))
    #expect(bench.ask(Requests.legacyLookup(.alice, .bob), from: .host(7))?.status == 1)
  }

  @Test func aLegacyPeerListensOnTheDefaultPort() {
    _ = bench.answer(Requests.legacyRegistration(.alice), from: .host(7, port: 40000))
    bench.register(.bob, from: .host(8))
    #expect(bench.lookUp(.alice, as: .bob, from: .host(8))?.endpoint == .host(7, port: 5000))
  }
}
