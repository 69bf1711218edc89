/// The two headers of a pcap file, little-endian with nanosecond times (magic 0xa1b23c4d).
enum PcapRecords {
  static let fileHeaderLength = 24
  static let recordHeaderLength = 16
  /// libpcap's own maximum; a file header that names less would make readers refuse longer frames.
  static let snapLength: UInt32 = 262_144

  static func putFileHeader(linkType: Int32, to output: inout [UInt8]) {
    output.putLittleEndian(0xa1b2_3c4d as UInt32)
    output.putLittleEndian(2 as UInt16)
    output.putLittleEndian(4 as UInt16)
    output.putLittleEndian(0 as UInt64)
    output.putLittleEndian(snapLength)
    output.putLittleEndian(fileLinkType(linkType))
  }

  /// The caller has checked `canExpress`.
  static func putRecord(_ frame: Frame, to output: inout [UInt8]) {
    let seconds = frame.time.nanoseconds / 1_000_000_000
    output.putLittleEndian(UInt32(truncatingIfNeeded: seconds))
    output.putLittleEndian(UInt32(truncatingIfNeeded: frame.time.nanoseconds - seconds * 1_000_000_000))
    output.putLittleEndian(UInt32(truncatingIfNeeded: frame.bytes.count))
    output.putLittleEndian(UInt32(truncatingIfNeeded: max(frame.wireLength, frame.bytes.count)))
    output.append(contentsOf: frame.bytes)
  }

  /// What of this time does not fit into a pcap record, if anything; libpcap reads seconds from 2038 on as negative.
  static func obstacle(in time: CaptureTime) -> CaptureWriteError.PcapngReason? {
    if time.isNone { return .noTime }
    let inRange = time.nanoseconds >= 0 && time.nanoseconds / 1_000_000_000 <= Int64(Int32.max)
    return inRange ? nil : .timeOutOfRange
  }

  /// Raw IP has other numbers in memory (12, on some systems 14) than in files (101); all link types read here are otherwise equal.
  static func fileLinkType(_ linkType: Int32) -> UInt32 {
    linkType == 12 || linkType == 14 ? 101 : UInt32(truncatingIfNeeded: linkType)
  }
}
