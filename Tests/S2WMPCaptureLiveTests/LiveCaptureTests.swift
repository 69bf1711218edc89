import Foundation
import Testing

@testable import S2WMPCapture

@Suite("Live capture on a veth pair")
struct LiveCaptureTests {
  /// Takes frames until there are `count`, then looks whether more come for half a second; at most ten seconds in all.
  private static func frames(_ capture: LiveCapture, expecting count: Int, also writer: (any FrameWriter)? = nil) throws -> [KeptFrame] {
    var kept: [KeptFrame] = []
    var wakes = 0
    try capture.run(
      wake: 100,
      onWake: {
        wakes += 1
        return wakes > 100 || (kept.count >= count && wakes > 5) ? .finish : .proceed
      },
      onFrame: { frame in
        kept.append(KeptFrame(frame))
        try writer?.write(frame)
        return .proceed
      })
    return kept
  }

  @Test func datagramsAndStreamsOfOurPortsPass() async throws {
    try await NetworkPair.run { pair in
      let folder = try TemporaryFolder()
      let capture = try LiveCapture(device: "near0")
      let sockets = [PlainSocket(SOCK_DGRAM, bound: 5000), PlainSocket(SOCK_STREAM, bound: 5005)]
      defer { withExtendedLifetime(sockets) {} }
      pair.enter(.far)
      for port in [UInt16(5000), 5003, 5001] {
        let sender = PlainSocket(SOCK_DGRAM)
        #expect(sender.connect(1, port))
        #expect(sender.send([UInt8](repeating: 0xa5, count: port == 5001 ? 3000 : 50)))
      }
      let client = PlainSocket(SOCK_STREAM)
      #expect(client.connect(1, 5005))
      #expect(client.send(Array("hello".utf8)))
      pair.enter(.near)
      let path = "\(folder.path)/live.pcap"
      let writer = try CaptureFileWriter(path: path, linkType: capture.linkType)
      // 1 datagram, 3 fragments, SYN, SYN-ACK, ACK, data, ACK.
      let frames = try Self.frames(capture, expecting: 9, also: writer)
      try writer.close()
      #expect(frames.filter { $0.bytes.count > 23 && $0.bytes[23] == 17 }.count == 4)
      #expect(frames.filter { $0.bytes.count > 23 && $0.bytes[23] == 6 }.count == 5)
      #expect(frames.contains { $0.bytes.suffix(5) == Array("hello".utf8)[...] })
      #expect(capture.linkType == 1 && capture.hasNanoseconds)
      #expect(capture.frameCount == UInt64(frames.count))
      let statistics = try #require(capture.statistics())
      #expect(statistics.received >= UInt64(frames.count) && statistics.droppedByKernel == 0)
      #expect(try (framesByLibpcap(path) == frames) as Bool)
    }
  }

  @Test func taggedAndFragmentedFramesPass() async throws {
    try await NetworkPair.run { pair in
      let capture = try LiveCapture(device: "near0")
      var sent: [[UInt8]] = []
      for tags in [[VLANTag(9)], [VLANTag(7, type: 0x88a8), VLANTag(9)]] {
        for ipv6 in [false, true] {
          let payload = [UInt8](repeating: 1, count: 2000)
          var packet = PacketDescription(from: Self.endpoint(2, ipv6, 41022), to: Self.endpoint(1, ipv6, 5000), .udp(), payload: payload)
          packet.link = .ethernet(destination: .broadcast)
          packet.vlanTags = tags
          sent += try packet.frames(mtu: 1200)
        }
      }
      var other = PacketDescription(from: Self.endpoint(2, false, 41022), to: Self.endpoint(1, false, 80), .udp(), payload: [1, 2, 3])
      other.link = .ethernet(destination: .broadcast)
      other.vlanTags = [VLANTag(9)]
      pair.enter(.far)
      try inject([try other.frame()] + sent, on: "far0")
      pair.enter(.near)
      let frames = try Self.frames(capture, expecting: sent.count)
      #expect(sent.count == 8)
      #expect(frames.map(\.bytes.count) == sent.map(\.count))
      #expect((frames.map(\.bytes) == sent) as Bool)
    }
  }

  private static func endpoint(_ host: UInt32, _ ipv6: Bool, _ port: UInt16) -> Endpoint {
    ipv6 ? Endpoint(high: 0xfd77_0000_0000_0000, low: UInt64(host), port: port, isIPv4: false) : .ipv4(0x0a4d_0000 | host, port: port)
  }

  @Test func ownFilterAndSnapLengthHold() async throws {
    try await NetworkPair.run { pair in
      var options = LiveCaptureOptions()
      options.filter = "udp port 5003"
      options.snapLength = 60
      options.bufferSize = 1 << 20
      let capture = try LiveCapture(device: "near0", options: options)
      pair.enter(.far)
      for port in [UInt16(5000), 5003] {
        let sender = PlainSocket(SOCK_DGRAM)
        #expect(sender.connect(1, port) && sender.send([UInt8](repeating: 1, count: 500)))
      }
      pair.enter(.near)
      let frames = try Self.frames(capture, expecting: 1)
      // libpcap may keep a few bytes fewer than asked, as it aligns its ring.
      #expect(frames.map(\.wireLength) == [542] && frames.allSatisfy { $0.bytes.count <= 60 && $0.bytes.count > 42 })
      #expect(capture.filter == "udp port 5003")
    }
  }

  @Test func theAnyDeviceSeesTheSame() async throws {
    try await NetworkPair.run { pair in
      let capture = try LiveCapture(device: "any")
      pair.enter(.far)
      let sender = PlainSocket(SOCK_DGRAM)
      #expect(sender.connect(1, 5000) && sender.send([7, 7, 7]))
      pair.enter(.near)
      let frames = try Self.frames(capture, expecting: 1)
      #expect(capture.linkType == 113 || capture.linkType == 276)
      #expect(frames.contains { $0.bytes.suffix(3) == [7, 7, 7] })
    }
  }

  @Test func aDeviceThatGoesDownEndsTheCaptureAfterItsFrames() async throws {
    for command in ["link set near0 down", "link del near0"] {
      try await NetworkPair.run { pair in
        let capture = try LiveCapture(device: "near0")
        pair.enter(.far)
        let sender = PlainSocket(SOCK_DGRAM)
        #expect(sender.connect(1, 5000) && sender.send([7, 7, 7]))
        pair.enter(.near)
        var count: UInt64 = 0
        var wakes = 0
        #expect(throws: LiveCaptureError.deviceLost(device: "near0", frames: 1)) {
          try capture.run(
            wake: 50,
            onWake: {
              wakes += 1
              return wakes > 200 ? .finish : .proceed
            },
            onFrame: { _ in
              count += 1
              pair.ip(command)
              return .proceed
            })
        }
        #expect(count == 1)
      }
    }
  }

  @Test func stopEndsARunFromOutside() async throws {
    try await NetworkPair.run { pair in
      let capture = try LiveCapture(device: "near0")
      let descriptor = capture.stopDescriptor
      let stopper = Thread { LiveCapture.stop(descriptor: descriptor) }
      stopper.start()
      try capture.run { _ in .proceed }
      // A stop that came before also counts.
      try capture.run { _ in .proceed }
      #expect(capture.frameCount == 0)
    }
  }

  @Test func finishInAFrameDeliversNoMore() async throws {
    try await NetworkPair.run { pair in
      let capture = try LiveCapture(device: "near0")
      let receiver = PlainSocket(SOCK_DGRAM, bound: 5000)
      defer { withExtendedLifetime(receiver) {} }
      pair.enter(.far)
      let sender = PlainSocket(SOCK_DGRAM)
      #expect(sender.connect(1, 5000))
      for _ in 0..<5 { #expect(sender.send([1])) }
      pair.enter(.near)
      var count = 0
      try capture.run { frame in
        count += 1
        #expect(frame.number == UInt64(count))
        return count == 2 ? .finish : .proceed
      }
      #expect(count == 2 && capture.frameCount == 2)
    }
  }

  @Test func devicesAreListedWithTheirAddresses() async throws {
    try await NetworkPair.run { _ in
      // The kernel tells that a link runs a moment after it came up.
      var devices = try CaptureDevice.all()
      for _ in 0..<100 where devices.first(where: { $0.name == "near0" })?.isRunning != true {
        usleep(50_000)
        devices = try CaptureDevice.all()
      }
      let near = try #require(devices.first { $0.name == "near0" })
      #expect(near.addresses.contains("10.77.0.1") && near.addresses.contains("fd77::1"))
      #expect(near.isUp && near.isRunning && !near.isLoopback)
      #expect(devices.contains { $0.name == "lo" && $0.isLoopback })
      #expect(try CaptureDevice.preferred(of: devices).name == "near0")
    }
  }
}
