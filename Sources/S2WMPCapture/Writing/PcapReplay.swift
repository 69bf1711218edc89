import Glibc

/// Reads back a pcap file that `CaptureFileWriter` itself has just written (and only such a file), to rewrite it as pcapng.
struct PcapReplay {
  var path: String
  var linkType: Int32

  func forEach(_ body: (Frame) throws(CaptureWriteError) -> Void) throws(CaptureWriteError) {
    guard let file = fopen(path, "rb") else { throw .cannotOpen(path: path, code: errno) }
    defer { fclose(file) }
    fseek(file, PcapRecords.fileHeaderLength, SEEK_SET)
    var header = [UInt8](repeating: 0, count: PcapRecords.recordHeaderLength)
    var bytes: [UInt8] = []
    var number: UInt64 = 0
    while fread(&header, 1, header.count, file) == header.count {
      let captured = Int(Self.word(header, at: 8))
      bytes = [UInt8](repeating: 0, count: captured)
      guard captured <= 1 << 26, fread(&bytes, 1, captured, file) == captured else { return }
      number &+= 1
      let time = CaptureTime(nanoseconds: Int64(Self.word(header, at: 0)) * 1_000_000_000 + Int64(Self.word(header, at: 4)))
      let wireLength = Int(Self.word(header, at: 12))
      try Self.lend(bytes) { buffer throws(CaptureWriteError) in
        try body(Frame(number: number, time: time, linkType: linkType, bytes: buffer, wireLength: wireLength))
      }
    }
  }

  private static func lend(_ bytes: [UInt8], to body: (UnsafeRawBufferPointer) throws(CaptureWriteError) -> Void) throws(CaptureWriteError) {
    let result: Result<Void, CaptureWriteError> = bytes.withUnsafeBytes { buffer in
      do throws(CaptureWriteError) { return .success(try body(buffer)) } catch { return .failure(error) }
    }
    try result.get()
  }

  private static func word(_ header: [UInt8], at offset: Int) -> UInt32 {
    header.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
  }
}
