import S2WMPCapture
import S2WMPWire

/// The same short talk behind every kind of link and IP header.
extension Topics {
  static let links: [Fixture] = [
    framed("link-vlan.pcap") { $0.vlanTags = [VLANTag(42)] },
    framed("link-qinq.pcap") { $0.vlanTags = [VLANTag(7, type: 0x88a8), VLANTag(42)] },
    framed("link-vlan-stack.pcap") { $0.vlanTags = [VLANTag(1), VLANTag(2), VLANTag(3)] },
    framed("link-linux-cooked.pcap") { $0.link = .linuxCooked },
    framed("link-linux-cooked-v2.pcap") { $0.link = .linuxCooked2 },
    framed("link-linux-cooked-vlan.pcap") {
      $0.link = .linuxCooked
      $0.vlanTags = [VLANTag(42)]
    },
    framed("link-null.pcap") { $0.link = .bsdNull() },
    framed("link-null-big-endian.pcap") { $0.link = .bsdNull(bigEndian: true) },
    framed("link-loop.pcap") { $0.link = .bsdLoop() },
    framed("link-raw-ip.pcap") { $0.link = .rawIP },
    Fixture("link-raw-ipv6.pcap") { stage in
      stage.capture.link = .rawIP
      try talk(stage, at: 0, .six(7, 5000), .six(9, 5000))
    },
    Fixture("link-null-ipv6.pcap") { stage in
      for (index, family) in [24, 28, 30].enumerated() {
        stage.capture.link = .bsdNull(ipv6Family: UInt32(family))
        try talk(stage, at: Double(index), .six(7, 5000), .six(9, 5000), port: 49000 + UInt16(index))
      }
    },
    Fixture("ethernet-padding.pcap") { stage in try padding(stage) },
    Fixture("foreign-traffic.pcap") { stage in try foreign(stage) },
    Fixture("port-other.pcap") { stage in try otherPorts(stage) },
  ]

  private static func framed(_ name: String, _ set: @escaping @Sendable (SyntheticCapture) -> Void) -> Fixture {
    Fixture(name) { stage in
      set(stage.capture)
      try talk(stage, at: 0, stage.alice, stage.bob)
    }
  }

  /// BPM and BPR over UDP, then two messages with their ACKs over TCP.
  static func talk(_ stage: Stage, at second: Double, _ first: Endpoint, _ other: Endpoint, port: UInt16 = 49001) throws {
    let (carol, dave) = (stage.cast.strangers.first, stage.cast.strangers.second)
    let request = stage.request()
    try stage.udp(second, first, other, Packets.lookup(.broadcastPeer, from: carol.id, requestID: request, at: stage.stamp(second)))
    try stage.udp(
      second + 0.0005, other, first,
      Packets.lookupResponse(.broadcastPeerResponse, to: carol.id, about: dave.id, at: other.place, requestID: request, time: stage.stamp(second)))
    let line = try stage.connect(second + 0.1, from: first, port: port, to: other)
    for index in 1...2 {
      let moment = second + Double(index) / 10 + 0.01
      try line.exchange(moment, stage.cast.strangers.message(from: carol, to: dave, at: stage.stamp(moment), "message \(index)"))
    }
    try line.close(second + 0.5)
  }

  /// RREG over TCP is shorter than Ethernet's minimum; bare ACKs carry six bytes of padding; some drivers pad with rubbish.
  private static func padding(_ stage: Stage) throws {
    let id = stage.cast.strangers.first.id
    for index in 0..<3 {
      let second = Double(index)
      let line = try stage.connect(second, from: stage.carol, port: 49100 + UInt16(index), to: stage.server)
      let request = stage.request()
      let ask = Packets.registration(id, requestID: request)
      try line.client(second + 0.1, Array(ask.prefix(3)))
      try line.client(second + 0.2, Array(ask.dropFirst(3)))
      try line.server(second + 0.2004, Packets.registrationResponse(0, requestID: request))
      try line.close(second + 0.3)
    }
    let packet = stage.capture.packet(from: stage.server, to: stage.carol, .udp(), Packets.registrationResponse(0, requestID: 9))
    var frame = try packet.frame()
    frame.replaceSubrange(53..<60, with: [1, 6, 1, 0, 0xde, 0xad, 1])
    try stage.capture.write(frame + [1, 2, 1, 3], linkType: 1, time: stage.time(4))
  }

  /// HTTP, DNS, ARP, ICMP, and something on port 5000 that is not ours: only the talk in the middle is.
  private static func foreign(_ stage: Stage) throws {
    let web = try stage.connect(0, from: stage.alice, port: 49200, to: .host(80, 80))
    try web.client(0.01, Array("GET / HTTP/1.1\r\nHost: intranet\r\n\r\n".utf8))
    try stage.udp(0.02, .host(7, 53111), .host(1, 53), Packets.filler("dns", 40))
    try web.server(0.03, Array("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".utf8))
    let register = try stage.connect(0.04, from: .host(8, 0), port: 49201, to: .host(80, 5000))
    try register.client(0.05, Array("GET /v2/ HTTP/1.1\r\nHost: registry\r\n\r\n".utf8))
    try register.server(0.06, Array("HTTP/1.1 401 Unauthorized\r\n\r\n".utf8))
    try talk(stage, at: 1, stage.alice, stage.bob)
    try stage.capture.write(
      [UInt8](repeating: 0xff, count: 6) + MACAddress(for: stage.alice).bytes + [8, 6, 0, 1, 8, 0, 6, 4, 0, 1] + [UInt8](repeating: 0, count: 32), linkType: 1,
      time: stage.time(2))
    try stage.write(stage.capture.packet(from: .host(7, 0), to: .host(9, 0), .other(1), [8, 0, 0, 0, 1, 1, 1, 1]), 2.1)
    try stage.udp(2.2, .host(8, 5000), .host(9, 5000), Array("not ours".utf8))
    try web.close(2.3)
    try register.close(2.4)
  }

  /// Ours by shape, on ports that nobody named.
  private static func otherPorts(_ stage: Stage) throws {
    try talk(stage, at: 0, .host(7, 7000), .host(9, 7000))
    let line = try stage.connect(2, from: .host(7, 0), port: 49300, to: .host(9, 7001))
    try line.client(2.1, Array("hello, this is something else".utf8))
    try line.close(2.2)
  }
}

extension Endpoint {
  /// fd00::`number`.
  static func six(_ number: UInt64, _ port: UInt16) -> Endpoint { Endpoint(high: 0xfd00 << 48, low: number, port: port, isIPv4: false) }
}
