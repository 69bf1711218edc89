import Glibc

/// Capture files built byte by byte, and the temporary files that hold them.
enum CaptureFiles {
  static func number32(_ value: UInt32, big: Bool) -> [UInt8] { big ? FrameMaker.be32(value) : FrameMaker.le32(value) }
  static func number16(_ value: Int, big: Bool) -> [UInt8] { big ? FrameMaker.be16(value) : FrameMaker.be16(value).reversed() }

  /// A classic capture; frame n has the time 1700000000 + n - 1 s and 123 units.
  static func classic(_ frames: [[UInt8]], nanoseconds: Bool = false, big: Bool = false, link: UInt32 = 1, wire: Int? = nil) -> [UInt8] {
    let magic: UInt32 = nanoseconds ? 0xa1b2_3c4d : 0xa1b2_c3d4
    var bytes = number32(magic, big: big) + number16(2, big: big) + number16(4, big: big)
    bytes += [0, 0, 0, 0, 0, 0, 0, 0] + number32(262_144, big: big) + number32(link, big: big)
    for (index, frame) in frames.enumerated() {
      bytes += number32(1_700_000_000 + UInt32(index), big: big) + number32(123, big: big)
      bytes += number32(UInt32(frame.count), big: big) + number32(UInt32(wire ?? frame.count), big: big) + frame
    }
    return bytes
  }

  // MARK: pcapng

  static func block(_ type: UInt32, _ body: [UInt8], big: Bool = false, trailer: UInt32? = nil) -> [UInt8] {
    let padded = body + [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
    let length = UInt32(padded.count + 12)
    return number32(type, big: big) + number32(length, big: big) + padded + number32(trailer ?? length, big: big)
  }

  static func section(big: Bool = false) -> [UInt8] {
    block(
      0x0a0d_0d0a, number32(0x1a2b_3c4d, big: big) + number16(1, big: big) + number16(0, big: big) + [UInt8](repeating: 0xff, count: 8), big: big)
  }

  static func interface(_ link: Int, snap: UInt32 = 0, resolution: UInt8? = nil, offset: UInt32? = nil, big: Bool = false) -> [UInt8] {
    var options: [UInt8] = number16(2, big: big) + number16(3, big: big) + [0x65, 0x74, 0x68, 0]
    if let resolution { options += number16(9, big: big) + number16(1, big: big) + [resolution, 0, 0, 0] }
    if let offset {
      let value = big ? number32(0, big: big) + number32(offset, big: big) : number32(offset, big: big) + number32(0, big: big)
      options += number16(14, big: big) + number16(8, big: big) + value
    }
    options += [0, 0, 0, 0]
    return block(1, number16(link, big: big) + [0, 0] + number32(snap, big: big) + options, big: big)
  }

  static func enhanced(_ interface: UInt32, _ time: UInt64, _ frame: [UInt8], captured: UInt32? = nil, big: Bool = false) -> [UInt8] {
    let high = number32(UInt32(time >> 32), big: big) + number32(UInt32(truncatingIfNeeded: time), big: big)
    let sizes = number32(captured ?? UInt32(frame.count), big: big) + number32(UInt32(frame.count), big: big)
    return block(6, number32(interface, big: big) + high + sizes + frame, big: big)
  }

  static func obsolete(_ interface: Int, _ time: UInt64, _ frame: [UInt8]) -> [UInt8] {
    let high = FrameMaker.le32(UInt32(time >> 32)) + FrameMaker.le32(UInt32(truncatingIfNeeded: time))
    let size = FrameMaker.le32(UInt32(frame.count))
    return block(2, number16(interface, big: false) + [0, 0] + high + size + size + frame)
  }

  static func simple(_ frame: [UInt8], wire: UInt32? = nil) -> [UInt8] {
    block(3, FrameMaker.le32(wire ?? UInt32(frame.count)) + frame)
  }

  // MARK: gzip

  /// One gzip member of stored blocks.
  static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]
    var at = 0
    repeat {
      let count = min(bytes.count - at, 60_000)
      let size = number16(count, big: false)
      out += [at + count == bytes.count ? 1 : 0] + size + size.map { ~$0 } + bytes[at..<at + count]
      at += count
    } while at < bytes.count
    return out + FrameMaker.le32(checksum(bytes)) + FrameMaker.le32(UInt32(bytes.count))
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var value: UInt32 = .max
    for byte in bytes {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1 }
    }
    return ~value
  }
}

/// A file that is gone when the test is over.
final class TemporaryFile {
  let path: String

  init(_ bytes: [UInt8]) {
    var template = Array("\(P_tmpdir)/s2wmp-test-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    close(descriptor)
  }

  deinit { unlink(path) }
}
