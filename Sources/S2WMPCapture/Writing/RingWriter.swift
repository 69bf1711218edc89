import Glibc

/// When a ring begins its next file and how many it keeps.
public struct RingLimits: Sendable {
  /// A file is not made larger than this many bytes, unless a single frame is.
  public var bytes: UInt64?
  /// A file spans less than this many seconds of capture.
  public var seconds: Double?
  /// The newest so many files are kept; nil keeps all.
  public var files: Int?

  public init(bytes: UInt64? = nil, seconds: Double? = nil, files: Int? = nil) {
    self.bytes = bytes
    self.seconds = seconds
    self.files = files
  }
}

/// Writes frames to a series of capture files named like dumpcap's, `NAME_00001_YYYYMMDDHHMMSS.pcap`, and deletes the oldest.
///
/// The time in a name is local time: of the start for the first file, of its first frame for every other.
public final class RingWriter: FrameWriter {
  public let limits: RingLimits
  /// The files that exist, oldest first.
  public private(set) var paths: [String] = []
  /// Frames written to all files.
  public private(set) var frames: UInt64 = 0
  private let path: String
  private let linkType: Int32?
  private let supply: (any SecretsSupply)?
  private var current: CaptureFileWriter
  private var fileNumber = 1
  private var began: CaptureTime = .none

  /// Makes the first file at once, so that a folder that cannot be written is known before the capture starts.
  ///
  /// - secrets: every pcapng file of the series gets all of them.
  public init(
    path: String, limits: RingLimits, start: CaptureTime, linkType: Int32? = nil, secrets supply: (any SecretsSupply)? = nil
  ) throws(CaptureWriteError) {
    self.supply = supply
    self.path = path
    self.limits = limits
    self.linkType = linkType
    let first = Self.name(path, number: 1, time: start)
    current = try CaptureFileWriter(path: first, linkType: linkType, secrets: supply)
    paths = [first]
  }

  public func write(_ frame: Frame) throws(CaptureWriteError) {
    if current.frames > 0, isFull(for: frame) { try turn(to: frame.time) }
    if began.isNone { began = frame.time }
    try current.write(frame)
    frames &+= 1
  }

  public func flushIfDue() throws(CaptureWriteError) { try current.flushIfDue() }

  public func close() throws(CaptureWriteError) { try current.close() }

  private func isFull(for frame: Frame) -> Bool {
    // 32: what a block of pcapng adds to the frame, or more than a record of pcap.
    if let bytes = limits.bytes, current.size &+ UInt64(frame.bytes.count) &+ 32 > bytes { return true }
    guard let seconds = limits.seconds, !began.isNone, !frame.time.isNone else { return false }
    return Double(frame.time.nanoseconds) - Double(began.nanoseconds) >= seconds * 1e9
  }

  private func turn(to time: CaptureTime) throws(CaptureWriteError) {
    try current.close()
    fileNumber += 1
    began = time
    let next = Self.name(path, number: fileNumber, time: time)
    current = try CaptureFileWriter(path: next, linkType: linkType, secrets: supply)
    paths.append(next)
    while let files = limits.files, paths.count > max(files, 1) { unlink(paths.removeFirst()) }
  }

  /// `folder/name.pcap` → `folder/name_00001_20261124134201.pcap`
  static func name(_ path: String, number: Int, time: CaptureTime) -> String {
    let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let dot = path[slash...].lastIndex(of: ".").flatMap { $0 == slash ? nil : $0 } ?? path.endIndex
    let suffix = dot == path.endIndex ? ".pcap" : String(path[dot...])
    let digits = String(number)
    let counter = String(repeating: "0", count: max(0, 5 - digits.utf8.count)) + digits
    return "\(path[..<dot])_\(counter)_\(stamp(time))\(suffix)"
  }

  private static func stamp(_ time: CaptureTime) -> String {
    var seconds = time.isNone ? Glibc.time(nil) : time_t(time.nanoseconds / 1_000_000_000)
    var parts = tm()
    localtime_r(&seconds, &parts)
    let numbers = [parts.tm_year &+ 1900, parts.tm_mon &+ 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec]
    return numbers.map { $0 < 10 ? "0\($0)" : String($0) }.joined()
  }
}
