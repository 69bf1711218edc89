import Foundation
import Testing

@testable import S2WMPCapture

/// What a program needs that reads a capture from a pipe while it is written.
@Suite("Writing to a pipe") struct PipeWriterTests {
  /// A pipe with a name, open for reading.
  private static func pipe() throws -> (path: String, reader: Int32) {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("s2wmp-pipe-\(UUID().uuidString)").path
    try #require(mkfifo(path, 0o600) == 0)
    return (path, open(path, O_RDONLY | O_NONBLOCK))
  }

  private static func read(_ descriptor: Int32) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    return Array(bytes.prefix(max(count, 0)))
  }

  @Test("Section and interface stand there before the first frame, once")
  func begin() throws {
    let (path, reader) = try Self.pipe()
    defer {
      close(reader)
      unlink(path)
    }
    let writer = try CaptureFileWriter(path: path, format: .pcapng, linkType: 1)
    try writer.begin()
    let header = Self.read(reader)
    #expect(header.count == 28 + 32)
    #expect(header.starts(with: [0x0a, 0x0d, 0x0d, 0x0a]))
    #expect(Array(header.dropFirst(28).prefix(4)) == [1, 0, 0, 0])
    try writer.begin()
    try [UInt8](repeating: 0xa5, count: 60).withUnsafeBytes { bytes in
      try writer.write(Frame(number: 1, time: CaptureTime(nanoseconds: 1), linkType: 1, bytes: bytes, wireLength: 60))
    }
    try writer.flush()
    #expect(Array(Self.read(reader).prefix(4)) == [6, 0, 0, 0])
    try writer.close()
    #expect(Self.read(reader).isEmpty)
  }

  @Test("A capture of no frames has its header once")
  func empty() throws {
    let (path, reader) = try Self.pipe()
    defer {
      close(reader)
      unlink(path)
    }
    let writer = try CaptureFileWriter(path: path, format: .pcapng, linkType: 113)
    try writer.begin()
    try writer.close()
    #expect(Self.read(reader).count == 28 + 32)
  }

  @Test("It is noticed without writing that nobody reads any more; a file always has its reader")
  func readerGone() throws {
    let (path, reader) = try Self.pipe()
    defer { unlink(path) }
    let writer = try CaptureFileWriter(path: path, format: .pcapng, linkType: 1)
    #expect(!writer.isReaderGone)
    close(reader)
    #expect(writer.isReaderGone)
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("s2wmp-file-\(UUID().uuidString).pcapng").path
    defer { unlink(file) }
    #expect(try !CaptureFileWriter(path: file).isReaderGone)
  }
}
