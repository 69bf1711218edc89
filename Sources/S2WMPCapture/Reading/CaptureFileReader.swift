import CLibpcap

/// Reads the frames of one recorded capture: pcap or pcapng, plain or gzip, from a path or standard input (`-`).
///
/// Not thread-safe.
public final class CaptureFileReader {
  private enum Format {
    case classic(ClassicReader)
    case blocks(PcapNGReader)
  }

  public let path: String
  let source: ByteSource
  private let format: Format
  /// The link type checked last: a new one is looked up once.
  private var acceptedLinkType: Int32 = -1

  static let plainMagics: [[UInt8]] = [
    [0xa1, 0xb2, 0xc3, 0xd4], [0xd4, 0xc3, 0xb2, 0xa1], [0xa1, 0xb2, 0x3c, 0x4d], [0x4d, 0x3c, 0xb2, 0xa1],
  ]
  /// Old variants of pcap that libpcap still reads.
  private static let oldMagics: [[UInt8]] = [
    [0xa1, 0xb2, 0xcd, 0x34], [0x34, 0xcd, 0xb2, 0xa1], [0xa1, 0xb2, 0x34, 0xcd], [0xcd, 0x34, 0xb2, 0xa1],
    [0xa1, 0x2b, 0x3c, 0x4d], [0x4d, 0x3c, 0x2b, 0xa1],
  ]

  public init(path: String) throws(CaptureError) {
    self.path = path
    source = try ByteSource(path: path)
    if source.magic == [0x0a, 0x0d, 0x0d, 0x0a] {
      format = .blocks(try PcapNGReader(source))
    } else if Self.plainMagics.contains(source.magic) || Self.oldMagics.contains(source.magic) {
      format = .classic(try ClassicReader(source))
    } else {
      throw CaptureError(path: path, reason: .notACapture(firstBytes: source.magic))
    }
  }

  /// The next frame, or nil at the end; its bytes are valid until the next call.
  public func nextFrame() throws(CaptureError) -> Frame? {
    let frame: Frame?
    switch format {
    case .classic(let reader): frame = try reader.nextFrame()
    case .blocks(let reader): frame = try reader.nextFrame()
    }
    if let frame, frame.linkType != acceptedLinkType { try accept(frame) }
    return frame
  }

  /// Takes the secrets that a pcapng file carries (Decryption Secrets Blocks), during the call of `nextFrame` that passes them.
  public var onSecrets: ((DecryptionSecrets) -> Void)? {
    get { if case .blocks(let reader) = format { reader.onSecrets } else { nil } }
    set { if case .blocks(let reader) = format { reader.onSecrets = newValue } }
  }

  /// Blocks of secrets that could not be used: damaged inside, or beyond `DecryptionSecrets.maximumBytes`.
  public var ignoredSecrets: Int {
    if case .blocks(let reader) = format { reader.ignoredSecrets } else { 0 }
  }

  /// The capture is a plain file that may be read a second time.
  public var isReadableAgain: Bool { path != "-" && !source.isPipe }

  /// Stored bytes read so far, and the file's size where it is known.
  public var progress: (bytesRead: UInt64, totalBytes: UInt64?) { (source.bytesRead, source.totalBytes) }

  private func accept(_ frame: Frame) throws(CaptureError) {
    if !LinkType.isSupported(frame.linkType) {
      let name = pcap_datalink_val_to_name(frame.linkType).map { String(cString: $0) } ?? "unknown"
      throw CaptureError(path: path, reason: .unsupportedLinkType(frame.linkType, name: name, frame: frame.number))
    }
    acceptedLinkType = frame.linkType
  }
}
