import Glibc

/// How a capture file is laid out.
public enum CaptureFileFormat: Sendable {
  /// One link type, every frame with a time.
  case pcap
  /// Anything.
  case pcapng
}

/// Writes frames unchanged to one pcap or pcapng file, or to standard output (`-`).
///
/// A path that ends in `.pcapng` is pcapng from the start. Any other is pcap until a frame comes that pcap cannot hold (another link
/// type, no time); a regular file is then rewritten as pcapng under the same name, on a pipe that is an error.
public final class CaptureFileWriter: FrameWriter {
  public let path: String
  public private(set) var format: CaptureFileFormat
  private var output: BufferedOutput
  private var pcapng = PcapngRecords()
  private var linkType: Int32?
  private var isClosed = false
  private var hasBegun = false
  private let supply: (any SecretsSupply)?
  private var secretBytes = 0

  /// Makes the file (mode 0644 less the umask; 0600 once it holds secrets) or empties it.
  ///
  /// - linkType: put into the header at once, so that a capture of no frames is a readable file too.
  /// - secrets: written into a pcapng file before its first frame, and later whenever there are news. A pcap file cannot hold any.
  public init(
    path: String, format: CaptureFileFormat? = nil, linkType: Int32? = nil, secrets supply: (any SecretsSupply)? = nil
  ) throws(CaptureWriteError) {
    self.path = path
    self.format = format ?? (path.hasSuffix(".pcapng") ? .pcapng : .pcap)
    self.supply = supply
    output = try BufferedOutput(path: path)
    self.linkType = linkType
    if let linkType, self.format == .pcap { try start(linkType: linkType) }
    if let supply, self.format == .pcapng { try put(supply.everything()) }
  }

  /// Writes what stands before the first frame at once, for a reader that waits for it. Only for pcapng of a known link type.
  public func begin() throws(CaptureWriteError) {
    if isClosed || hasBegun || format != .pcapng || output.frames > 0 { return }
    try startEmpty()
    hasBegun = true
    try output.flush()
  }

  /// Whether the output is a pipe that nobody reads any more.
  public var isReaderGone: Bool { output.isReaderGone }

  private func put(_ secrets: [DecryptionSecrets]) throws(CaptureWriteError) {
    for secrets in secrets where secretBytes + secrets.bytes.count <= DecryptionSecrets.maximumBytes {
      if secretBytes == 0 { output.makePrivate() }
      secretBytes += secrets.bytes.count
      try output.append(isFrame: false) { [self] in pcapng.put(secrets, to: &$0) }
    }
  }

  private func putNews() throws(CaptureWriteError) {
    if let supply, format == .pcapng { try put(supply.news()) }
  }

  /// Bytes of the file so far, buffered ones included.
  public var size: UInt64 { output.size }

  /// Frames written so far.
  public var frames: UInt64 { output.frames }

  public func write(_ frame: Frame) throws(CaptureWriteError) {
    if isClosed { throw .closed(path: path) }
    if format == .pcap {
      if linkType == nil { try start(linkType: frame.linkType) }
      if let obstacle = obstacle(to: frame) { try becomePcapng(because: obstacle) }
    }
    if format == .pcap {
      try output.append(isFrame: true) { PcapRecords.putRecord(frame, to: &$0) }
    } else {
      try putNews()
      try output.append(isFrame: true) { [self] in pcapng.put(frame, to: &$0) }
    }
  }

  public func flushIfDue() throws(CaptureWriteError) {
    if isClosed { return }
    try putNews()
    try output.flushIfDue()
  }

  /// Hands everything buffered to the operating system.
  public func flush() throws(CaptureWriteError) {
    if !isClosed { try output.flush() }
  }

  public func close() throws(CaptureWriteError) {
    if isClosed { return }
    isClosed = true
    try putNews()
    if output.frames == 0 && !hasBegun { try startEmpty() }
    try output.close()
  }

  /// A capture of no frames is a readable file, too.
  private func startEmpty() throws(CaptureWriteError) {
    if format == .pcap { return output.size == 0 ? try start(linkType: linkType ?? 1) : () }
    try output.append(isFrame: false) { [self] in pcapng.begin(linkType: linkType, to: &$0) }
  }

  private func start(linkType: Int32) throws(CaptureWriteError) {
    self.linkType = linkType
    try output.append(isFrame: false) { PcapRecords.putFileHeader(linkType: linkType, to: &$0) }
  }

  private func obstacle(to frame: Frame) -> CaptureWriteError.PcapngReason? {
    if let linkType, PcapRecords.fileLinkType(linkType) != PcapRecords.fileLinkType(frame.linkType) { return .linkTypes(linkType, frame.linkType) }
    return PcapRecords.obstacle(in: frame.time)
  }

  private func becomePcapng(because reason: CaptureWriteError.PcapngReason) throws(CaptureWriteError) {
    format = .pcapng
    if output.frames == 0, output.buffer.count == Int(output.size) {
      output.discard()
      return try put(supply?.everything() ?? [])
    }
    guard output.isRegularFile, let linkType else { throw .needsPcapng(path: path, reason: reason) }
    try output.flush()
    let temporary = path + ".pcapng-part"
    var rewritten = try BufferedOutput(path: temporary)
    do throws(CaptureWriteError) {
      for secrets in supply?.everything() ?? [] {
        rewritten.makePrivate()
        try rewritten.append(isFrame: false) { pcapng.put(secrets, to: &$0) }
      }
      try PcapReplay(path: path, linkType: linkType).forEach { frame throws(CaptureWriteError) in
        try rewritten.append(isFrame: true) { pcapng.put(frame, to: &$0) }
      }
      try rewritten.flush()
    } catch {
      unlink(temporary)
      throw error
    }
    if rename(temporary, path) != 0 {
      let code = errno
      unlink(temporary)
      throw .cannotOpen(path: path, code: code)
    }
    rewritten.path = path
    output = rewritten
  }
}
