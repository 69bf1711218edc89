import S2WMPCapture
import S2WMPWire

/// The same short talk in every form of capture file.
extension Topics {
  static let fileForms: [Fixture] = [
    Fixture(bytes: "file-pcap-little-endian-us.pcap") { FileBytes.pcap(try talkFrames($0)) },
    Fixture(bytes: "file-pcap-big-endian-us.pcap") { FileBytes.pcap(try talkFrames($0), bigEndian: true) },
    Fixture(bytes: "file-pcap-little-endian-ns.pcap") { FileBytes.pcap(try talkFrames($0), nanoseconds: true) },
    Fixture(bytes: "file-pcap-big-endian-ns.pcap") { FileBytes.pcap(try talkFrames($0), bigEndian: true, nanoseconds: true) },
    Fixture(bytes: "file-gzip.pcap.gz") { try FileBytes.gzip(FileBytes.pcap(talkFrames($0))) },
    Fixture(bytes: "file-pcapng-interfaces.pcapng") { try interfaces($0, bigEndian: false) },
    Fixture(bytes: "file-pcapng-big-endian.pcapng") { try interfaces($0, bigEndian: true) },
    Fixture(bytes: "file-pcapng-simple-packets.pcapng") { try simplePackets($0) },
    Fixture(bytes: "file-pcapng-sections.pcapng") { try interfaces($0, bigEndian: false) + interfaces($0, bigEndian: true, after: 2) },
    Fixture(bytes: "file-empty-capture.pcap") { _ in FileBytes.pcap([]) },
  ]

  private static func talkFrames(_ cast: Cast) throws -> [KeptFrame] { try FrameKeeper.frames(cast) { try talk($0, at: 0, $0.alice, $0.bob) } }

  /// Four interfaces: Ethernet in microseconds (by default), Linux cooked in nanoseconds, raw IP in 2⁻¹⁶ s, loopback in milliseconds.
  /// Unknown blocks lie between the packets.
  private static func interfaces(_ cast: Cast, bigEndian: Bool, after seconds: Double = 0) throws -> [UInt8] {
    let links: [(link: LinkDescription, file: UInt16, resolution: UInt8?, perSecond: UInt64)] = [
      (.ethernet(), 1, nil, 1_000_000), (.linuxCooked, 113, 9, 1_000_000_000), (.rawIP, 101, 0x90, 65536), (.bsdNull(), 0, 3, 1000),
    ]
    var file = FileBytes(bigEndian: bigEndian)
    file.section()
    for (index, link) in links.enumerated() { file.interface(linkType: link.file, resolution: link.resolution, name: "if\(index)") }
    for (index, link) in links.enumerated() {
      let frames = try FrameKeeper.frames(cast) { stage in
        stage.capture.link = link.link
        try talk(stage, at: seconds + Double(index) / 2, .host(7, 5000), .host(9, 5000), port: UInt16(49700 + index) + UInt16(seconds * 10))
      }
      for frame in frames {
        let (whole, rest) = UInt64(frame.time.nanoseconds).quotientAndRemainder(dividingBy: 1_000_000_000)
        file.enhancedPacket(frame, interface: UInt32(index), ticks: whole * link.perSecond + rest * link.perSecond / 1_000_000_000)
      }
      file.block(0x0bad_0bad) { $0.bytes = [1, 2, 3, 4] }
    }
    return file.bytes
  }

  /// Frames without times among frames with them.
  private static func simplePackets(_ cast: Cast) throws -> [UInt8] {
    var file = FileBytes()
    file.section()
    file.interface(linkType: 1)
    for (index, frame) in try talkFrames(cast).enumerated() {
      if index % 3 == 2 { file.enhancedPacket(frame, interface: 0, ticks: UInt64(frame.time.nanoseconds / 1000)) } else { file.simplePacket(frame) }
    }
    return file.bytes
  }
}
