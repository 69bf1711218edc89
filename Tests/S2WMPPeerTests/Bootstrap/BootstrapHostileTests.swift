import S2WMPFlow
import S2WMPPeer
import S2WMPWire
import Testing

/// Numbers that are the same in every run.
struct TestNumbers: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }
}

@Suite("6.2 Bootstrap server: hostile input") struct BootstrapHostileTests {
  private static let valid: [[UInt8]] = [
    Requests.registration(.alice), Requests.lookup(.alice, .bob), Requests.broadcast(.alice), Requests.idChange(.alice, key: [1, 2, 3]),
    Requests.legacyRegistration(.bob), Requests.legacyLookup(.bob, .alice),
  ]

  /// What 6.2 answers, judged by the framer and the rows alone.
  private static func deservesAnswer(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { buffer in
      for dialect in Dialect.allCases {
        guard let packet = PacketView(buffer, dialect) else { continue }
        let isRequest = dialect == .v1 ? [2, 4, 11, 12].contains(bytes[1]) : [2, 4].contains(bytes[1])
        if isRequest, packet.undefinedValues.isEmpty { return true }
      }
      return false
    }
  }

  @Test func randomAndDamagedDatagrams() {
    var random = TestNumbers(state: 1)
    let bench = BootstrapBench()
    var answered = 0
    for round in 0..<30_000 {
      var bytes = Self.valid.randomElement(using: &random) ?? []
      switch round % 4 {
      case 0: bytes = (0..<Int.random(in: 0...90, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      case 1: bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      case 2: bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
      default: bytes += [UInt8](repeating: 0, count: Int.random(in: 0...9, using: &random))
      }
      let answer = bench.answer(bytes, from: .host(UInt32.random(in: 0...3, using: &random), port: 7))
      #expect((answer != nil) == Self.deservesAnswer(bytes), "\(bytes)")
      guard let answer else { continue }
      answered += 1
      #expect(Fields(answer.bytes) != nil)
      #expect(answer.bytes.count <= max(70, bytes.count), "an answer is never much larger than its request")
      bench.advance(.milliseconds(1))
    }
    #expect(answered > 1000)
  }

  /// Streams of valid packets, junk and silence, cut anywhere: no trap, and after a close nothing more.
  @Test func randomStreams() {
    var random = TestNumbers(state: 2)
    let bench = BootstrapBench()
    for _ in 0..<3000 {
      let stream = BootstrapStream(from: .host(UInt32.random(in: 0...3, using: &random)))
      var isClosed = false
      for _ in 0..<Int.random(in: 1...12, using: &random) {
        var bytes = Self.valid.randomElement(using: &random) ?? []
        if Int.random(in: 0..<4, using: &random) == 0 { bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random) }
        if Int.random(in: 0..<3, using: &random) == 0 { bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random))) }
        var outcome = bytes.withUnsafeBytes { stream.receive($0, bench.server, at: bench.now) }
        #expect(!isClosed || (outcome.bytes.isEmpty && !outcome.closes))
        isClosed = isClosed || outcome.closes
        #expect(!isClosed || stream.deadline == nil)
        bench.advance(.milliseconds(UInt64.random(in: 0...6000, using: &random)))
        outcome = stream.receiveTimeout(bench.server, at: bench.now)
        #expect(!isClosed || outcome.bytes.isEmpty)
        isClosed = isClosed || outcome.closes
      }
      let last = stream.receiveEnd(bench.server, at: bench.now)
      #expect(last.closes != isClosed)
    }
  }

  /// A server whose table is full of forged registrations answers as before.
  @Test func aFloodOfRegistrations() {
    let bench = BootstrapBench { $0.maximumRegistrations = 5000 }
    var random = TestNumbers(state: 3)
    bench.register(.alice, from: .host(7))
    for source in 0..<20_000 as Range<UInt32> {
      let status = bench.register(Identifier(high: random.next(), low: random.next()), from: .host(1000 + source))
      #expect(status == (source < 4999 ? 0 : 2))
    }
    #expect(bench.lookUp(.alice, as: .alice, from: .host(7))?.status == 0)
    #expect(bench.server.liveRegistrations(at: bench.now) == 5000)
    bench.advance(.seconds(900))
    for _ in 0..<70 { bench.server.receiveTick(at: bench.now) }
    #expect(bench.register(.alice, from: .host(7)) == 0)
    #expect(bench.server.liveRegistrations(at: bench.now) == 1)
  }
}
