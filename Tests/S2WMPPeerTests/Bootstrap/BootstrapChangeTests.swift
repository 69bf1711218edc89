import S2WMPFlow
import S2WMPPeer
import S2WMPWire
import Testing

@Suite("6.2 Bootstrap server: what a store keeps") struct BootstrapChangeTests {
  let bench = BootstrapBench { $0.persists = true }

  private func saved(_ id: Identifier, _ address: Endpoint, for seconds: UInt64 = 900) -> BootstrapChange {
    .saved(BootstrapRegistration(id: id, address: address, expires: bench.now.wall + seconds * 1000))
  }

  @Test func everyChangeOnce() {
    let key: [UInt8] = [1, 2, 3]
    bench.register(.alice, from: .host(7))
    bench.register(.alice, from: .host(8))
    _ = bench.lookUp(.alice, as: .alice, from: .host(7))
    #expect(bench.server.takeChanges() == [saved(.alice, .host(7))])
    bench.advance(.seconds(100))
    _ = bench.ask(Requests.idChange(.alice, key: key), from: .host(7))
    #expect(bench.server.takeChanges() == [.removed(.alice), saved(Requests.id(of: key), .host(7), for: 800)])
    #expect(bench.server.takeChanges().isEmpty)
  }

  @Test func nothingWithoutAStore() {
    let bench = BootstrapBench()
    bench.register(.alice, from: .host(7))
    #expect(bench.server.takeChanges().isEmpty)
  }

  @Test func restoresWhatIsLeft() {
    let left = BootstrapRegistration(id: .alice, address: .host(7, port: 5100), expires: bench.now.wall + 10_000)
    let over = BootstrapRegistration(id: .bob, address: .host(8), expires: bench.now.wall)
    let future = BootstrapRegistration(id: .carol, address: .host(9), expires: .max)
    for registration in [left, over, future] { bench.server.restore(registration, at: bench.now) }
    #expect(bench.lookUp(.alice, as: .alice, from: .host(7))?.endpoint == .host(7, port: 5100))
    #expect(bench.lookUp(.bob, as: .alice, from: .host(7))?.status == 1)
    bench.advance(.seconds(10))
    #expect(bench.lookUp(.carol, as: .carol, from: .host(9))?.status == 0)
    #expect(bench.lookUp(.alice, as: .carol, from: .host(9))?.status == 1)
    bench.advance(.seconds(890))
    #expect(bench.lookUp(.carol, as: .carol, from: .host(9))?.status == 2, "a lifetime at most, whatever the clock was")
  }
}
