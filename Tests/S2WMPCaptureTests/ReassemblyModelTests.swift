import S2WMPCapture
import Testing

/// Random captures of known streams, compared byte by byte with a model that only knows "the first captured copy wins".
@Suite("TCP reassembly: random captures against a model")
struct ReassemblyModelTests {
  struct Planned {
    var side: Int
    var start: Int
    var bytes: [UInt8]
    var isFIN = false
    var order: Double
  }

  struct Plan {
    var initial: [UInt32] = []
    var lengths: [Int] = []
    var segments: [Planned] = []
  }

  /// Cuts two streams into segments, repeats some with other borders and sometimes other bytes, and shuffles.
  static func plan(_ random: inout SeededGenerator, loss: Double) -> Plan {
    var plan = Plan()
    for side in 0..<2 {
      let length = Int.random(in: 1...3000, using: &random)
      let stream = (0..<length).map { _ in UInt8.random(in: 1 ... .max, using: &random) }
      plan.lengths.append(length)
      plan.initial.append(Bool.random(using: &random) ? UInt32.random(in: 0 ... .max, using: &random) : .max - UInt32(length / 2))
      var at = 0
      var order = 0.0
      while at < length {
        let count = min(length - at, Int.random(in: 1...120, using: &random))
        let place = order + Double.random(in: 0..<12, using: &random)
        if Double.random(in: 0..<1, using: &random) >= loss {
          plan.segments.append(Planned(side: side, start: at, bytes: Array(stream[at..<at + count]), order: place))
        }
        if Int.random(in: 0..<8, using: &random) == 0 {
          plan.segments.append(copy(stream, around: at, count, side, order + Double.random(in: 0..<40, using: &random), &random))
        }
        at += count
        order += 1
      }
      plan.segments.append(Planned(side: side, start: length, bytes: [], isFIN: true, order: order + Double.random(in: -5..<5, using: &random)))
    }
    plan.segments.sort { $0.order < $1.order }
    return plan
  }

  private static func copy(
    _ stream: [UInt8], around at: Int, _ count: Int, _ side: Int, _ order: Double, _ random: inout SeededGenerator
  ) -> Planned {
    let start = max(0, at - Int.random(in: 0..<60, using: &random))
    let end = min(stream.count, at + count + Int.random(in: 0..<60, using: &random))
    var bytes = Array(stream[start..<end])
    if Bool.random(using: &random) { bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 0xff }
    return Planned(side: side, start: start, bytes: bytes, order: order)
  }

  /// What must come out: the first copy of each byte and its frame; zeros from frame 0 where there is none.
  static func model(_ plan: Plan, firstFrame: UInt64) -> (bytes: [[UInt8]], frames: [[UInt64]]) {
    var bytes = plan.lengths.map { [UInt8](repeating: 0, count: $0) }
    var frames = plan.lengths.map { [UInt64](repeating: 0, count: $0) }
    for (index, segment) in plan.segments.enumerated() {
      for (offset, byte) in segment.bytes.enumerated() where frames[segment.side][segment.start + offset] == 0 {
        bytes[segment.side][segment.start + offset] = byte
        frames[segment.side][segment.start + offset] = firstFrame + UInt64(index)
      }
    }
    return (bytes, frames)
  }

  static func play(_ plan: Plan) -> Scenario {
    let s = Scenario()
    s.recorder.writesLines = false
    s.recorder.fillsGaps = true
    s.client(plan.initial[0] &- 1, flags: Scenario.syn)
    s.server(plan.initial[1] &- 1, ack: plan.initial[0], flags: Scenario.synAck)
    for segment in plan.segments {
      let (from, to) = segment.side == 0 ? (FrameMaker.client, FrameMaker.server) : (FrameMaker.server, FrameMaker.client)
      let tcp = FrameMaker.tcp(
        segment.side == 0 ? 4000 : 5000, segment.side == 0 ? 5000 : 4000, seq: plan.initial[segment.side] &+ UInt32(segment.start),
        flags: segment.isFIN ? 0x01 : 0, segment.bytes)
      s.frame(FrameMaker.ethernet4(FrameMaker.ipv4(from, to, transport: 6, tcp)))
    }
    s.decoder.finish()
    return s
  }

  @Test(arguments: 0..<150)
  func everyByteComesFromItsFirstCopy(seed: Int) throws {
    var random = SeededGenerator(state: UInt64(seed))
    let plan = Self.plan(&random, loss: seed % 3 == 0 ? 0.05 : 0)
    let s = Self.play(plan)
    let (bytes, frames) = Self.model(plan, firstFrame: 3)
    try #require(s.recorder.opened == 1)
    let forward = try #require(plan.segments.first { !$0.bytes.isEmpty }).side
    for side in 0..<2 {
      let direction = side == forward ? 0 : 1
      #expect(s.recorder.streams[0][direction] == bytes[side], "bytes of side \(side), seed \(seed)")
      #expect(s.recorder.origins[0][direction] == frames[side], "frames of side \(side), seed \(seed)")
    }
    #expect(s.recorder.closed == 1)
  }

  /// One-byte segments of a long message, in the worst orders.
  @Test(arguments: ["backwards", "forwards behind a hole", "random"])
  func oneByteSegments(order: String) throws {
    let length = 65_535
    var places = Array(1..<length)
    var random = SeededGenerator(state: 7)
    if order == "backwards" { places.reverse() }
    if order == "random" { places.shuffle(using: &random) }
    let s = Scenario()
    s.recorder.writesLines = false
    s.client(99, flags: Scenario.syn)
    for place in places + [0] { s.client(100 &+ UInt32(place), "x", flags: 0) }
    #expect(s.recorder.streams[0][0].count == length)
    #expect(s.recorder.gaps == 0)
    let expected = Set(3...UInt64(length))
    #expect(Set(s.recorder.origins[0][0]).isSuperset(of: expected))
  }
}
