/// The blocks of a pcapng file, little-endian with nanosecond times, and which interfaces its current section has.
///
/// A frame without a time is a simple packet block. Such a block always belongs to interface 0 and takes its captured length from
/// that interface's snap length, so where those do not fit a new section begins.
struct PcapngRecords {
  private struct Interface: Equatable {
    var linkType: Int32
    /// 0: no limit.
    var snapLength: UInt32
  }

  private var interfaces: [Interface] = []
  private var hasSection = false

  /// The start of a file, for one of no frames: a section and, when its link type is known, an interface.
  mutating func begin(linkType: Int32?, to output: inout [UInt8]) {
    if !hasSection { putSectionHeader(to: &output) }
    if let linkType { add(Interface(linkType: linkType, snapLength: 0), to: &output) }
  }

  mutating func put(_ frame: Frame, to output: inout [UInt8]) {
    if !hasSection { putSectionHeader(to: &output) }
    let isCut = frame.wireLength > frame.bytes.count
    // Snap length 0 means "no limit", so an empty remainder without a time can only be written with the time 1970-01-01.
    if frame.time.isNone, !(isCut && frame.bytes.isEmpty) {
      putSimplePacket(frame, snapLength: isCut ? UInt32(truncatingIfNeeded: frame.bytes.count) : 0, to: &output)
    } else {
      putEnhancedPacket(frame, to: &output)
    }
  }

  private mutating func putSimplePacket(_ frame: Frame, snapLength: UInt32, to output: inout [UInt8]) {
    let wanted = Interface(linkType: frame.linkType, snapLength: snapLength)
    if let first = interfaces.first, first != wanted {
      putSectionHeader(to: &output)
      interfaces.removeAll()
    }
    if interfaces.isEmpty { add(wanted, to: &output) }
    Self.putBlock(type: 3, to: &output) { output in
      output.putLittleEndian(UInt32(truncatingIfNeeded: max(frame.wireLength, frame.bytes.count)))
      output.append(contentsOf: frame.bytes)
    }
  }

  private mutating func putEnhancedPacket(_ frame: Frame, to output: inout [UInt8]) {
    let wanted = Interface(linkType: frame.linkType, snapLength: 0)
    let index = interfaces.firstIndex(of: wanted) ?? interfaces.count
    if index == interfaces.count { add(wanted, to: &output) }
    let time = frame.time.isNone ? 0 : UInt64(bitPattern: frame.time.nanoseconds)
    Self.putBlock(type: 6, to: &output) { output in
      output.putLittleEndian(UInt32(truncatingIfNeeded: index))
      output.putLittleEndian(UInt32(truncatingIfNeeded: time >> 32))
      output.putLittleEndian(UInt32(truncatingIfNeeded: time))
      output.putLittleEndian(UInt32(truncatingIfNeeded: frame.bytes.count))
      output.putLittleEndian(UInt32(truncatingIfNeeded: max(frame.wireLength, frame.bytes.count)))
      output.append(contentsOf: frame.bytes)
    }
  }

  private mutating func add(_ interface: Interface, to output: inout [UInt8]) {
    interfaces.append(interface)
    Self.putBlock(type: 1, to: &output) { output in
      output.putLittleEndian(UInt16(truncatingIfNeeded: PcapRecords.fileLinkType(interface.linkType)))
      output.putLittleEndian(0 as UInt16)
      output.putLittleEndian(interface.snapLength)
      // if_tsresol (9), one byte: 10^-9 s; then opt_endofopt.
      output.append(contentsOf: [9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0])
    }
  }

  /// Secrets for the packets that follow; none that no reader would take.
  mutating func put(_ secrets: DecryptionSecrets, to output: inout [UInt8]) {
    guard let block = secrets.block(bigEndian: false) else { return }
    if !hasSection { putSectionHeader(to: &output) }
    output += block
  }

  private mutating func putSectionHeader(to output: inout [UInt8]) {
    hasSection = true
    Self.putBlock(type: 0x0a0d_0d0a, to: &output) { output in
      output.putLittleEndian(0x1a2b_3c4d as UInt32)
      output.putLittleEndian(1 as UInt16)
      output.putLittleEndian(0 as UInt16)
      output.putLittleEndian(UInt64.max)
    }
  }

  private static func putBlock(type: UInt32, to output: inout [UInt8], _ body: (inout [UInt8]) -> Void) {
    let start = output.count
    output.putLittleEndian(type)
    output.putLittleEndian(0 as UInt32)
    body(&output)
    while (output.count - start) % 4 != 0 { output.append(0) }
    let length = UInt32(truncatingIfNeeded: output.count - start + 4)
    output.putLittleEndian(length)
    withUnsafeBytes(of: length.littleEndian) { output.replaceSubrange(start + 4..<start + 8, with: $0) }
  }
}
