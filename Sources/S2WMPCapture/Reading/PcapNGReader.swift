/// Reads pcapng block by block: several sections, both byte orders, several interfaces.
///
/// libpcap reads pcapng too, but refuses interfaces of different link types and invents a time for simple packet blocks, which have none.
/// SAFETY: `buffer` holds `have` valid bytes; nothing is read beyond the length that was asked for with `require` and checked against it.
final class PcapNGReader {
  private struct Interface {
    var linkType: Int32
    var snapLength: UInt32
    var resolution: TimestampResolution
    /// Nanoseconds a unit when that is a whole number and there is no offset: the usual case, without a division.
    var nanosecondsPerUnit: UInt64
  }

  private enum BlockType {
    static let sectionHeader: UInt32 = 0x0a0d_0d0a
    static let interface: UInt32 = 1
    static let obsoletePacket: UInt32 = 2
    static let simplePacket: UInt32 = 3
    static let enhancedPacket: UInt32 = 6
  }

  /// No block that this reader looks into may be longer.
  private static let longestBlock = 16 << 20
  private static let mostInterfaces = 65_536
  /// No frame may be longer.
  static let longestFrame = 262_144 * 4

  private let source: ByteSource
  private var buffer: UnsafeMutableRawBufferPointer
  private var used = 0
  private var have = 0
  private var offset: UInt64 = 0
  private var swapped = false
  private var interfaces: [Interface] = []
  private var frames: UInt64 = 0
  /// Takes the secrets as they come among the frames; without it their blocks are passed over.
  var onSecrets: ((DecryptionSecrets) -> Void)?
  private var secretBytes = 0
  /// Blocks of secrets that could not be used: damaged inside, or beyond the limit.
  private(set) var ignoredSecrets = 0

  init(_ source: ByteSource) throws(CaptureError) {
    self.source = source
    buffer = .allocate(byteCount: 1 << 20, alignment: 16)
    do {
      try readSectionHeader()
    } catch {
      if case .damaged(_, _, let problem) = error.reason { throw CaptureError(path: source.path, reason: .damagedHeader(problem)) }
      throw error
    }
  }

  deinit { buffer.deallocate() }

  func nextFrame() throws(CaptureError) -> Frame? {
    while try require(8, mayEnd: true) {
      let type = word(0)
      if type == BlockType.sectionHeader {
        try readSectionHeader()
        continue
      }
      let length = try blockLength(word(4))
      switch type {
      case BlockType.enhancedPacket:
        return try packet(length, wideInterface: true)
      case BlockType.obsoletePacket:
        return try packet(length, wideInterface: false)
      case BlockType.simplePacket: return try simplePacket(length)
      case BlockType.interface: try readInterface(length)
      case DecryptionSecrets.blockType: try readSecrets(length)
      default: try skip(length)
      }
    }
    return nil
  }

  // MARK: Blocks

  private func readSectionHeader() throws(CaptureError) {
    try requireWhole(28)
    let order = buffer.loadUnaligned(fromByteOffset: used + 8, as: UInt32.self)
    switch UInt32(littleEndian: order) {
    case 0x1a2b_3c4d: swapped = false
    case 0x4d3c_2b1a: swapped = true
    default: throw damage("the section's byte-order mark is wrong")
    }
    let length = try blockLength(word(4))
    if length < 28 { throw damage("a section header of only \(length) bytes") }
    let major = half(12)
    if major != 1 { throw damage("the section has version \(major), and only version 1 is known") }
    interfaces = []
    try skip(length)
  }

  private func readInterface(_ length: Int) throws(CaptureError) {
    try take(length, atLeast: 20, "an interface description")
    if interfaces.count >= Self.mostInterfaces { throw damage("the section describes more than \(Self.mostInterfaces) interfaces") }
    var resolution = TimestampResolution()
    readOptions(from: 16, to: length - 4, into: &resolution)
    let plain = resolution.offset == 0 && resolution.exponent <= 9
    let scale: UInt64 = plain ? (0..<(9 - resolution.exponent)).reduce(1) { value, _ in value &* 10 } : 0
    interfaces.append(
      Interface(
        linkType: LinkType.fromFile(half(8)), snapLength: word(12), resolution: resolution, nanosecondsPerUnit: scale))
    consume(length)
  }

  private func readOptions(from start: Int, to end: Int, into resolution: inout TimestampResolution) {
    var at = start
    while at + 4 <= end {
      let (code, size) = (half(at), Int(half(at + 2)))
      if code == 0 || at + 4 + size > end { return }
      if code == 9 && size == 1 { resolution.exponent = buffer[used + at + 4] }
      if code == 14 && size == 8 {
        let (first, second) = (UInt64(word(at + 4)), UInt64(word(at + 8)))
        resolution.offset = Int64(bitPattern: swapped ? first << 32 | second : second << 32 | first)
      }
      at += 4 + (size + 3) & ~3
    }
  }

  /// Secrets that cannot be used cost no frame: their block is passed over like one of an unknown type.
  private func readSecrets(_ length: Int) throws(CaptureError) {
    guard let onSecrets else { return try skip(length) }
    guard length <= DecryptionSecrets.maximumBytes - secretBytes else {
      ignoredSecrets &+= 1
      return try skip(length)
    }
    try requireWhole(length)
    try checkTrailer(word(length - 4), length)
    if let secrets = DecryptionSecrets(block: .init(rebasing: buffer[used..<used + length]), isBigEndian: swapped) {
      secretBytes += length
      onSecrets(secrets)
    } else {
      ignoredSecrets &+= 1
    }
    consume(length)
  }

  /// Enhanced and obsolete packet blocks differ only in the width of the interface's number.
  private func packet(_ length: Int, wideInterface: Bool) throws(CaptureError) -> Frame {
    let header = 28
    try take(length, atLeast: header + 4, "a packet block")
    let number = wideInterface ? word(8) : UInt32(half(8))
    guard number < UInt32(interfaces.count) else {
      throw damage("it names interface \(number), but the section describes \(interfaces.count)")
    }
    let size = Int(word(20))
    if size > length - header - 4 { throw damage("its captured length \(size) is longer than its block") }
    let units = UInt64(word(12)) << 32 | UInt64(word(16))
    return try frame(length, interfaces[Int(number)], at: header, size: size, wire: Int(word(24)), units: units)
  }

  private func simplePacket(_ length: Int) throws(CaptureError) -> Frame {
    try take(length, atLeast: 16, "a simple packet block")
    guard let interface = interfaces.first else { throw damage("it comes before any interface description") }
    let wire = Int(word(8))
    var size = min(wire, length - 16)
    if interface.snapLength != 0 { size = min(size, Int(interface.snapLength)) }
    return try frame(length, interface, at: 12, size: size, wire: wire, units: nil)
  }

  private func frame(
    _ length: Int, _ interface: Interface, at start: Int, size: Int, wire: Int, units: UInt64?
  ) throws(CaptureError) -> Frame {
    if size > Self.longestFrame { throw damage("its captured length \(size) is longer than any frame") }
    let bytes = UnsafeRawBufferPointer(rebasing: buffer[used + start..<used + start + size])
    let time = units.map { Self.time($0, interface) } ?? .none
    consume(length)
    frames &+= 1
    return Frame(number: frames, time: time, linkType: interface.linkType, bytes: bytes, wireLength: wire)
  }

  private static func time(_ units: UInt64, _ interface: Interface) -> CaptureTime {
    let product = units.multipliedReportingOverflow(by: interface.nanosecondsPerUnit)
    if interface.nanosecondsPerUnit != 0, !product.overflow, product.partialValue >> 63 == 0 {
      return CaptureTime(nanoseconds: Int64(product.partialValue))
    }
    return interface.resolution.time(units)
  }

  // MARK: Lengths

  private func blockLength(_ length: UInt32) throws(CaptureError) -> Int {
    if length < 12 || length % 4 != 0 { throw damage("a block of length \(length), which is not possible") }
    return Int(length)
  }

  /// Makes the whole block contiguous and compares both of its lengths.
  private func take(_ length: Int, atLeast least: Int, _ what: String) throws(CaptureError) {
    if length < least { throw damage("\(what) of only \(length) bytes") }
    if length > Self.longestBlock { throw damage("\(what) of \(length) bytes, longer than any sensible one") }
    try requireWhole(length)
    try checkTrailer(word(length - 4), length)
  }

  private func checkTrailer(_ trailer: UInt32, _ length: Int) throws(CaptureError) {
    if Int(trailer) != length { throw damage("a block that says \(length) bytes at its start and \(trailer) at its end") }
  }

  /// Passes a block without holding it in memory.
  private func skip(_ length: Int) throws(CaptureError) {
    var left = length - 4
    while left > 0 {
      let step = min(left, 65_536)
      try requireWhole(step)
      consume(step)
      left -= step
    }
    try requireWhole(4)
    try checkTrailer(word(0), length)
    consume(4)
  }

  // MARK: Bytes

  private func word(_ at: Int) -> UInt32 {
    let value = UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: used + at, as: UInt32.self))
    return swapped ? value.byteSwapped : value
  }

  private func half(_ at: Int) -> UInt16 {
    let value = UInt16(littleEndian: buffer.loadUnaligned(fromByteOffset: used + at, as: UInt16.self))
    return swapped ? value.byteSwapped : value
  }

  private func consume(_ count: Int) {
    used += count
    offset &+= UInt64(count)
  }

  private func requireWhole(_ count: Int) throws(CaptureError) {
    _ = try require(count, mayEnd: false)
  }

  /// Makes `count` bytes contiguous from `used` on; false at a clean end of the file.
  private func require(_ count: Int, mayEnd: Bool) throws(CaptureError) -> Bool {
    if have - used >= count { return true }
    makeRoom(count)
    while have < count {
      let got = source.read(into: .init(rebasing: buffer[have...]))
      if got < 0 { throw damage(source.failure ?? "it cannot be read") }
      if got == 0 {
        if mayEnd && have == 0 { return false }
        throw damage("the file ends inside it (\(have) of \(count) bytes are there)")
      }
      have += got
    }
    return true
  }

  private func makeRoom(_ count: Int) {
    let kept = have - used
    if count > buffer.count {
      let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
      larger.copyMemory(from: .init(rebasing: buffer[used..<have]))
      buffer.deallocate()
      buffer = larger
    } else if let base = buffer.baseAddress {
      base.copyMemory(from: base + used, byteCount: kept)
    }
    (used, have) = (0, kept)
  }

  private func damage(_ problem: String) -> CaptureError {
    CaptureError(path: source.path, reason: .damaged(frame: frames &+ 1, byteOffset: offset, problem: problem))
  }
}
