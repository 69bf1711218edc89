import CLibpcap

/// Reads classic pcap files through libpcap: both byte orders, micro- and nanoseconds.
///
/// SAFETY: libpcap's frame pointer is valid until the next call, which is what `nextFrame` promises too.
/// `source` outlives the `FILE` that reads through it, because both are owned here and the `FILE` is closed first.
final class ClassicReader {
  private let source: ByteSource
  private let handle: OpaquePointer
  private let buffer: UnsafeMutableRawPointer
  private let header: UnsafeMutablePointer<UnsafeMutablePointer<pcap_pkthdr>?>
  private let data: UnsafeMutablePointer<UnsafePointer<UInt8>?>
  private let linkType: Int32
  private let knownLayout: Bool
  private var frames: UInt64 = 0
  private var offset: UInt64 = 24
  /// Larger ones leave the processor's nearest caches, and the kernel's copy into one that does not begin a page is half as fast.
  private static let bufferSize = 1 << 16

  init(_ source: ByteSource) throws(CaptureError) {
    self.source = source
    buffer = .allocate(byteCount: Self.bufferSize, alignment: 4096)
    let cookie = Unmanaged.passUnretained(source).toOpaque()
    let read: s2wmp_read_function = { cookie, room, size in
      guard let cookie else { return -1 }
      let source = Unmanaged<ByteSource>.fromOpaque(cookie).takeUnretainedValue()
      return source.read(into: UnsafeMutableRawBufferPointer(start: room, count: size))
    }
    let file = s2wmp_open_cookie(cookie, read, buffer.assumingMemoryBound(to: CChar.self), Self.bufferSize)
    var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    guard let file, let opened = pcap_fopen_offline_with_tstamp_precision(file, UInt32(PCAP_TSTAMP_PRECISION_NANO), &message) else {
      if let file { fclose(file) }
      buffer.deallocate()
      let why = source.failure ?? Self.text(message)
      throw CaptureError(path: source.path, reason: .damagedHeader(why))
    }
    handle = opened
    linkType = pcap_datalink(opened)
    knownLayout = CaptureFileReader.plainMagics.contains(source.magic)
    header = .allocate(capacity: 1)
    header.initialize(to: nil)
    data = .allocate(capacity: 1)
    data.initialize(to: nil)
  }

  deinit {
    pcap_close(handle)
    buffer.deallocate()
    header.deallocate()
    data.deallocate()
  }

  func nextFrame() throws(CaptureError) -> Frame? {
    let status = pcap_next_ex(handle, header, data)
    guard status == 1, let found = header.pointee, let bytes = data.pointee else {
      if status == -2 && source.failure == nil { return nil }
      throw damage()
    }
    frames &+= 1
    let length = Int(found.pointee.caplen)
    offset &+= UInt64(length) &+ 16
    let seconds = Int64(UInt32(truncatingIfNeeded: found.pointee.ts.tv_sec))
    let time = CaptureTime(nanoseconds: seconds &* 1_000_000_000 &+ Int64(found.pointee.ts.tv_usec))
    let captured = UnsafeRawBufferPointer(start: bytes, count: length)
    return Frame(number: frames, time: time, linkType: linkType, bytes: captured, wireLength: Int(found.pointee.len))
  }

  private func damage() -> CaptureError {
    let why = source.failure ?? pcap_geterr(handle).map { String(cString: $0) } ?? "it cannot be read"
    let cut = "truncated dump file; "
    let problem = why.hasPrefix(cut) ? "the file ends inside it (\(why.dropFirst(cut.count)))" : why
    return CaptureError(path: source.path, reason: .damaged(frame: frames &+ 1, byteOffset: knownLayout ? offset : nil, problem: problem))
  }

  private static func text(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
