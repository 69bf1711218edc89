import S2WMPCapture
import Testing

@Suite("Link and IP layers")
struct LayerTests {
  static let packet4 = FrameMaker.ipv4(transport: 17, FrameMaker.udp(7, 9, [UInt8]("hi")))
  static let packet6 = FrameMaker.ipv6(next: 17, FrameMaker.udp(7, 9, [UInt8]("hi")))

  static func cooked1(_ type: Int, _ payload: [UInt8]) -> [UInt8] { [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0] + FrameMaker.be16(type) + payload }
  static func cooked2(_ type: Int, _ payload: [UInt8]) -> [UInt8] {
    FrameMaker.be16(type) + [0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0] + payload
  }

  static let frames4: [(Int32, [UInt8])] = [
    (1, FrameMaker.ethernet(type: 0x0800, packet4)), (1, FrameMaker.ethernet(type: 0x0800, tags: [0x8100], packet4)),
    (1, FrameMaker.ethernet(type: 0x0800, tags: [0x88a8, 0x8100], packet4)),
    (1, FrameMaker.ethernet(type: 0x0800, tags: [0x9100, 0x9100, 0x8100], packet4)),
    (1, FrameMaker.ethernet(type: 0x0800, tags: [Int](repeating: 0x8100, count: 8), packet4)),
    (113, cooked1(0x0800, packet4)), (113, cooked1(0x8100, [0, 5, 8, 0] + packet4)), (276, cooked2(0x0800, packet4)), (0, [2, 0, 0, 0] + packet4),
    (0, [0, 0, 0, 2] + packet4), (108, [0, 0, 0, 2] + packet4), (12, packet4), (14, packet4), (101, packet4), (228, packet4),
  ]

  static let frames6: [(Int32, [UInt8])] = [
    (1, FrameMaker.ethernet(type: 0x86dd, packet6)), (1, FrameMaker.ethernet(type: 0x86dd, tags: [0x8100], packet6)),
    (113, cooked1(0x86dd, packet6)), (276, cooked2(0x86dd, packet6)), (0, [10, 0, 0, 0] + packet6), (0, [24, 0, 0, 0] + packet6),
    (0, [0, 0, 0, 28] + packet6), (108, [0, 0, 0, 30] + packet6), (12, packet6), (229, packet6),
  ]

  static func datagrams(_ frame: [UInt8], _ link: Int32 = 1, snap: Int? = nil) -> [String] {
    let s = Scenario()
    s.frame(frame, link: link, snap: snap)
    return s.lines()
  }

  @Test func everyLinkTypeWithIPv4() {
    for (link, frame) in Self.frames4 {
      let lines = Self.datagrams(frame, link)
      #expect(lines == ["open udp 10.0.0.7:7 10.0.0.9:9 #1", "→ datagram \"hi\" of 2 0#1"], "link \(link), frame \(frame)")
    }
  }

  @Test func everyLinkTypeWithIPv6() {
    for (link, frame) in Self.frames6 {
      let lines = Self.datagrams(frame, link)
      #expect(lines == ["open udp [fe80000000000000:7]:7 [fe80000000000000:9]:9 #1", "→ datagram \"hi\" of 2 0#1"], "link \(link), frame \(frame)")
    }
  }

  @Test func deepTagsAreRefused() {
    let s = Scenario()
    s.frame(FrameMaker.ethernet(type: 0x0800, tags: [Int](repeating: 0x8100, count: 9), Self.packet4))
    s.frame(FrameMaker.ethernet(type: 0x0800, tags: [Int](repeating: 0x88a8, count: 3000), Self.packet4))
    #expect(s.lines() == [])
    #expect(s.decoder.counters.malformed == 2)
  }

  @Test func optionsAndPadding() {
    let segment = FrameMaker.tcp(1, 2, seq: 5, options: [1, 1, 1, 0], [UInt8]("x"))
    let s = Scenario()
    s.frame(FrameMaker.ethernet4(FrameMaker.ipv4(transport: 6, options: [1, 1, 1, 1, 1, 1, 1, 0], segment)))
    #expect(s.lines().last == "→ \"x\" #1 s u")
    s.frame(FrameMaker.ethernet4(FrameMaker.ipv4(transport: 6, FrameMaker.tcp(1, 2, seq: 6))))
    #expect(s.lines() == [], "padding is not payload")
  }

  @Test func aTotalLengthOfZeroMeansTheWholeFrame() {
    let packet = FrameMaker.ipv4(transport: 6, total: 0, FrameMaker.tcp(1, 2, seq: 5, [UInt8]("offloaded")))
    #expect(Self.datagrams(packet, 228).last == "→ \"offloaded\" #1 s u")
  }

  @Test func extensionHeaders() {
    let udp = FrameMaker.udp(7, 9, [UInt8]("hi"))
    let eight: (UInt8) -> [UInt8] = { [$0, 0, 1, 4, 0, 0, 0, 0] }
    let authentication: (UInt8) -> [UInt8] = { [$0, 4] + [UInt8](repeating: 0, count: 22) }
    let packet = FrameMaker.ipv6(next: 0, eight(43) + eight(60) + eight(51) + authentication(17) + udp)
    #expect(Self.datagrams(packet, 229).last == "→ datagram \"hi\" of 2 0#1")
    let endless = FrameMaker.ipv6(next: 60, [UInt8](repeating: 0, count: 0) + (0..<200).flatMap { _ in eight(60) } + udp)
    #expect(Self.datagrams(endless, 229) == [])
  }

  @Test func lyingLengthsAreDropped() {
    let hi = [UInt8]("hi")
    #expect(Self.datagrams(FrameMaker.ipv4(transport: 17, total: 500, FrameMaker.udp(7, 9, hi)), 228) == [])
    #expect(Self.datagrams(FrameMaker.ipv4(transport: 17, total: 19, FrameMaker.udp(7, 9, hi)), 228) == [])
    #expect(Self.datagrams(FrameMaker.ipv6(next: 17, length: 500, FrameMaker.udp(7, 9, hi)), 229) == [])
    #expect(Self.datagrams(FrameMaker.ipv4(transport: 17, FrameMaker.udp(7, 9, length: 11, hi)), 228) == [])
    #expect(Self.datagrams(FrameMaker.ipv4(transport: 17, FrameMaker.udp(7, 9, length: 7, hi)), 228) == [])
    #expect(Self.datagrams(FrameMaker.ipv4(transport: 17, FrameMaker.udp(7, 9, length: 0, hi)), 228) == [])
    #expect(Self.datagrams(FrameMaker.ipv4(transport: 17, FrameMaker.udp(7, 9, length: 9, hi)), 228).last == "→ datagram \"h\" of 1 0#1")
  }

  @Test func cutDatagrams() {
    #expect(Self.datagrams(Self.packet4, 228, snap: 29).last == "→ datagram \"h\" of 2 0#1")
    #expect(Self.datagrams(Self.packet4, 228, snap: 28) == [])
  }

  @Test func framesWithoutTimeOrBytes() {
    let s = Scenario()
    s.frame([])
    s.frame(FrameMaker.ethernet4(Self.packet4), time: CaptureTime.none)
    #expect(s.lines().last == "→ datagram \"hi\" of 2 0#2")
  }

  /// Every header cut at every length, by the snap length and for real; only bytes that are there may be used.
  @Test func everyTruncationIsSurvived() {
    let tcp = FrameMaker.ipv4(transport: 6, options: [1, 1, 1, 0], FrameMaker.tcp(1, 2, seq: 5, options: [1, 1, 1, 0], [UInt8]("payload")))
    let fragment = FrameMaker.ipv6(next: 44, FrameMaker.fragmentHeader(next: 17, offset: 0, more: false, id: 1) + FrameMaker.udp(7, 9, [UInt8]("hi")))
    let frames = Self.frames4 + Self.frames6 + [(228, tcp), (1, FrameMaker.ethernet4(tcp)), (229, fragment)]
    for (link, frame) in frames {
      for length in 0...frame.count {
        let s = Scenario()
        s.frame(frame, link: link, snap: length)
        s.frame(Array(frame[..<length]), link: link)
        _ = s.end()
        #expect(s.recorder.streams.allSatisfy { $0[0].count <= 7 })
        #expect(s.decoder.counters.frames == 2)
      }
    }
  }

  @Test func randomDamageIsSurvived() {
    var random = SeededGenerator(state: 11)
    let tcp = FrameMaker.ipv4(transport: 6, FrameMaker.tcp(1, 2, seq: 5, [UInt8]("payload")))
    let frames = Self.frames4 + Self.frames6 + [(228, tcp), (1, FrameMaker.ethernet4(tcp))]
    var limits = ReassemblyLimits()
    (limits.flows, limits.totalBufferedBytes, limits.bufferedBytes, limits.fragmentedPackets) = (16, 200, 100, 4)
    let s = Scenario(limits)
    s.recorder.writesLines = false
    for _ in 0..<30_000 {
      var (link, frame) = frames[Int.random(in: 0..<frames.count, using: &random)]
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        frame[Int.random(in: 0..<frame.count, using: &random)] = UInt8.random(in: 0 ... .max, using: &random)
      }
      let time = Int.random(in: 0..<50, using: &random) == 0 ? CaptureTime(nanoseconds: .random(in: .min ... .max, using: &random)) : nil
      s.frame(frame, link: link, snap: Int.random(in: 0...frame.count, using: &random), time: time)
    }
    _ = s.end()
    #expect(s.recorder.opened == s.recorder.closed)
    #expect(s.decoder.counters.frames == 30_000)
  }
}
