import Glibc
import Testing

@testable import S2WMPCapture

@Suite("Capture files that are written")
struct CaptureFileWriterTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ frames: [KeptFrame], to name: String) throws -> String {
    let path = "\(folder.path)/\(name)"
    let writer = try CaptureFileWriter(path: path)
    for frame in frames { try frame.write(to: writer) }
    try writer.close()
    return path
  }

  @Test(arguments: ["a.pcap", "a.pcapng"])
  func framesComeBackUnchanged(name: String) throws {
    let frames = [
      KeptFrame([UInt8](0..<60), time: 1_764_000_000_123_456_789), KeptFrame([1, 2, 3], time: 0, wireLength: 1500),
      KeptFrame([], time: 2_147_483_647_999_999_999, wireLength: 9),
      KeptFrame([UInt8](repeating: 0xa5, count: 65_550), time: 1_764_000_000_000_000_001),
    ]
    #expect(try framesByLibpcap(write(frames, to: name)) == frames)
  }

  @Test(arguments: [Int32(0), 1, 12, 108, 113, 276])
  func linkTypesAreKept(linkType: Int32) throws {
    let frames = [KeptFrame([1, 2, 3, 4], time: 5, linkType: linkType)]
    #expect(try framesByLibpcap(write(frames, to: "a.pcap")) == frames)
    #expect(try framesByLibpcap(write(frames, to: "a.pcapng")) == frames)
  }

  @Test func anEmptyCaptureIsAReadableFile() throws {
    #expect(try framesByLibpcap(write([], to: "a.pcap")) == [])
    let path = "\(folder.path)/b.pcap"
    let writer = try CaptureFileWriter(path: path, linkType: 113)
    try writer.flush()
    #expect(try framesByLibpcap(path) == [])
  }

  @Test func secondLinkTypeTurnsPcapIntoPcapng() throws {
    let frames = [
      KeptFrame([1, 2, 3, 4], time: 1_000_000_007), KeptFrame([5], time: 2_000_000_000, wireLength: 70),
      KeptFrame([6, 7], time: 3_000_000_000, linkType: 113), KeptFrame([8], time: 4_000_000_000),
    ]
    let path = try write(frames, to: "a.pcap")
    #expect(try PcapngBlocks(bytes(ofFile: path)).frames == frames)
    #expect(folder.names == ["a.pcap"])
  }

  @Test func framesWithoutTimeAreSimplePackets() throws {
    let frames = [
      KeptFrame([1, 2, 3, 4, 5], time: nil), KeptFrame([6], time: 9), KeptFrame([7, 8], time: nil, wireLength: 60),
      KeptFrame([9], time: nil, linkType: 113), KeptFrame([10], time: nil), KeptFrame([11], time: 12, linkType: 113),
    ]
    #expect(try PcapngBlocks(bytes(ofFile: write(frames, to: "a.pcapng"))).frames == frames)
    #expect(try PcapngBlocks(bytes(ofFile: write(frames, to: "b.pcap"))).frames == frames)
  }

  @Test func timesOutsidePcapNeedPcapng() throws {
    let frames = [KeptFrame([1], time: 2_147_483_648_000_000_000)]
    #expect(try PcapngBlocks(bytes(ofFile: write(frames, to: "a.pcap"))).frames == frames)
  }

  @Test func flushedFramesAreReadableBeforeTheEnd() throws {
    let path = "\(folder.path)/a.pcap"
    let writer = try CaptureFileWriter(path: path)
    let frame = KeptFrame([1, 2, 3], time: 4)
    try frame.write(to: writer)
    try writer.flush()
    #expect(try framesByLibpcap(path) == [frame])
    #expect(writer.size == 24 + 16 + 3)
    try writer.close()
    #expect(throws: CaptureWriteError.closed(path: path)) { try frame.write(to: writer) }
  }

  @Test func theFileModeIsThatOfADataFile() throws {
    let path = try write([], to: "a.pcap")
    var status = stat()
    try #require(stat(path, &status) == 0)
    #expect(status.st_mode & 0o7777 & ~0o644 == 0)
    #expect(status.st_mode & 0o600 == 0o600)
  }

  @Test func pathsThatCannotBeWrittenAreNamed() throws {
    let path = "\(folder.path)/missing/a.pcap"
    #expect(throws: CaptureWriteError.cannotOpen(path: path, code: ENOENT)) { try CaptureFileWriter(path: path) }
    #expect(CaptureWriteError.cannotOpen(path: path, code: ENOENT).description.contains(path))
  }

  @Test func aFullDiskIsAnError() throws {
    let writer = try CaptureFileWriter(path: "/dev/full")
    try KeptFrame([1], time: 2).write(to: writer)
    #expect(throws: CaptureWriteError.cannotWrite(path: "/dev/full", code: ENOSPC, frames: 0)) { try writer.close() }
  }

  @Test func aPipeCannotBecomePcapng() throws {
    let writer = try CaptureFileWriter(path: "/dev/null")
    try KeptFrame([1], time: 2).write(to: writer)
    try writer.flush()
    #expect(throws: CaptureWriteError.needsPcapng(path: "/dev/null", reason: .linkTypes(1, 113))) {
      try KeptFrame([1], time: 2, linkType: 113).write(to: writer)
    }
  }
}

/// The frames of a little-endian pcapng file, read by nothing but the format's own rules.
struct PcapngBlocks {
  var frames: [KeptFrame] = []

  init(_ bytes: [UInt8]) throws {
    func word(_ at: Int) -> Int { (0..<4).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) } }
    var interfaces: [(linkType: Int32, snapLength: Int)] = []
    var at = 0
    while at + 12 <= bytes.count {
      let length = word(at + 4)
      guard length % 4 == 0, length >= 12, at + length <= bytes.count, word(at + length - 4) == length else { throw ReadFailure(message: "block at \(at)") }
      switch word(at) {
      case 0x0a0d_0d0a: interfaces = []
      case 1: interfaces.append((Int32(word(at + 8) & 0xffff), word(at + 12)))
      case 3:
        let limit = interfaces[0].snapLength == 0 ? Int.max : interfaces[0].snapLength
        let count = min(word(at + 8), limit)
        frames.append(KeptFrame(Array(bytes[at + 12..<at + 12 + count]), time: nil, linkType: interfaces[0].linkType, wireLength: word(at + 8)))
      case 6:
        let time = Int64(word(at + 12)) << 32 | Int64(word(at + 16))
        let data = Array(bytes[at + 28..<at + 28 + word(at + 20)])
        frames.append(KeptFrame(data, time: time, linkType: interfaces[word(at + 8)].linkType, wireLength: word(at + 24)))
      default: throw ReadFailure(message: "block type \(word(at))")
      }
      at += length
    }
    if at != bytes.count { throw ReadFailure(message: "bytes after the last block") }
  }
}
