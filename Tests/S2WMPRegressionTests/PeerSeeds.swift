import S2WMPWire

@testable import S2WMPFuzzTargets

/// The seeds of the `peer` target: scripts that lead a peer to every answer that it has.
enum PeerSeeds {
  static let all: [String: [UInt8]] = [
    "messages": messages, "checks": checks, "framing": framing, "stalls": stalls, "requests": requests, "requests-asked": requestsAsked,
    "requests-denied": requestsDenied, "changes": changes, "datagrams": datagrams, "invisible": invisible, "sending": sending, "new-key": newKey,
    "adding": adding, "server": server, "replay-after-restart": replayAfterRestart, "limits": limits, "endurance": endurance, "clock": clock,
    "quit": quit,
  ]

  private static func script(_ setting: UInt8 = 0, _ write: (inout PeerSeed) -> Void) -> [UInt8] {
    var seed = PeerSeed(setting)
    write(&seed)
    return seed.bytes
  }

  private static let messages = script {
    $0.connect()
    $0.send(PeerSeed.message("hello"))
    $0.add(.again)
    $0.add(.stage, PeerSeed.message("one"))
    $0.add(.stage, PeerSeed.message("two"))
    $0.add(.stage, PeerSeed.status(2))
    $0.add(.deliver, [0])
    $0.send(PeerSeed.message("late", 2))
    $0.send(PeerSeed.message("", 0))
    $0.add(.stage, PeerSeed.message("in bytes", from: 1))
    $0.add(.trickle)
    $0.add(.stage, PeerSeed.message("in pieces", from: 1))
    $0.add(.deliver, [50])
    $0.pass(3000)
    $0.add(.deliver, [0])
    $0.send(PeerSeed.status(1, from: 1))
    $0.send(PeerSeed.status(3, from: 1, 2))
    $0.add(.end)
  }

  private static let checks = script(64) {
    $0.connect()
    $0.send(PeerSeed.odd(0, status: 7))
    $0.send(PeerSeed.odd(0, status: 7, from: 3))
    $0.send(PeerSeed.message("who?", from: 3))
    for options in [1, 2, 4] as [UInt8] { $0.send(PeerSeed.odd(options)) }
    for options in [0, 1, 2, 3, 4, 5, 8, 9, 0x11, 0x30] as [UInt8] { $0.send(PeerSeed.sealed(options)) }
    for offset in [2, 5, 13, 16, 32, 48, 64, 80, 93, 100] as [UInt16] { $0.flip(PeerSeed.message("flip"), at: offset) }
    $0.send(PeerSeed.message([0xff, 0xfe]))
    $0.flip(PeerSeed.message([0xff, 0xfe]), at: 64)
    $0.flip(PeerSeed.status(0), at: 64)
  }

  private static let framing = script {
    let key: [UInt8] = [1, 8] + [UInt8](repeating: 7, count: 32)
    let starts: [[UInt8]] = [
      [2], [1, 7], [2, 1, 0, 0], key + [0, 0, 0x20, 1], key + [0, 0, 0, 0], key + [0, 0, 0, 1, 9, 0, 0, 1, 0], [1, 10, 1] + key + [1],
    ]
    for (slot, start) in starts.enumerated() {
      $0.connect(UInt8(slot))
      $0.raw(start, on: UInt8(slot))
    }
    $0.connect(7)
    $0.add(.stage, on: 7, PeerSeed.message("before"))
    $0.raw([1, 0, 9], on: 7)
  }

  private static let stalls = script {
    $0.connect()
    $0.cut(PeerSeed.message("cut"), to: 60)
    $0.add(.end)
    $0.connect(1)
    $0.cut(PeerSeed.message("slow"), to: 90, on: 1)
    $0.pass(3000)
    $0.raw([0], on: 1)
    $0.pass(5000)
    $0.pass(1)
    $0.connect(2)
    $0.cut(PeerSeed.request(from: 3), to: 1, on: 2)
    $0.add(.lose, on: 2)
  }

  private static let requests = script {
    $0.connect()
    $0.send(PeerSeed.request(from: 3))
    $0.send(PeerSeed.message("as a friend", from: 3))
    $0.send(PeerSeed.request(from: 0))
    $0.send(PeerSeed.request(from: 3, name: Array("renamed".utf8)))
    for options in [1, 4, 8, 9, 16, 2 | 32, 2 | 8, 32] as [UInt8] { $0.send(PeerSeed.request(from: 4, options)) }
    $0.send(PeerSeed.request(from: 4, name: [7]))
    $0.send(PeerSeed.request(from: 4, 1, name: [0xc3, 0xa4]))
  }

  private static let requestsAsked = script(1) {
    $0.connect()
    $0.send(PeerSeed.request(from: 2))
    $0.send(PeerSeed.request(from: 2))
    $0.send(PeerSeed.request(from: 3))
    $0.send(PeerSeed.request(from: 4))
    $0.send(PeerSeed.message("not yet", from: 2))
    $0.add(.command, [3, 2])
    $0.send(PeerSeed.message("now", from: 2))
    $0.add(.end)
    $0.add(.command, [4, 3])
    $0.add(.command, [10, 0])
    $0.add(.identity, [3])
    $0.add(.command, [9, 0])
  }

  private static let requestsDenied = script(2) {
    $0.connect()
    $0.send(PeerSeed.request(from: 2))
    $0.send(PeerSeed.request(from: 1))
    $0.add(.command, [2, 2, 1])
    $0.send(PeerSeed.request(from: 2))
  }

  private static let changes = script {
    $0.connect()
    $0.send(PeerSeed.message("old"))
    for options in [1, 2, 4, 8, 16] as [UInt8] { $0.send(PeerSeed.change(to: 3, options)) }
    $0.send(PeerSeed.change(from: 4, to: 3))
    $0.send(PeerSeed.change(to: 1))
    $0.send(PeerSeed.change(to: 3))
    $0.add(.again)
    $0.send(PeerSeed.change(to: 3, 2))
    $0.send(PeerSeed.change(to: 3, 1))
    $0.send(PeerSeed.message("new", from: 3))
    $0.send(PeerSeed.message("old", from: 0))
    $0.add(.stage, PeerSeed.change(from: 3, to: 4))
    $0.add(.stage, PeerSeed.message("newer", from: 4))
    $0.add(.deliver, [0])
  }

  private static let datagrams = script {
    for options in [0, 4, 8, 12, 32, 64, 128, 2, 3] as [UInt8] { $0.ask(PeerSeed.lookup(from: 2, options)) }
    $0.ask(PeerSeed.message("by datagram"))
    $0.ask(PeerSeed.request(from: 3))
    $0.datagram([1, 14])
    $0.datagram([2])
    $0.datagram([])
    // A BPM with a byte behind it.
    $0.datagram([1, 14] + [UInt8](repeating: 0, count: 17) + [1] + [UInt8](repeating: 9, count: 16) + [UInt8](repeating: 0, count: 17))
  }

  private static let invisible = script(128 | 64) {
    $0.ask(PeerSeed.lookup(from: 2))
    $0.ask(PeerSeed.lookup(from: 0))
    $0.add(.command, [6, 0])
    $0.ask(PeerSeed.lookup(from: 2))
    $0.connect()
    $0.send(PeerSeed.message("the kept one goes back here"))
    $0.add(.acknowledge, [0, 0])
    $0.add(.acknowledge, [1, 0])
  }

  private static let sending = script(32) {
    $0.add(.command, [0, 0, 5] + Array("hello".utf8))
    $0.add(.connected)
    $0.add(.acknowledge, [0, 0])
    $0.add(.acknowledge, [1, 0])
    $0.add(.command, [0, 0, 1, 0x78])
    $0.add(.acknowledge, [0, 2])
    $0.add(.command, [0, 1, 1, 0x79])
    $0.add(.refused, on: 1)
    $0.pass(1500)
    $0.add(.connected, on: 1)
    $0.pass(10_000)
    $0.pass(3000)
    $0.add(.connected, on: 1)
    $0.add(.lose, on: 1)
    $0.add(.restart)
    $0.add(.connected)
    $0.add(.command, [1, 1, 0])
    $0.add(.command, [5, 0])
  }

  private static let newKey = script(32 | 8) {
    $0.ask(PeerSeed.answer())
    $0.add(.connected)
    $0.add(.acknowledge, [0, 0])
    $0.add(.command, [10, 0])
    $0.add(.identity, [3])
    $0.add(.acknowledge, [0, 0])
    $0.add(.command, [0, 0, 1, 0x7a])
    $0.connect(3)
    $0.send(PeerSeed.odd(8, from: 1), on: 3)
    $0.send(PeerSeed.message("you are new", from: 1), on: 3)
    $0.add(.command, [10, 0])
    $0.add(.identity, [0])
    $0.ask(PeerSeed.answer())
    $0.pass(60_000)
  }

  private static let adding = script(4 | 8) {
    $0.ask(PeerSeed.answer())
    $0.add(.command, [2, 2, 0])
    $0.ask(PeerSeed.answer(0, status: 0, 1))
    $0.add(.connected)
    $0.send(PeerSeed.response(from: 2))
    $0.add(.acknowledge, [0, 0])
    $0.add(.command, [2, 3, 2])
    $0.add(.connected, on: 1)
    $0.send(PeerSeed.response(from: 3, status: 1), on: 1)
    $0.add(.command, [2, 4, 2])
    $0.add(.refused, on: 1)
    $0.pass(3000)
    $0.add(.connected, on: 1)
    $0.send(PeerSeed.response(from: 4, 8), on: 1)
    $0.add(.command, [7, 0])
    $0.ask(PeerSeed.answer(0, status: 0, 1 << 3))
    $0.add(.command, [8, 5])
    $0.ask(PeerSeed.answer(0, status: 1, 128))
  }

  private static let server = script(4 | 8) {
    $0.pass(3000)
    $0.ask(PeerSeed.answer(0, status: 0, 5))
    $0.ask(PeerSeed.answer(0, status: 1))
    $0.add(.identity, [3])
    $0.ask(PeerSeed.answer(0, status: 0, 64))
    $0.ask(PeerSeed.answer())
    $0.pass(300_000)
    $0.ask(PeerSeed.answer(0, status: 3))
  }

  private static let replayAfterRestart = script {
    $0.connect()
    $0.send(PeerSeed.message("once"))
    $0.send(PeerSeed.message("later"))
    $0.add(.restart)
    $0.connect()
    $0.add(.again)
    $0.send(PeerSeed.message("between", 2))
    $0.add(.again)
  }

  private static let limits = script(16 | 4 | 1) {
    for slot in 0..<5 as Range<UInt8> { $0.connect(slot) }
    for slot in 0..<4 as Range<UInt8> { $0.cut(PeerSeed.message("much of it", from: 1), to: 90, on: slot) }
    $0.add(.lose, on: 3)
    $0.connect(3)
    for user in 2..<6 as Range<UInt8> { $0.send(PeerSeed.request(from: user), on: 3) }
    $0.add(.command, [7, 0])
    for user in 1..<7 as Range<UInt8> { $0.ask(PeerSeed.answer(0, status: 0, user << 3)) }
    for _ in 0..<3 { $0.add(.command, [0, 0, 1, 0x21]) }
  }

  private static let endurance = script {
    $0.connect()
    $0.send(PeerSeed.long(5000))
    $0.send(PeerSeed.status(0, 4))
    $0.send(PeerSeed.odd(0, status: 3))
    $0.send(PeerSeed.message("still there?"))
  }

  private static let clock = script(32) {
    for index in 0..<8 as Range<UInt8> {
      $0.add(.wall, [index])
      $0.add(.command, [0, 0, 1, 0x74])
      $0.add(.command, [6, index])
    }
    $0.add(.connected)
    $0.connect(5)
    $0.send(PeerSeed.message("whatever the time", 3), on: 5)
    $0.send(PeerSeed.message("at the end of time", 4), on: 5)
    $0.send(PeerSeed.message("hereafter", 0), on: 5)
  }

  private static let quit = script(128) {
    $0.connect()
    $0.send(PeerSeed.message("here"))
    $0.cut(PeerSeed.message("cut"), to: 60)
    $0.add(.command, [11, 0])
    $0.add(.lose)
    $0.connect(1)
    $0.pass(10_000)
  }
}
