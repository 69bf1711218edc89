/// Goes through a pcapng file block by block, without looking into them: for copying files, and for finding the secrets of one.
///
/// SAFETY: `buffer` holds `have` valid bytes; what was asked for with `require` is there.
final class BlockReader {
  struct Head {
    var type: UInt32
    /// Bytes of the whole block.
    var length: Int
    /// How the section's numbers are written.
    var isBigEndian: Bool
  }

  private static let sectionHeader: UInt32 = 0x0a0d_0d0a
  private static let packetTypes: Set<UInt32> = [2, 3, 6]

  let source: ByteSource
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
  private var used = 0
  private var have = 0
  private var offset: UInt64 = 0
  private var frames: UInt64 = 0
  private var isBigEndian = false
  /// The block at hand, and how many of its bytes were not lent yet.
  private var current: Head?
  private var left = 0
  /// Bytes lent with the last piece.
  private var lent = 0

  /// - Throws: also when the file is no pcapng.
  init(path: String) throws(CaptureError) {
    source = try ByteSource(path: path)
    guard source.magic == [0x0a, 0x0d, 0x0d, 0x0a] else {
      throw CaptureError(path: path, reason: .notACapture(firstBytes: source.magic))
    }
  }

  deinit { buffer.deallocate() }

  /// The next block; the one before is passed over if it was not taken. Nil at a clean end.
  func next() throws(CaptureError) -> Head? {
    while current != nil { _ = try piece() }
    guard try require(8, mayEnd: true) else { return nil }
    let isSection = word(0, big: isBigEndian) == Self.sectionHeader
    if isSection { try readByteOrder() }
    let type = word(0, big: isBigEndian)
    let length = Int(word(4, big: isBigEndian))
    guard length >= 12, length % 4 == 0 else { throw damage("a block of length \(length), which is not possible") }
    if isSection && length < 28 { throw damage("a section header of only \(length) bytes") }
    current = Head(type: type, length: length, isBigEndian: isBigEndian)
    left = length
    if Self.packetTypes.contains(type) { frames &+= 1 }
    return current
  }

  /// The next bytes of the block at hand, valid until the next call; nil when all were taken.
  func piece() throws(CaptureError) -> UnsafeRawBufferPointer? {
    consume(lent)
    lent = 0
    guard left > 0 else {
      current = nil
      return nil
    }
    lent = min(left, 1 << 16)
    _ = try require(lent, mayEnd: false)
    left -= lent
    if left == 0 { try checkTrailer(at: lent - 4) }
    return UnsafeRawBufferPointer(rebasing: buffer[used..<used + lent])
  }

  /// The block at hand as a whole, nil when it is longer than the limit.
  func whole(limit: Int) throws(CaptureError) -> [UInt8]? {
    guard let length = current?.length, length <= limit else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(length)
    while let piece = try piece() { bytes.append(contentsOf: piece) }
    return bytes
  }

  private func checkTrailer(at place: Int) throws(CaptureError) {
    let found = Int(word(place, big: isBigEndian))
    guard let length = current?.length, found != length else { return }
    throw damage("a block that says \(length) bytes at its start and \(found) at its end")
  }

  private func readByteOrder() throws(CaptureError) {
    _ = try require(12, mayEnd: false)
    switch word(8, big: false) {
    case 0x1a2b_3c4d: isBigEndian = false
    case 0x4d3c_2b1a: isBigEndian = true
    default: throw damage("the section's byte-order mark is wrong")
    }
  }

  // MARK: Bytes

  private func word(_ at: Int, big: Bool) -> UInt32 {
    let value = buffer.loadUnaligned(fromByteOffset: used + at, as: UInt32.self)
    return big ? UInt32(bigEndian: value) : UInt32(littleEndian: value)
  }

  private func consume(_ count: Int) {
    used += count
    offset &+= UInt64(count)
  }

  /// Makes `count` bytes, at most half of the buffer, contiguous from `used` on; false at a clean end.
  private func require(_ count: Int, mayEnd: Bool) throws(CaptureError) -> Bool {
    if have - used >= count { return true }
    buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[used..<have]))
    (used, have) = (0, have - used)
    while have < count {
      let got = source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[have...]))
      if got < 0 { throw damage(source.failure ?? "it cannot be read") }
      if got == 0 {
        if mayEnd && have == 0 { return false }
        throw damage("the file ends inside it")
      }
      have += got
    }
    return true
  }

  private func damage(_ problem: String) -> CaptureError {
    CaptureError(path: source.path, reason: .damaged(frame: frames &+ 1, byteOffset: offset, problem: problem))
  }
}
