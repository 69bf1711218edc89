import Testing

@testable import S2WMPCapture

@Suite("Synthetic framing, checked by tshark")
struct SyntheticCaptureTests {
  private let folder: TemporaryFolder
  private let path: String
  private let writer: CaptureFileWriter
  private let capture: SyntheticCapture
  static let alice = Endpoint.ipv4(0x0a00_0007, port: 41022)
  static let bob = Endpoint.ipv4(0x0a00_0009, port: 4999)
  static let alice6 = Endpoint(high: 0xfe80_0000_0000_0000, low: 1, port: 41022, isIPv4: false)
  static let bob6 = Endpoint(high: 0x2001_0db8_0000_0000, low: 9, port: 4999, isIPv4: false)

  init() throws {
    folder = try TemporaryFolder()
    path = "\(folder.path)/a.pcap"
    writer = try CaptureFileWriter(path: path)
    capture = SyntheticCapture(writer: writer)
  }

  private func time(_ microseconds: Int64) -> CaptureTime { CaptureTime(nanoseconds: 1_764_000_000_000_000_000 + microseconds * 1000) }

  private func finish() throws {
    try capture.finish()
    try writer.close()
  }

  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private func body(_ count: Int, seed: Int = 1) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ seed) } }

  @Test(arguments: [(alice, bob), (alice6, bob6)])
  func connectionsFollowTheRules(client: Endpoint, server: Endpoint) throws {
    let request = body(70_000)
    let segments = client.isIPv4 ? 48 : 49
    let reply = body(28, seed: 7)
    let connection = try capture.openConnection(client: client, server: server, time: time(1000))
    try connection.send(from: .client, request, time: time(1000))
    try connection.send(from: .server, reply, time: time(1000))
    try connection.send(from: .client, body(5), time: time(2000), segmentSizes: [1, 1, 3])
    try connection.close(time: time(3000))
    try finish()
    let frames = try framesByLibpcap(path)
    #expect(frames.count == 3 + segments + 1 + 1 + 1 + 3 + 1 + 3)
    #expect(frames.map(\.time.nanoseconds) == frames.map(\.time.nanoseconds).sorted())
    #expect(frames[2 + segments].time == time(1000))
    #expect(UInt64(frames.count) == capture.frameCount)
    guard isInstalled("tshark") else { return }
    #expect(try #require(Tshark.complaints(path)) == [])
    let odd = try #require(Tshark.fields(path, ["frame.number"], filter: "tcp.analysis.flags"))
    #expect(odd == [])
    let payloads = try #require(Tshark.fields(path, ["tcp.srcport", "tcp.payload"], filter: "tcp.len > 0"))
    let sent = payloads.filter { $0[0] == "41022" }.map { $0[1] }.joined()
    #expect(sent == hex(request + body(5)))
    #expect(payloads.filter { $0[0] == "4999" }.map { $0[1] }.joined() == hex(reply))
    let complete = try #require(Tshark.fields(path, ["tcp.completeness"], filter: "frame.number == \(frames.count)"))
    #expect(complete == [["31"]])
  }

  @Test(arguments: [(alice, bob), (alice6, bob6)])
  func longDatagramsAreFragmented(source: Endpoint, destination: Endpoint) throws {
    let payload = body(5001)
    try capture.datagram(from: source, to: destination, payload, time: time(0))
    try capture.datagram(from: destination, to: source, body(7), time: time(10))
    try finish()
    let frames = try framesByLibpcap(path)
    #expect(frames.count == 5)
    #expect(frames.allSatisfy { $0.bytes.count <= 1514 && $0.bytes.count >= 60 })
    #expect(frames[3].time == time(0))
    guard isInstalled("tshark") else { return }
    #expect(try #require(Tshark.complaints(path)) == [])
    #expect(try #require(Tshark.fields(path, ["frame.number", "udp.payload"], filter: "udp")) == [["4", hex(payload)], ["5", hex(body(7))]])
  }

  static let links: [LinkDescription] = [
    .ethernet(), .ethernet(isPadded: false), .linuxCooked, .linuxCooked2, .bsdNull(), .bsdNull(bigEndian: true, ipv6Family: 24), .bsdLoop(), .rawIP,
  ]

  @Test(arguments: links)
  func everyLinkTypeCarriesBothFamilies(link: LinkDescription) throws {
    capture.link = link
    for (source, destination) in [(Self.alice, Self.bob), (Self.alice6, Self.bob6)] {
      try capture.datagram(from: source, to: destination, body(3), time: time(0))
      if link.carriesTags { capture.vlanTags = [VLANTag(7, type: 0x88a8), VLANTag(0x6042)] }
      try capture.datagram(from: source, to: destination, body(4), time: time(1))
      capture.vlanTags = []
    }
    try finish()
    guard isInstalled("tshark") else { return }
    #expect(try #require(Tshark.complaints(path)) == [])
    let seen = try #require(Tshark.fields(path, ["udp.payload", "vlan.id", "ip.src", "ipv6.dst"], filter: "udp"))
    let tags = link.carriesTags ? "7,66" : ""
    let inner = link.carriesTags ? seen[1][1] : tags
    #expect(inner == tags || inner == "66")
    #expect(seen.map { $0[0] } == [hex(body(3)), hex(body(4)), hex(body(3)), hex(body(4))])
    #expect(seen[0][2] == "10.0.0.7" && seen[3][3] == "2001:db8::9")
  }

  @Test func optionsAndExtensionHeadersAreWellFormed() throws {
    var packet = PacketDescription(from: Self.alice, to: Self.bob, .udp(), payload: body(9))
    packet.ip.options = [7, 7, 4, 0, 0, 0, 0, 1, 1, 1]
    try capture.write(packet, time: time(0))
    var packet6 = PacketDescription(from: Self.alice6, to: Self.bob6, .udp(), payload: body(9))
    packet6.ip.extensionHeaders = [ExtensionHeader(type: 0), ExtensionHeader(type: 60, content: [1, 12] + [UInt8](repeating: 0, count: 12))]
    try capture.write(packet6, time: time(1))
    packet6.payload = body(3000)
    try capture.write(packet6, time: time(2))
    try finish()
    guard isInstalled("tshark") else { return }
    #expect(try #require(Tshark.complaints(path)) == [])
    let seen = try #require(Tshark.fields(path, ["udp.payload", "ip.hdr_len", "ipv6.dstopts.nxt"], filter: "udp"))
    #expect(seen == [[hex(body(9)), "32", ""], [hex(body(9)), "", "17"], [hex(body(3000)), "", "17"]])
  }

  @Test func packetsWithoutTimeKeepTheirBytes() throws {
    try capture.datagram(from: Self.alice, to: Self.bob, body(3), time: .none)
    let connection = try capture.openConnection(client: Self.alice, server: Self.bob, time: .none)
    try connection.send(from: .client, body(3000), time: .none)
    try finish()
    let frames = try PcapngBlocks(bytes(ofFile: path)).frames
    #expect(frames.count == 1 + 3 + 3 + 1)
    #expect(frames.allSatisfy { $0.time.isNone })
  }
}

@Suite("Synthetic oddities")
struct SyntheticOddityTests {
  private let kept = KeepingWriter()
  private let alice = SyntheticCaptureTests.alice
  private let bob = SyntheticCaptureTests.bob
  private let now = CaptureTime(nanoseconds: 1_000_000_000)

  @Test func sequenceNumbersWrapAndConnectionsStartMidway() throws {
    let capture = SyntheticCapture(writer: kept)
    let options = ConnectionOptions(handshake: false, acknowledges: false, segmentSize: 4, clientSequence: .max - 1)
    let connection = try capture.openConnection(client: alice, server: bob, time: now, options: options)
    try connection.send(from: .client, [1, 2, 3, 4, 5], time: now)
    #expect(kept.frames.map { Array($0.bytes[38..<42]) } == [[255, 255, 255, 254], [0, 0, 0, 2]])
    #expect(connection.nextSequence(.client) == 3)
  }

  @Test func segmentsCanBeWrittenInAnyOrderAndTwice() throws {
    let capture = SyntheticCapture(writer: kept)
    let connection = try capture.openConnection(client: alice, server: bob, time: now, options: ConnectionOptions(handshake: false, clientSequence: 100))
    try capture.write(connection.segment(from: .client, at: 2, [3, 4]), time: now)
    try capture.write(connection.segment(from: .client, [1, 2]), time: now)
    connection.skip(.client, 4)
    try capture.write(connection.segment(from: .client, at: -4, [9, 9]), time: now)
    #expect(kept.frames.map { $0.bytes[41] } == [102, 100, 100])
  }

  @Test func snapLengthCutsFramesButNotTheirLength() throws {
    let capture = SyntheticCapture(writer: kept)
    capture.snapLength = 50
    try capture.datagram(from: alice, to: bob, [UInt8](repeating: 1, count: 100), time: now)
    #expect(kept.frames.map { [$0.bytes.count, $0.wireLength] } == [[50, 142]])
  }

  @Test func sameCallsSameBytes() throws {
    func make() throws -> [KeptFrame] {
      let writer = KeepingWriter()
      let capture = SyntheticCapture(writer: writer)
      for _ in 0..<2 {
        let connection = try capture.openConnection(client: alice, server: bob, time: now)
        try connection.reset(from: .server, time: now)
      }
      return writer.frames
    }
    let first = try make()
    #expect(try make() == first)
    // The second connection on the same addresses has its own sequence numbers.
    #expect(first[0].bytes[38..<42] != first[4].bytes[38..<42])
  }

  @Test func broadcastAndGroupAddressesGetTheirFrames() throws {
    func address(_ text: String) throws -> [UInt8] { MACAddress(for: try #require(Endpoint(address: text, port: 1))).bytes }
    #expect(try address("255.255.255.255") == [255, 255, 255, 255, 255, 255])
    #expect(try address("10.0.0.255") == [255, 255, 255, 255, 255, 255])
    #expect(try address("239.129.2.3") == [1, 0, 0x5e, 1, 2, 3])
    #expect(try address("ff02::1:2") == [0x33, 0x33, 0, 1, 0, 2])
    #expect(try address("10.0.0.7") == [2, 0, 10, 0, 0, 7])
    #expect(try address("fe80::1") != address("fe80::2"))
  }

  @Test func packetsThatCannotBeAreRefused() throws {
    let mixed = PacketDescription(from: alice, to: SyntheticCaptureTests.bob6, .udp())
    #expect(throws: FrameBuildError.mixedFamilies(alice, SyntheticCaptureTests.bob6)) { try mixed.frame() }
    let long = PacketDescription(from: alice, to: bob, .udp(), payload: [UInt8](repeating: 0, count: 65_528))
    #expect(throws: FrameBuildError.self) { try long.frame() }
    #expect(throws: FrameBuildError.tagsNeedEthernet) {
      try PacketDescription(from: alice, to: bob, .udp(), link: .rawIP, vlanTags: [VLANTag(1)]).frame()
    }
    #expect(throws: FrameBuildError.mtuTooSmall(20)) { try PacketDescription(from: alice, to: bob, .udp(), payload: [1]).frames(mtu: 20) }
  }
}
