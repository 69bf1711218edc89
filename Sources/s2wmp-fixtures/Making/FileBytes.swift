import CZlib
import Foundation
import S2WMPCapture

/// A frame that was kept.
struct KeptFrame {
  var bytes: [UInt8]
  var time: CaptureTime
  var linkType: Int32
  var wireLength: Int
}

/// Keeps frames in memory, for files of other forms than the capture writer's.
final class FrameKeeper: FrameWriter {
  private(set) var frames: [KeptFrame] = []

  func write(_ frame: Frame) throws(CaptureWriteError) {
    frames.append(KeptFrame(bytes: Array(frame.bytes), time: frame.time, linkType: frame.linkType, wireLength: frame.wireLength))
  }

  func flushIfDue() throws(CaptureWriteError) {}
  func close() throws(CaptureWriteError) {}

  /// The frames of a scene.
  static func frames(_ cast: Cast, _ play: (Stage) throws -> Void) throws -> [KeptFrame] {
    let keeper = FrameKeeper()
    let stage = Stage(keeper, cast)
    try play(stage)
    try stage.finish()
    return keeper.frames
  }
}

/// Capture files, byte by byte, in every form that the reader takes.
struct FileBytes {
  var bigEndian = false
  var bytes: [UInt8] = []

  mutating func put(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: bigEndian ? value.bigEndian : value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// The header of a pcap file; magic 0xa1b2c3d4 counts microseconds, 0xa1b23c4d nanoseconds.
  mutating func pcapHeader(nanoseconds: Bool = false, linkType: UInt32 = 1) {
    put(nanoseconds ? 0xa1b2_3c4d as UInt32 : 0xa1b2_c3d4)
    put(2 as UInt16)
    put(4 as UInt16)
    put(0 as UInt64)
    put(65535 as UInt32)
    put(linkType)
  }

  mutating func pcapRecord(_ frame: KeptFrame, nanoseconds: Bool = false) {
    let (seconds, fraction) = frame.time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    put(UInt32(truncatingIfNeeded: seconds))
    put(UInt32(truncatingIfNeeded: nanoseconds ? fraction : fraction / 1000))
    put(UInt32(frame.bytes.count))
    put(UInt32(frame.wireLength))
    bytes += frame.bytes
  }

  static func pcap(_ frames: [KeptFrame], bigEndian: Bool = false, nanoseconds: Bool = false) -> [UInt8] {
    var file = FileBytes(bigEndian: bigEndian)
    file.pcapHeader(nanoseconds: nanoseconds)
    for frame in frames { file.pcapRecord(frame, nanoseconds: nanoseconds) }
    return file.bytes
  }

  // MARK: - pcapng

  mutating func block(_ type: UInt32, _ body: (inout FileBytes) -> Void) {
    var content = FileBytes(bigEndian: bigEndian)
    body(&content)
    while content.bytes.count % 4 != 0 { content.bytes.append(0) }
    put(type)
    put(UInt32(content.bytes.count + 12))
    bytes += content.bytes
    put(UInt32(content.bytes.count + 12))
  }

  mutating func section() {
    block(0x0a0d_0d0a) {
      $0.put(0x1a2b_3c4d as UInt32)
      $0.put(1 as UInt16)
      $0.put(0 as UInt16)
      $0.put(UInt64.max)
    }
  }

  /// - resolution: if_tsresol; a power of ten, or with bit 7 a power of two; nil: microseconds by default.
  mutating func interface(linkType: UInt16, resolution: UInt8? = nil, name: String? = nil) {
    block(1) {
      $0.put(linkType)
      $0.put(0 as UInt16)
      $0.put(0 as UInt32)
      if let name { $0.option(2, Array(name.utf8)) }
      if let resolution { $0.option(9, [resolution]) }
      if name != nil || resolution != nil { $0.put(0 as UInt32) }
    }
  }

  mutating func option(_ code: UInt16, _ value: [UInt8]) {
    put(code)
    put(UInt16(value.count))
    bytes += value
    while bytes.count % 4 != 0 { bytes.append(0) }
  }

  /// - ticks: the time in the interface's own unit.
  mutating func enhancedPacket(_ frame: KeptFrame, interface: UInt32, ticks: UInt64) {
    block(6) {
      $0.put(interface)
      $0.put(UInt32(truncatingIfNeeded: ticks >> 32))
      $0.put(UInt32(truncatingIfNeeded: ticks))
      $0.put(UInt32(frame.bytes.count))
      $0.put(UInt32(frame.wireLength))
      $0.bytes += frame.bytes
    }
  }

  mutating func simplePacket(_ frame: KeptFrame) {
    block(3) {
      $0.put(UInt32(frame.wireLength))
      $0.bytes += frame.bytes
    }
  }

  // MARK: - gzip

  /// As `gzip -n` does it: no name, no time.
  static func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    let path = FileManager.default.temporaryDirectory.appending(path: "s2wmp-fixtures-\(UUID().uuidString).gz").path(percentEncoded: false)
    defer { try? FileManager.default.removeItem(atPath: path) }
    guard let file = gzopen(path, "wb9") else { throw MakingError("\(path) cannot be written.") }
    let written = gzwrite(file, bytes, UInt32(bytes.count))
    guard gzclose(file) == Z_OK, written == Int32(bytes.count) else { throw MakingError("\(path) could not be written in full.") }
    return Array(try Data(contentsOf: URL(filePath: path)))
  }
}
