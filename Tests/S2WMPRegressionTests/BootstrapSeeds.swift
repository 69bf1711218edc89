import S2WMPWire

@testable import S2WMPFuzzTargets

/// The seeds of the `bootstrap` target: scripts that lead a server to every answer that it has.
enum BootstrapSeeds {
  static let all: [String: [UInt8]] = [
    "table": table, "full": full, "ban": ban, "streams": streams, "dialects": dialects, "store": store, "malformed": malformed,
  ]

  /// No rate, a burst of 200.
  private static let generous: UInt8 = 3 | 3 << 2

  private static func script(_ limits: UInt8, _ table: UInt8, _ write: (inout BootstrapSeed) -> Void) -> [UInt8] {
    var seed = BootstrapSeed(limits, table)
    write(&seed)
    return seed.bytes
  }

  private static let table = script(generous, 3) {
    $0.ask(BootstrapSeed.register(0))
    $0.ask(BootstrapSeed.register(0), from: 1)
    $0.ask(BootstrapSeed.register(0), from: 2)
    $0.ask(BootstrapSeed.register(7))
    $0.ask(BootstrapSeed.register(1), from: 2)
    $0.ask(BootstrapSeed.register(2), from: 4)
    for wanted in [0, 1, 2, 3, 7] as [UInt8] { $0.ask(BootstrapSeed.lookup(0, for: wanted)) }
    $0.ask(BootstrapSeed.lookup(3, for: 0))
    $0.ask(BootstrapSeed.lookup(7, for: 0))
    $0.ask(BootstrapSeed.lookup(0, for: 1), from: 2)
    for (user, new) in [(0, 3), (0, 3), (3, 1), (3, 0x14), (3, 3), (4, 5)] as [(UInt8, UInt8)] { $0.ask(BootstrapSeed.change(user, to: new)) }
    $0.ask(BootstrapSeed.search(4))
    $0.pass(900_000)
    $0.ask(BootstrapSeed.lookup(3, for: 1))
    $0.ask(BootstrapSeed.register(1))
  }

  private static let full = script(generous | 1 << 6, 1) {
    for user in 0..<3 as Range<UInt8> { $0.ask(BootstrapSeed.register(user), from: user) }
    $0.ask(BootstrapSeed.register(0))
    $0.ask(BootstrapSeed.change(0, to: 4))
    $0.pass(2000)
    $0.ask(BootstrapSeed.register(2), from: 2)
    $0.add(.tick)
    $0.ask(BootstrapSeed.register(3), from: 2)
    $0.ask(BootstrapSeed.register(5), from: 4)
  }

  private static let ban = script(1 | 1 << 2 | 1 << 4, 3) {
    $0.add(.flood, [0, 8] + BootstrapSeed.register(0))
    $0.ask(BootstrapSeed.register(1), from: 1)
    $0.ask(BootstrapSeed.register(2), from: 2)
    $0.pass(1000)
    $0.ask(BootstrapSeed.search(0))
    $0.pass(1000)
    $0.ask(BootstrapSeed.lookup(0, for: 2))
    $0.pass(500)
    $0.add(.flood, [4, 6] + BootstrapSeed.search(3))
    $0.add(.connect, [4])
    $0.add(.packet, BootstrapSeed.register(3))
    $0.add(.bytes, [1, 9])
  }

  private static let streams = script(generous, 3) {
    $0.add(.connect, [0])
    $0.add(.packet, BootstrapSeed.register(0))
    $0.add(.packet, BootstrapSeed.lookup(0, for: 0))
    $0.add(.pieces, BootstrapSeed.change(0, to: 2) + [60])
    $0.add(.packet, BootstrapSeed.search(0))
    $0.add(.packet, [1, 6])
    $0.add(.end)
    $0.add(.connect, on: 1, [2])
    $0.add(.pieces, on: 1, BootstrapSeed.register(1) + [9])
    $0.pass(249)
    $0.pass(20)
    $0.add(.bytes, on: 1, [3, 1, 2, 0])
    $0.pass(5000)
    $0.add(.connect, on: 2, [4])
    $0.add(.bytes, on: 2, [6, 1, 1, 0, 0, 9, 5])
    $0.add(.end, on: 2)
    $0.add(.connect, on: 3, [4])
    $0.add(.bytes, on: 3, [2, 1, 7])
  }

  private static let dialects = script(generous, 3) {
    $0.ask(BootstrapSeed.legacyRegister(0))
    $0.ask(BootstrapSeed.legacyRegister(7))
    $0.ask(BootstrapSeed.register(1), from: 4)
    for wanted in [0, 1, 2, 7] as [UInt8] { $0.ask(BootstrapSeed.legacyLookup(0, for: wanted)) }
    $0.ask(BootstrapSeed.legacyLookup(2, for: 0))
    $0.ask(BootstrapSeed.lookup(0, for: 0))
    $0.add(.connect, [2])
    $0.add(.packet, BootstrapSeed.legacyRegister(3))
    $0.add(.packet, BootstrapSeed.legacyLookup(3, for: 0))
    $0.add(.connect, on: 1, [2])
    $0.add(.pieces, on: 1, BootstrapSeed.legacyRegister(4) + [26])
    $0.add(.connect, on: 2, [2])
    $0.add(.pieces, on: 2, BootstrapSeed.legacyLookup(3, for: 0) + [52])
    $0.pass(250)
  }

  private static let store = script(generous | 3 << 6, 3 | 4) {
    $0.add(.restore, [0, 0, 0x20, 0])
    $0.add(.restore, [2, 1, 0xff, 0xff])
    $0.add(.restore, [2, 2, 0, 1])
    $0.add(.wall, [1])
    $0.ask(BootstrapSeed.lookup(0, for: 1))
    $0.ask(BootstrapSeed.change(0, to: 3))
    $0.ask(BootstrapSeed.register(5))
    $0.add(.wall, [4])
    $0.ask(BootstrapSeed.register(4))
    $0.pass(60_000)
    $0.ask(BootstrapSeed.lookup(3, for: 1))
  }

  private static let malformed = script(generous, 3) {
    for kind in 7..<16 as Range<UInt8> { $0.ask([kind, 0]) }
    $0.add(.datagram, [0, 3, 1, 2, 3])
    $0.add(.datagram, [0, 0])
    $0.ask(BootstrapSeed.lookup(0, for: 0x10))
    $0.ask(BootstrapSeed.lookup(0, for: 0x20))
    $0.ask(BootstrapSeed.register(0), from: 3)
    $0.add(.flipped, BootstrapSeed.register(0) + [0, 1])
    $0.add(.flipped, BootstrapSeed.lookup(0, for: 1) + [19, 1])
  }
}
