import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPPeer

@Suite("6.2 Bootstrap server: the table") struct RegistrationTableTests {
  /// The table does what a dictionary would, through growth, expiry, removal, sweeping and shrinking.
  @Test(arguments: [UInt64(0), 1, 2]) func likeADictionary(seed: UInt64) {
    var random = TestNumbers(state: seed)
    var table = RegistrationTable(maximum: 1 << 20, hash: SeededHash(seed: (random.next(), random.next())))
    var model: [Identifier: (Endpoint, expires: UInt64)] = [:]
    var now: UInt64 = 1000
    for step in 0..<60_000 {
      let id = Identifier(high: random.next() % 3000, low: 0)
      let address = Endpoint.host(UInt32.random(in: 0...9, using: &random), port: UInt16.random(in: 0...9, using: &random))
      switch Int.random(in: 0..<10, using: &random) {
      case 0...4:
        let expires = now + 1 + random.next() % 4000
        let isStored = table.put(id, address, expires: expires, at: now)
        #expect(isStored)
        model[id] = (address, expires)
      case 5...6:
        table.remove(id)
        model[id] = nil
      case 7:
        now += random.next() % 50
        table.sweep(Int.random(in: 0...200, using: &random), at: now)
      default:
        let known = model[id].flatMap { $0.expires > now ? $0.0 : nil }
        #expect(table.find(id, at: now)?.endpoint == known, "step \(step)")
      }
    }
    #expect(table.liveCount(at: now) == model.values.count { $0.expires > now })
    table.sweep(.max, at: .max)
    table.sweep(.max, at: .max)
    #expect(table.count == 0)
  }

  @Test func addressesThatShareAHome() {
    // With this seed every hash is 0: all entries are in one run.
    var table = RegistrationTable(maximum: 1 << 20, hash: SeededHash(seed: (0, 0)))
    for number in 1...500 as ClosedRange<UInt64> {
      let isStored = table.put(Identifier(high: 0, low: number), .host(UInt32(number)), expires: 10, at: 0)
      #expect(isStored)
    }
    for number in stride(from: 1, through: 500, by: 2) as StrideThrough<UInt64> { table.remove(Identifier(high: 0, low: number)) }
    for number in 1...500 as ClosedRange<UInt64> {
      #expect((table.find(Identifier(high: 0, low: number), at: 0) != nil) == (number % 2 == 0))
    }
  }
}
