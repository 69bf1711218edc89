import Glibc
import S2WMPCapture
import Testing

@Suite("Reading capture files")
struct CaptureFileReaderTests {
  static let frames: [[UInt8]] = [[UInt8]("first frame"), [UInt8]("the second frame"), [UInt8]("3")]
  static let start: Int64 = 1_700_000_000_000_000_000

  struct Read: Equatable {
    var bytes: [UInt8]
    var time: Int64?
    var link: Int32
    var wire: Int
  }

  /// All frames, and the error that ended reading.
  static func read(_ bytes: [UInt8]) -> (frames: [Read], error: CaptureError?) {
    let file = TemporaryFile(bytes)
    return read(path: file.path)
  }

  static func read(path: String) -> (frames: [Read], error: CaptureError?) {
    var found: [Read] = []
    do throws(CaptureError) {
      let reader = try CaptureFileReader(path: path)
      while let frame = try reader.nextFrame() {
        #expect(frame.number == UInt64(found.count + 1))
        let time = frame.time.isNone ? nil : frame.time.nanoseconds
        found.append(Read(bytes: Array(frame.bytes), time: time, link: frame.linkType, wire: frame.wireLength))
      }
      return (found, nil)
    } catch {
      return (found, error)
    }
  }

  @Test(arguments: [true, false], [true, false])
  func classicFormats(nanoseconds: Bool, big: Bool) {
    for gzip in [false, true] {
      let bytes = CaptureFiles.classic(Self.frames, nanoseconds: nanoseconds, big: big, wire: 99)
      let (found, error) = Self.read(gzip ? CaptureFiles.gzip(bytes) : bytes)
      #expect(error == nil)
      #expect(found.map(\.bytes) == Self.frames)
      #expect(found.map(\.time) == (0..<3).map { Self.start + $0 * 1_000_000_000 + (nanoseconds ? 123 : 123_000) })
      #expect(found.allSatisfy { $0.link == 1 && $0.wire == 99 })
    }
  }

  @Test(arguments: [true, false])
  func blocksInBothByteOrders(big: Bool) {
    let micro = UInt64(Self.start / 1000) + 7
    let bytes =
      CaptureFiles.section(big: big) + CaptureFiles.interface(1, big: big) + CaptureFiles.interface(101, resolution: 9, big: big)
      + CaptureFiles.enhanced(0, micro, Self.frames[0], big: big) + CaptureFiles.block(0x0bad, [1, 2, 3, 4, 5], big: big)
      + CaptureFiles.enhanced(1, UInt64(Self.start) + 5, Self.frames[1], big: big)
    let (found, error) = Self.read(bytes)
    #expect(error == nil)
    #expect(
      found == [
        Read(bytes: Self.frames[0], time: Self.start + 7000, link: 1, wire: Self.frames[0].count),
        Read(bytes: Self.frames[1], time: Self.start + 5, link: 12, wire: Self.frames[1].count),
      ])
  }

  @Test func sectionsResetTheInterfaces() {
    let bytes =
      CaptureFiles.section() + CaptureFiles.interface(1) + CaptureFiles.enhanced(0, 5, Self.frames[0]) + CaptureFiles.section(big: true)
      + CaptureFiles.interface(113, big: true) + CaptureFiles.enhanced(0, 6, Self.frames[1], big: true) + CaptureFiles.section()
      + CaptureFiles.enhanced(0, 6, Self.frames[2])
    let (found, error) = Self.read(bytes)
    #expect(found.map(\.link) == [1, 113])
    #expect(error?.description.contains("damaged at frame 3") == true)
    #expect(error?.description.contains("names interface 0") == true)
  }

  @Test func simpleAndObsoletePackets() {
    let bytes =
      CaptureFiles.section() + CaptureFiles.interface(1, snap: 8) + CaptureFiles.simple(Array(Self.frames[0].prefix(8)), wire: 11)
      + CaptureFiles.obsolete(0, UInt64(Self.start / 1000), Self.frames[1])
    let (found, error) = Self.read(bytes)
    #expect(error == nil)
    #expect(found.first == Read(bytes: Array(Self.frames[0].prefix(8)), time: nil, link: 1, wire: 11))
    #expect(found.last == Read(bytes: Self.frames[1], time: Self.start, link: 1, wire: 16))
  }

  /// Resolution byte, offset in seconds, units, and the nanoseconds they mean.
  @Test(
    arguments: [
      (0, nil, 12, 12_000_000_000), (3, nil, 12, 12_000_000), (9, nil, 12, 12), (12, nil, 12_345, 12), (6, 100, 12, 100_000_012_000),
      (0x80 | 10, nil, 1536, 1_500_000_000), (0x80, nil, 3, 3_000_000_000), (0x80 | 32, 1, 0x8000_0000, 1_500_000_000), (40, nil, 5, 0), (255, nil, 5, 0),
    ] as [(UInt8, UInt32?, UInt64, Int64)])
  func timeResolutions(resolution: UInt8, offset: UInt32?, units: UInt64, nanoseconds: Int64) {
    let bytes =
      CaptureFiles.section() + CaptureFiles.interface(1, resolution: resolution, offset: offset)
      + CaptureFiles.enhanced(0, units, Self.frames[0])
    #expect(Self.read(bytes).frames.map(\.time) == [nanoseconds])
  }

  @Test func timesThatDoNotFitAreNone() {
    let bytes = CaptureFiles.section() + CaptureFiles.interface(1, resolution: 0) + CaptureFiles.enhanced(0, .max, Self.frames[0])
    #expect(Self.read(bytes).frames.map(\.time) == [nil])
  }

  @Test func gzipMembersFollowEachOther() {
    let bytes = CaptureFiles.classic(Self.frames)
    let (found, error) = Self.read(CaptureFiles.gzip(Array(bytes[..<50])) + CaptureFiles.gzip(Array(bytes[50...])) + [0, 0, 0])
    #expect(error == nil)
    #expect(found.map(\.bytes) == Self.frames)
  }

  @Test func damagedFilesGiveTheFramesBefore() {
    let whole = CaptureFiles.classic(Self.frames)
    let (found, error) = Self.read(Array(whole.dropLast(1)))
    #expect(found.count == 2)
    #expect(
      error?.description.hasSuffix(
        "is damaged at frame 3 (byte 83): the file ends inside it (tried to read 1 captured bytes, only got 0); the 2 frames before it were read.")
        == true)
    let (cut, early) = Self.read(Array(CaptureFiles.gzip(whole).dropLast(20)))
    #expect(cut.count == 2)
    #expect(early?.description.contains("its gzip data ends early") == true)
  }

  /// Every prefix of a file gives whole frames only, and an error unless it ends between two records.
  @Test func everyPrefix() {
    let blocks =
      CaptureFiles.section() + CaptureFiles.interface(1) + CaptureFiles.enhanced(0, 5, Self.frames[0]) + CaptureFiles.simple(Self.frames[1])
    let classic = CaptureFiles.classic(Self.frames)
    for (whole, frames) in [(blocks, Array(Self.frames[..<2])), (classic, Self.frames), (CaptureFiles.gzip(classic), Self.frames)] {
      var clean = 0
      for length in 0..<whole.count {
        let (found, error) = Self.read(Array(whole[..<length]))
        #expect(found.map(\.bytes) == Array(frames[..<found.count]))
        if error == nil { clean += 1 }
      }
      #expect(clean <= 4)
    }
  }

  @Test func lyingLengths() {
    let head = CaptureFiles.section() + CaptureFiles.interface(1)
    let damaged: [[UInt8]] = [
      CaptureFiles.enhanced(0, 5, Self.frames[0], captured: 0xffff_ffff), CaptureFiles.enhanced(0, 5, Self.frames[0], captured: 30),
      CaptureFiles.block(6, [0, 0, 0, 0]), CaptureFiles.block(6, Self.frames[1], trailer: 8), [6, 0, 0, 0, 0xfc, 0xff, 0xff, 0xff],
      [6, 0, 0, 0, 0, 0, 0, 0], [6, 0, 0, 0, 13, 0, 0, 0], [3, 0, 0, 0, 12, 0, 0, 0, 12, 0, 0, 0],
    ]
    for block in damaged {
      let (found, error) = Self.read(head + block + [UInt8](repeating: 0, count: 64))
      #expect(found.isEmpty)
      #expect(error?.description.contains("damaged at frame 1 (byte") == true, "\(block)")
    }
    var classic = CaptureFiles.classic(Self.frames)
    classic.replaceSubrange(24 + 8..<24 + 12, with: [0xff, 0xff, 0xff, 0x7f])
    #expect(Self.read(classic).error?.description.contains("damaged at frame 1 (byte 24)") == true)
  }

  @Test func whatIsNoCapture() {
    #expect(Self.read([]).error?.reason == .isEmpty)
    #expect(Self.read(Array("hello".utf8)).error?.reason == .notACapture(firstBytes: Array("hell".utf8)))
    #expect(Self.read([0x28, 0xb5, 0x2f, 0xfd, 0]).error?.description.contains("zstd") == true)
    #expect(Self.read(path: P_tmpdir).error?.reason == .isDirectory)
    #expect(Self.read(path: P_tmpdir + "/s2wmp-there-is-no-such-file").error?.description.hasSuffix("cannot be opened: No such file or directory.") == true)
    #expect(Self.read(Array(CaptureFiles.classic([]).prefix(10))).error?.description.contains("damaged in its file header") == true)
    #expect(Self.read(Array(CaptureFiles.section().prefix(10))).error?.description.contains("damaged in its file header") == true)
  }

  @Test func unsupportedLinksAreNamedAtTheirFirstFrame() {
    let bytes =
      CaptureFiles.section() + CaptureFiles.interface(1) + CaptureFiles.interface(105) + CaptureFiles.enhanced(0, 5, Self.frames[0])
      + CaptureFiles.enhanced(1, 5, Self.frames[0])
    let (found, error) = Self.read(bytes)
    #expect(found.count == 1)
    #expect(error?.reason == .unsupportedLinkType(105, name: "IEEE802_11", frame: 2))
    #expect(Self.read(CaptureFiles.classic([], link: 105)).error == nil)
  }

  @Test func randomDamageIsSurvived() {
    var random = SeededGenerator(state: 3)
    let blocks =
      CaptureFiles.section() + CaptureFiles.interface(1, resolution: 9, offset: 5) + CaptureFiles.enhanced(0, 5, Self.frames[0])
      + CaptureFiles.simple(Self.frames[1]) + CaptureFiles.obsolete(0, 5, Self.frames[2])
    for whole in [blocks, CaptureFiles.classic(Self.frames), CaptureFiles.gzip(blocks)] {
      for _ in 0..<700 {
        var bytes = whole
        for _ in 0..<3 { bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0 ... .max, using: &random) }
        #expect(Self.read(bytes).frames.count <= 3)
      }
    }
  }
}
