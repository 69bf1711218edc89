import S2WMPCapture
import S2WMPWire

/// Files that end, or stop making sense, somewhere: what stands before that is still shown.
extension Topics {
  static let damaged: [Fixture] = [
    Fixture(bytes: "empty.pcap") { _ in [] },
    Fixture(bytes: "three-bytes.pcap") { _ in [0xd4, 0xc3, 0xb2] },
    Fixture(bytes: "garbage-header.pcap") { _ in Packets.filler("garbage", 400) },
    Fixture(bytes: "text.pcap") { _ in Array("This is a text file, not a capture.\n".utf8) },
    Fixture(bytes: "header-cut.pcap") { Array(try file($0).prefix(20)) },
    Fixture(bytes: "record-header-cut.pcap") { Array(try file($0).prefix(recordStart($0, 5) + 7)) },
    Fixture(bytes: "record-cut.pcap") { Array(try file($0).prefix(recordStart($0, 5) + 50)) },
    Fixture(bytes: "caplen-huge.pcap") { try overwriting($0, 5, at: 8, [0xff, 0xff, 0xff, 0x7f]) },
    Fixture(bytes: "caplen-above-length.pcap") { try overwriting($0, 5, at: 12, [1, 0, 0, 0]) },
    Fixture(bytes: "caplen-zero.pcap") { try overwriting($0, 5, at: 8, [0, 0, 0, 0]) },
    Fixture(bytes: "version-9.pcap") { cast in
      var bytes = try file(cast)
      bytes[4] = 9
      return bytes
    },
    Fixture(bytes: "link-type-unknown.pcap") { cast in
      var bytes = try file(cast)
      bytes[20] = 147
      return bytes
    },
    Fixture(bytes: "gzip-cut.pcap.gz") { try FileBytes.gzip(file($0)).dropLast(60) },
    Fixture(bytes: "gzip-corrupt.pcap.gz") { cast in
      var bytes = try FileBytes.gzip(file(cast))
      for index in bytes.count / 2..<bytes.count / 2 + 16 { bytes[index] ^= 0x5a }
      return bytes
    },
    Fixture(bytes: "block-length.pcapng") { try blocks($0) { $0 += [6, 0, 0, 0, 0xff, 0xff, 0xff, 0xff] + [UInt8](repeating: 0, count: 40) } },
    Fixture(bytes: "block-cut.pcapng") { try blocks($0) { $0 += [6, 0, 0, 0, 200, 0, 0, 0] + [UInt8](repeating: 0, count: 40) } },
    Fixture(bytes: "block-lengths-differ.pcapng") { try blocks($0) { $0 += [6, 0, 0, 0, 32, 0, 0, 0] + [UInt8](repeating: 0, count: 20) + [28, 0, 0, 0] } },
    Fixture(bytes: "interface-missing.pcapng") { cast in
      try blocks(cast) { bytes in
        var rest = FileBytes()
        for frame in try frames(cast) { rest.enhancedPacket(frame, interface: 7, ticks: 0) }
        bytes += rest.bytes
      }
    },
  ]

  private static func frames(_ cast: Cast) throws -> [KeptFrame] { try FrameKeeper.frames(cast) { try talk($0, at: 0, $0.alice, $0.bob) } }

  private static func file(_ cast: Cast) throws -> [UInt8] { FileBytes.pcap(try frames(cast)) }

  /// Where record `index` begins.
  private static func recordStart(_ cast: Cast, _ index: Int) throws -> Int { try frames(cast).prefix(index).reduce(24) { $0 + 16 + $1.bytes.count } }

  private static func overwriting(_ cast: Cast, _ record: Int, at offset: Int, _ bytes: [UInt8]) throws -> [UInt8] {
    var file = try file(cast)
    let start = try recordStart(cast, record) + offset
    file.replaceSubrange(start..<start + bytes.count, with: bytes)
    return file
  }

  /// A good pcapng file of a few frames, and something behind it.
  private static func blocks(_ cast: Cast, _ add: (inout [UInt8]) throws -> Void) throws -> [UInt8] {
    var file = FileBytes()
    file.section()
    file.interface(linkType: 1)
    for frame in try frames(cast) { file.enhancedPacket(frame, interface: 0, ticks: UInt64(frame.time.nanoseconds / 1000)) }
    try add(&file.bytes)
    return file.bytes
  }
}
