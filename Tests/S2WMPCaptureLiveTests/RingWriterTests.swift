import Testing

@testable import S2WMPCapture

@Suite("Rings of capture files")
struct RingWriterTests {
  private let folder: TemporaryFolder
  private let start = CaptureTime(nanoseconds: 1_764_000_000_000_000_000)

  init() throws { folder = try TemporaryFolder() }

  private func frame(_ number: UInt8, seconds: Double = 0) -> KeptFrame {
    KeptFrame([UInt8](repeating: number, count: 100), time: start.nanoseconds + Int64(seconds * 1e9))
  }

  @Test func namesCountAndCarryTheTime() {
    let name = RingWriter.name("/a/b.c/lan.pcapng", number: 7, time: start)
    #expect(name.hasPrefix("/a/b.c/lan_00007_2025112"))
    #expect(name.hasSuffix(".pcapng"))
    #expect(name.utf8.count == "/a/b.c/lan_00007_YYYYMMDDHHMMSS.pcapng".utf8.count)
    #expect(RingWriter.name("/a/b.c/lan", number: 123_456, time: start).hasPrefix("/a/b.c/lan_123456_"))
    #expect(RingWriter.name("lan", number: 1, time: start).hasSuffix(".pcap"))
    #expect(RingWriter.name("/a/.pcap", number: 1, time: start).hasPrefix("/a/.pcap_00001_"))
  }

  @Test func sizeTurnsTheRingAndTheOldestGo() throws {
    let ring = try RingWriter(path: "\(folder.path)/lan.pcap", limits: RingLimits(bytes: 300, files: 2), start: start)
    for number in UInt8(1)...7 { try frame(number).write(to: ring) }
    try ring.close()
    // Two frames of 116 bytes and the header of 24 fit into 300 bytes.
    #expect(folder.names.map { $0.prefix(9) } == ["lan_00003", "lan_00004"])
    #expect(ring.paths.map { String($0.dropFirst(folder.path.utf8.count + 1)) } == folder.names)
    #expect(try ring.paths.flatMap(framesByLibpcap) == [frame(5), frame(6), frame(7)])
    for path in ring.paths { #expect(try bytes(ofFile: path).count <= 300) }
    #expect(ring.frames == 7)
  }

  @Test func captureTimeTurnsTheRing() throws {
    let ring = try RingWriter(path: "\(folder.path)/lan.pcap", limits: RingLimits(seconds: 10), start: start)
    for (number, seconds) in [(UInt8(1), 0.0), (2, 9.9), (3, 10), (4, 12), (5, 35)] { try frame(number, seconds: seconds).write(to: ring) }
    try ring.close()
    #expect(try ring.paths.map { try framesByLibpcap($0).compactMap(\.bytes.first) } == [[1, 2], [3, 4], [5]])
  }

  @Test func aFrameLargerThanTheLimitGetsItsOwnFile() throws {
    let ring = try RingWriter(path: "\(folder.path)/lan.pcap", limits: RingLimits(bytes: 50), start: start)
    for number in UInt8(1)...3 { try frame(number).write(to: ring) }
    try ring.close()
    #expect(try ring.paths.map { try framesByLibpcap($0).count } == [1, 1, 1])
  }

  @Test func aMissingFolderIsKnownAtOnce() {
    #expect(throws: CaptureWriteError.self) { try RingWriter(path: "\(folder.path)/no/lan.pcap", limits: RingLimits(), start: start) }
  }
}
